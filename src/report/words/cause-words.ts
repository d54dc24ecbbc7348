/** What the words of a cause are made from, and which words each cause must have. */

import type { Clue } from '../../diagnosis/clues.ts'
import type { Invocation } from '../invocation.ts'
import type { Findings } from './step-words.ts'

/** Findings that are described alike, the most urgent first. */
export interface CauseContext {
  /** How this run was started, for the commands proposed. */
  invocation: Invocation
  findings: Findings
}

export interface CauseWords {
  /** A noun phrase for a summary: `Docker Hub's rate limit`. */
  short(context: CauseContext): string
  /** What is wrong, as a headline. */
  title(context: CauseContext): string
  /** One sentence: what it means. */
  meaning(context: CauseContext): string
  /** Reports show which credential the pull had. */
  showsCredential?: true
}

/** Whether the first finding has this clue. */
export function hasClue({ findings: [first] }: CauseContext, code: Clue['code']): boolean {
  return first.clues.some(clue => clue.code === code)
}
