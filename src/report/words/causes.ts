/** The words of every cause. A cause without words does not compile. */

import { type Clue, clueOf, hasClue } from '../../diagnosis/clue.ts'
import type { Cause, Finding } from '../../diagnosis/finding.ts'
import { DOCKER_HUB } from '../../image/docker-hub.ts'
import { hostAlone, isLocal } from '../../image/host.ts'
import { withoutVersion } from '../../image/reference.ts'
import type { ImageVerdict } from '../../snapshot/image-verdict.ts'
import { type CauseContext, type CauseWords, type FirstFinding, sentenceFor } from './cause-words.ts'
import { authRequiredOrDenied } from './causes/access.ts'
import { connectionRefusedOrReset, networkTimeout, proxy, registryNotFoundDns } from './causes/connection.ts'
import { diskFull } from './causes/disk-full.ts'
import { imageNotFound } from './causes/image.ts'
import { platformMismatch, unsupportedManifest } from './causes/image-content.ts'
import { IMAGE_ID, invalidReference } from './causes/invalid-name.ts'
import { kubeletQps, rateLimited } from './causes/limits.ts'
import { httpHttpsMismatch, registryServerError, tls } from './causes/network.ts'
import { neverPull, signaturePolicy } from './causes/node-policies.ts'
import { corruptOrUnpack } from './causes/node-store.ts'
import { canceledOrDeadline, other } from './causes/other.ts'
import { credentialLines, malformedSecret, malformedSecretsOf } from './credential.ts'
import { minuteOf } from './duration.ts'
import { addedBy } from './makers.ts'
import { alsoMoved, movedText } from './moved.ts'
import { FARGATE_ROLE } from './node-logins.ts'
import { capitalize, isRedirectedTo, pluralize, registryLabel, roleSentence, uncapitalize } from './nouns.ts'
import { runningSentence } from './running-elsewhere.ts'
import { searchText } from './searched.ts'

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
  return wordsFor(context).showsCredential ? credentialLines(context.findings) : []
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
  const { containerKind, node, clues } = first
  if (containerKind !== 'sandbox') return ofPuller(first, title)
  const place = node === null ? 'A node' : `Node ${node}`
  const effect = hasClue(clues, ...OF_ONE_SNAPSHOTTER) ? '' : ', so no new pod starts there'
  return `${place} can't get its sandbox (pause) image${effect}: ${uncapitalize(title)}`
}

/** Pods of a runtime class that unpacks with another snapshotter, such as Kata's with nydus, may be the only ones that can't start. */
const OF_ONE_SNAPSHOTTER: readonly Clue['code'][] = [
  'content-gone',
  'torn-store',
  'lazy-snapshotter',
  'snapshotter-without-name',
  'snapshotter-gone',
]

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
    ...FURTHER_FACTS.map(fact => fact(context.findings[0])),
    runningSentence(context.findings),
    movedSentence(first),
    alsoMoved(context.findings),
  ]
    .filter(text => text !== '')
    .join(' ')
}

/** Returns that what the node reported is old; empty if it still reports. */
function silenceText({ clues, node }: Finding): string {
  const silent = clueOf(clues, 'node-silent')
  if (silent === undefined) return ''
  const last = silent.since === null ? '' : ` (last report: ${minuteOf(silent.since)})`
  return `Node ${node ?? ''} no longer reports${last}, so the following may no longer be true.`
}

/** Facts that the title omits, about who pulls, the host that answered, and other mirrors; each is empty where it does not apply. */
const FURTHER_FACTS: readonly ((first: FirstFinding) => string)[] = [
  roleSentence,
  searchText,
  ({ cause, clues }) => (cause !== 'invalid-reference' && hasClue(clues, 'image-id') ? IMAGE_ID : ''),
  ({ clues }) =>
    hasClue(clues, 'guest')
      ? "The guest VM pulls this image itself, with its own network and login, not the node's or the pod's."
      : '',
  addedBy,
  ({ host }) =>
    host.virtual === 'azure'
      ? "The pod's node is virtual: Azure Container Instances pulls the image, with the pod's pull secrets, not with the identity of the cluster's nodes."
      : '',
  bareRefusalText,
  redirectText,
  mirrorsText,
  ({ container, containerKind }) =>
    containerKind === 'volume'
      ? `The image belongs to the pod's volume ${container}, not to a container.`
      : '',
  ({ clues }) =>
    clues.some(clue => clue.code === 'literal-server' && clue.host === DOCKER_HUB)
      ? "docker.io is Docker Hub's name in images; its registry is at registry-1.docker.io, and a node asks docker.io only if its settings say so."
      : '',
  identityText,
  olderText,
]

