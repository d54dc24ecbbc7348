/** The words that each cause must have, and the context that they can use. */

import type { Clue } from '../../diagnosis/clue.ts'
import type { Invocation } from '../invocation.ts'
import type { Findings } from './step-words.ts'

/** Findings that share a description, the most urgent first. */
export interface CauseContext {
  /** How this run was started, for suggested commands. */
  invocation: Invocation
  findings: Findings
}

export interface CauseWords {
  /** A noun phrase for summaries: `Docker Hub's rate limit`. */
  short(context: CauseContext): string
  /** What is wrong, as a headline. */
  title(context: CauseContext): string
  /** What it means, in one sentence. */
  meaning(context: CauseContext): string
  /** Whether reports show which credential the pull had. */
  showsCredential?: true
}

/** Whether the first finding has this clue. */
export function hasClue({ findings: [first] }: CauseContext, code: Clue['code']): boolean {
  return first.clues.some(clue => clue.code === code)
}
