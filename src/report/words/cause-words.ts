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

type FirstFinding = CauseContext['findings'][0]

/** A clue, or another test of the first finding. */
type Condition = Clue['code'] | ((first: FirstFinding) => boolean)

/** A text, or what makes it of the first finding. */
type Words = string | ((first: FirstFinding) => string)

/** Returns the words of the first case that applies to the first finding. @param otherwise the words if none does */
export function byCase(
  cases: readonly (readonly [when: Condition, words: Words])[],
  otherwise: Words,
): (context: CauseContext) => string {
  return context => {
    const [first] = context.findings
    const applies = (when: Condition) => (typeof when === 'string' ? hasClue(context, when) : when(first))
    const [, words] = cases.find(([when]) => applies(when)) ?? [null, otherwise]
    return typeof words === 'string' ? words : words(first)
  }
}

/** The meaning of every cause in which a web page answered. */
export const WEB_PAGE =
  'Something in between answered in place of the registry: a mirror, a proxy, or a login portal. The image itself is not the problem.'
