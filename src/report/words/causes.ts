/** The words of every cause. A cause without words does not compile. */

import { hasClue } from '../../diagnosis/clues/clue.ts'
import type { Cause, Finding } from '../../diagnosis/finding.ts'
import type { ImageVerdict } from '../../snapshot/image-verdict.ts'
import { type CauseContext, type CauseWords, sentenceFor } from './cause-words.ts'
import { authRequiredOrDenied } from './causes/access.ts'
import { connectionRefusedOrReset, networkTimeout, proxy, registryNotFoundDns } from './causes/connection.ts'
import { diskFull } from './causes/disk-full.ts'
import { imageNotFound } from './causes/image.ts'
import { platformMismatch, unsupportedManifest } from './causes/image-content.ts'
import { invalidReference } from './causes/invalid-name.ts'
import { kubeletQps, rateLimited } from './causes/limits.ts'
import { httpHttpsMismatch, registryServerError, tls } from './causes/network.ts'
import { neverPull, signaturePolicy } from './causes/node-policies.ts'
import { corruptOrUnpack } from './causes/node-store.ts'
import { canceledOrDeadline, other } from './causes/other.ts'
import {
  credentialLines,
  malformedSecret,
  malformedSecretsOf,
  missingSecretLines,
} from './credential/credential.ts'
import { FURTHER_FACTS, movedSentence, partText, silenceText } from './further-facts.ts'
import { alsoMoved } from './moved.ts'
import { isOfSomePods } from './node/new-pods.ts'
import { capitalize, registryLabel, uncapitalize } from './nouns.ts'
import { runningSentence } from './running-elsewhere.ts'

const WORDS: Record<Cause, CauseWords> = {
  'rate-limited': rateLimited,
  'kubelet-qps': kubeletQps,
  'auth-required-or-denied': authRequiredOrDenied,
  'image-not-found': imageNotFound,
  'registry-not-found-dns': registryNotFoundDns,
  'network-timeout': networkTimeout,
  'connection-refused-or-reset': connectionRefusedOrReset,
  tls,
  'http-https-mismatch': httpHttpsMismatch,
  proxy,
  'platform-mismatch': platformMismatch,
  'unsupported-manifest': unsupportedManifest,
  'invalid-reference': invalidReference,
  'never-pull': neverPull,
  'disk-full': diskFull,
  'registry-server-error': registryServerError,
  'corrupt-or-unpack': corruptOrUnpack,
  'signature-policy': signaturePolicy,
  'canceled-or-deadline': canceledOrDeadline,
  other,
}

/** Whether the kubelet refused the pod's pull secret, so no registry was asked. */
export function isMalformed(finding: Finding): boolean {
  return (
    finding.cause === 'auth-required-or-denied' &&
    (malformedSecretsOf(finding).length > 0 || hasClue(finding.clues, 'unreadable-secret'))
  )
}

/** Returns the words for these findings. */
function wordsFor(context: CauseContext): CauseWords {
  const [first] = context.findings
  return isMalformed(first) ? malformedSecret : WORDS[first.cause]
}

/** Returns which credentials these pulls had; empty if the cause does not involve credentials. */
export function credentialLinesFor(context: CauseContext): string[] {
  const { credentials } = wordsFor(context)
  if (credentials === undefined) return []
  return credentials === 'used' ? credentialLines(context.findings) : missingSecretLines(context.findings)
}

/** Returns a noun phrase for what is wrong, for summaries; it agrees with the title. */
export function shortOf(context: CauseContext): string {
  const [{ cause, check }] = context.findings
  const isMissing = check !== null && MISSING_VERDICTS.includes(check.verdict)
  return cause === 'auth-required-or-denied' && isMissing
    ? 'image not found'
    : sentenceFor(context, wordsFor(context).short)
}

/** Answers of a registry that an image does not exist, where its refusal left that open. */
const MISSING_VERDICTS: readonly ImageVerdict[] = ['no-such-repository', 'no-such-tag', 'no-such-digest']

