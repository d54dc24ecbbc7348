/** The words that each cause must have, and the context that they can use. */

import type { StepCode } from '../../advice/step/step.ts'
import { type Clue, clueOf, hasClue } from '../../diagnosis/clues/clue.ts'
import type { Finding } from '../../diagnosis/finding.ts'
import { isHosted } from '../../image/registries.ts'
import type { Invocation } from '../invocation.ts'
import { capitalize, registryLabel, responderLabel } from './nouns.ts'
import type { Findings } from './step-words.ts'

/** Findings that share a description, the most urgent first. */
export interface CauseContext {
  /** How this run was started, for suggested commands. */
  invocation: Invocation
  findings: Findings
}

export interface CauseWords {
  /** A noun phrase for summaries: `Docker Hub's rate limit`. */
  short: Sentence
  /** What is wrong, as a headline. */
  title: Sentence
  /** What it means, in one sentence. */
  meaning: Sentence
  /** What reports show of the pull's credentials: which it had, or, where no registry asked for one yet, which pull secrets are missing. */
  credentials?: 'used' | 'missing'
}

/** What makes a sentence: a function of the findings, or the first case that applies to the first of them. */
export type Sentence = ((context: CauseContext) => string) | readonly [...cases: Case[], otherwise: Words]

export type FirstFinding = CauseContext['findings'][0]

/** A clue, or another test of the first finding, and the words if that applies. */
type Case = readonly [when: Clue['code'] | ((first: FirstFinding) => boolean), words: Words]

/** A text, what makes it of the first finding, or what the host that answered does. */
type Words = string | ((first: FirstFinding) => string) | { does: string }

/** Returns the sentence about these findings. */
export function sentenceFor(context: CauseContext, sentence: Sentence): string {
  if (typeof sentence === 'function') return sentence(context)
  const [first] = context.findings
  const applies = ([when]: Case) => (typeof when === 'string' ? hasClue(first.clues, when) : when(first))
  const found = sentence.find(one => !isCase(one) || applies(one)) ?? ''
  const words = isCase(found) ? found[1] : found
  if (typeof words === 'object') return `${capitalize(responderLabel(first))} ${words.does}`
  return typeof words === 'string' ? words : words(first)
}

function isCase(one: Case | Words): one is Case {
  return Array.isArray(one)
}

/** Returns a test of whether one of these steps comes first, for causes that advice has told apart already. */
export function leads(...codes: StepCode[]): (first: Pick<FirstFinding, 'steps'>) => boolean {
  return ({ steps: [first] }) => codes.includes(first.code)
}

/** Whether a mirror answered, refused, or could not be reached. */
export function isOfMirror({ endpoint }: Pick<Finding, 'endpoint'>): boolean {
  return endpoint?.role === 'mirror'
}

/** The meaning of a web page in place of an answer of the registry. */
export const WEB_PAGE =
  'Something else answered in place of the registry: a reverse proxy in front of it, a mirror, a proxy, or a login portal. That says nothing about the image.'

/** A registry's web site or content delivery network may have that answer for it (openshift/local-storage-operator#138). */
const PAGE_OR_MISSING =
  'A page with 404 is not how the API of a registry answers: a proxy, a mirror, or a login portal sent it, or it comes from what is in front of the registry, such as its web site or content delivery network, and the image is not there (yet).'

const PAGE_FOR_TOKEN =
  'The registry answered, and named an address for tokens; what came from there is a web page: of another server than the one that issues tokens, of a login portal, or of a proxy in between. That says nothing about the image or the login.'

type MayBePage = Pick<FirstFinding, 'clues' | 'registry'>
const isForToken = ({ clues }: MayBePage) => hasClue(clues, 'page-for-token')

function mayBeMissing({ clues, registry }: MayBePage): boolean {
  return clueOf(clues, 'status')?.status === 404 && isHosted(registry ?? '')
}

/** The words of a web page in place of an answer, for summaries, as a headline, and what it means. */
export const PAGE = {
  short: (first: MayBePage) => `web pages instead of ${isForToken(first) ? 'tokens' : 'images'}`,
  title: (first: MayBePage) =>
    `A web page came back instead of ${isForToken(first) ? 'a token for' : 'a response from'} ${registryLabel(first.registry)}`,
  meaning: (first: MayBePage) =>
    isForToken(first) ? PAGE_FOR_TOKEN : mayBeMissing(first) ? PAGE_OR_MISSING : WEB_PAGE,
}
