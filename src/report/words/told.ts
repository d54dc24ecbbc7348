/** What the words of a cause get to speak of, and what they must say. */

import type { Clue } from '../../diagnosis/clues.ts'
import type { Invocation } from '../invocation.ts'
import type { Findings } from './said.ts'

/** Findings that share one story, the most urgent first. */
export interface Told {
  /** How this run was started, for the commands proposed. */
  invocation: Invocation
  findings: Findings
}

export interface CauseWords {
  /** A noun phrase for a summary: `Docker Hub's rate limit`. */
  short(told: Told): string
  /** What is wrong, as a headline. */
  title(told: Told): string
  /** One sentence: what it means. */
  meaning(told: Told): string
  /** Which credential the pull had is part of this story. */
  tellsCredential?: true
}

/** Whether the first finding gives this away. */
export function gives({ findings: [first] }: Told, code: Clue['code']): boolean {
  return first.clues.some(clue => clue.code === code)
}
