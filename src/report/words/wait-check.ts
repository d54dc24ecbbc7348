/** How a registry's answer is described for an image that no kubelet has tried to pull yet. */

import type { ImageVerdict, JudgedCheck } from '../../snapshot/image-verdict.ts'

type Words = (check: JudgedCheck) => string | null

const FROM_HERE = 'checked from this machine'

const WORDS: Record<ImageVerdict, Words> = {
  'opens-anonymously': () => null,
  'opens-for-pod': () => null,
  'opens-but-not-for-pod': ({ host }) =>
    `${host} refuses the pods' pull secret, but serves the image without a login (${FROM_HERE})`,
  'opens-for-machine': ({ host }) =>
    `${host} serves it with this machine's login, but its pods have no login that works (${FROM_HERE})`,
  'no-such-tag': ({ host, likelyTag }) =>
    `${host} has no such tag${likelyTag === null ? '' : `; there is ${likelyTag}`} (${FROM_HERE})`,
  'no-such-digest': ({ host }) => `${host} has no such digest (${FROM_HERE})`,
  'no-such-repository': ({ host }) => `${host} has no such repository (${FROM_HERE})`,
  'not-found': ({ host }) => `${host} does not have it (${FROM_HERE})`,
  'not-public': () => `Docker Hub lists no public repository of that name (${FROM_HERE})`,
  denied: ({ host }) => `${host} denies it, or it does not exist (${FROM_HERE})`,
  'rate-limited': ({ host }) => `${host} is limiting requests from this machine: not checked`,
  unreachable: ({ host }) => `${host} can't be reached from this machine: not checked`,
  failed: ({ host }) => `${host} gave an answer that proves nothing: not checked`,
  'not-asked': ({ host }) => `${host} was not asked: not checked`,
}

/** The answer as one clause; null if the image can be pulled. */
export function aheadText(check: JudgedCheck): string | null {
  return WORDS[check.verdict](check)
}