function bareRefusalText({ cause, subcause, endpoint, clues }: Finding): string {
  const isOfRegistry =
    (endpoint?.role === 'registry' && !isLocal(endpoint.host)) ||
    (endpoint?.role === 'token' && subcause === 'blocked')
  return cause === 'auth-required-or-denied' && isOfRegistry && hasClue(clues, 'bare-refusal')
    ? 'The answer (403) gives no reason, so it may also come from a proxy or firewall in between.'
    : ''
}

/** Returns that the identity of the pod's service account pulls nothing. */
function identityText({ clues, credential, host }: Finding): string {
  const identity = clueOf(clues, 'workload-identity')
  return identity === undefined || credential.status === 'usable'
    ? ''
    : `The ${IDENTITY[identity.of]} of service account ${identity.serviceAccount} is for the pod's own processes and does not pull images: ${host.virtual === 'fargate' ? FARGATE_ROLE : "the node's identity"} does.`
}

/** Returns which revision still serves. */
function olderText({ clues, workload, image }: Finding): string {
  const older = clueOf(clues, 'older-serves')
  if (older === undefined) return ''
  const other = older.image === null || older.image === image ? '' : ` ${older.image}`
  return `Revision ${older.revision} of ${workload?.name ?? 'the Deployment'} still runs${other}, with ${pluralize(older.pods, 'ready pod')}.`
}

/** Returns where a moved image went; empty for other images. The registry does not have the version that the name asks for. */
function movedSentence({
  moved,
  reference,
  image,
  cause,
}: Pick<Finding, 'moved' | 'reference' | 'image' | 'cause'>): string {
  if (moved === null) return ''
  const to = moved.to !== null && cause === 'image-not-found' ? withoutVersion(moved.to) : moved.to
  return `${movedText(moved, reference ?? image, to)}.`
}

/** Returns that the registry redirects requests to other hosts; empty if it was asked itself. */
function redirectText({ registry, endpoint, clues }: Finding): string {
  const behind = clueOf(clues, 'behind-proxy')?.host
  const isOfRegistry =
    endpoint?.role === 'registry' || endpoint?.role === 'token' || endpoint?.role === 'storage'
  const host = isOfRegistry ? endpoint.host : endpoint?.role === 'proxy' ? behind : undefined
  if (registry !== 'registry.k8s.io' && endpoint !== null && isRedirectedTo(endpoint, registry))
    return `${registry} redirected the request to ${endpoint.host}.`
  return registry !== 'registry.k8s.io' || host === undefined || hostAlone(host) === registry
    ? ''
    : endpoint?.role === 'storage'
      ? 'The host depends on the location of the node.'
      : `registry.k8s.io redirects clients to other hosts, such as ${host}, depending on their location.`
}

/** Returns that other mirrors failed as well; empty if there are none besides the one that the finding is about. */
function mirrorsText({ clues, endpoint, subcause }: Finding): string {
  const failed = clueOf(clues, 'mirrors-failed')
  if (failed === undefined) return ''
  const ofMirror = endpoint?.role === 'mirror' || subcause === 'not-in-mirror'
  const subject = endpoint?.role === 'mirror' ? endpoint.host : failed.lacking
  const others = ofMirror ? failed.hosts.filter(host => host !== subject) : failed.hosts
  if (others.length === 0) return ''
  return ofMirror
    ? `Other mirrors failed too (${others.join(', ')}).`
    : `Its mirrors failed too (${others.join(', ')}); this error is from the last host that was tried.`
}

const IDENTITY = {
  aws: 'IAM role (IRSA)',
  azure: 'workload identity',
  google: 'Workload Identity',
}