/** Returns what is wrong, as a headline. */
export function titleOf(context: CauseContext): string {
  const title = checkedTitle(context) ?? sentenceFor(context, wordsFor(context).title)
  const [first] = context.findings
  const { containerKind, node } = first
  if (containerKind !== 'sandbox') return ofPuller(first, title)
  const place = node === null ? 'A node' : `Node ${node}`
  const effect = isOfSomePods(first) ? '' : ', so no new pod starts there'
  return `${place} can't get its sandbox (pause) image${effect}: ${uncapitalize(title)}`
}

/** Returns a sentence about the node as one about the guest, if that pulls the image by itself. */
function ofPuller({ clues }: Pick<Finding, 'clues'>, text: string): string {
  if (!hasClue(clues, 'guest')) return text
  return text
    .replace(/\bon the node\b/g, 'in the guest')
    .replace(/\b([Tt])he runtime(?: on node [^\s,;:]+)?(?=[\s,;:])/g, '$1he guest')
    .replace(/\b([Tt])he node\b/g, '$1he guest')
    .replace(/^Node (\S+) has/, 'The guest on node $1 has')
}

/** Returns the title after a registry was asked, based on what its answer proved; null if it proved nothing. */
function checkedTitle({ findings: [{ cause, check, registry, image }] }: CauseContext): string | null {
  if (check === null || (cause !== 'auth-required-or-denied' && cause !== 'image-not-found')) return null
  const host = capitalize(registryLabel(registry))
  switch (check.verdict) {
    case 'no-such-repository':
      return `${host} has no repository for ${image}`
    case 'not-public':
      return `${host} has no public repository for ${image}: it does not exist, or it is private`
    case 'no-such-tag':
      return `${host} has the repository of ${image}, but not this tag`
    case 'no-such-digest':
      return `${host} has the repository of ${image}, but not this digest`
    case 'opens-for-machine':
      return `${host} lets this machine's login pull ${image}, but not the pods`
    case 'opens-but-not-for-pod':
      return `${host} lets anyone pull ${image}, but refuses the pod's login`
    default:
      return null
  }
}

/** Returns the meaning after a registry showed that it has the image, if the cause's own words leave that open or deny it; else null. */
function checkedMeaning({ cause, subcause, check, endpoint }: Finding): string | null {
  const isUndecided = cause === 'image-not-found' || subcause === 'denied-or-missing'
  if (check === null || !isUndecided || endpoint?.role === 'mirror') return null
  switch (check.verdict) {
    case 'opens-for-machine':
      return "The image exists and is private: this machine's login can pull it, and the pods have none that can."
    case 'opens-but-not-for-pod':
      return 'The image exists, and anyone can pull it without a login: the registry refuses the login that the pods send.'
    case 'opens-for-pod':
    case 'opens-anonymously':
      return 'The image exists, and a pull like that of the pods works from this machine: it was pushed, or access to it was granted, after the last attempt, or something other than the registry answered the node.'
    default:
      return null
  }
}

/** Whether the image's registry serves nothing anymore, which explains the failure better than what is true of any host. */
function isSwitchedOff({ moved, cause, endpoint }: Finding): boolean {
  const isOfHost =
    cause === 'registry-server-error' ||
    cause === 'network-timeout' ||
    cause === 'connection-refused-or-reset'
  return moved !== null && isOfHost && (endpoint === null || endpoint.role === 'registry')
}

/** Returns what the cause means and what else is known about this pull, in a few sentences. */
export function meaningOf(context: CauseContext): string {
  const [first] = context.findings
  const ofCause = () => checkedMeaning(first) ?? sentenceFor(context, wordsFor(context).meaning)
  const meaning = isSwitchedOff(first) ? '' : ofPuller(first, ofCause())
  return [
    silenceText(first),
    meaning,
    partText(context.findings),
    ...FURTHER_FACTS.map(fact => fact(context.findings[0])),
    runningSentence(context.findings),
    movedSentence(first),
    alsoMoved(context.findings),
  ]
    .filter(text => text !== '')
    .join(' ')
}
