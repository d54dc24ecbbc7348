/** What a report adds to the meaning of a cause: who pulls, which host answered, what else failed, and what still serves. */

import { clueOf, hasClue } from '../../diagnosis/clues/clue.ts'
import type { Finding } from '../../diagnosis/finding.ts'
import { DOCKER_HUB } from '../../image/docker-hub.ts'
import { hostAlone, isLocal } from '../../image/host.ts'
import { withoutVersion } from '../../image/reference.ts'
import type { ContainerKind } from '../../snapshot/pod.ts'
import type { FirstFinding } from './cause-words.ts'
import { IMAGE_ID } from './causes/invalid-name.ts'
import { minuteOf } from './duration.ts'
import { addedBy } from './edits/makers.ts'
import { movedText } from './moved.ts'
import { FARGATE_ROLE } from './node/node-logins.ts'
import { isRedirectedTo, pluralize, roleSentence } from './nouns.ts'
import { searchText } from './searched.ts'

/** Returns that what the node reported is old; empty if it still reports. */
export function silenceText({ clues, node }: Finding): string {
  const silent = clueOf(clues, 'node-silent')
  if (silent === undefined) return ''
  const last = silent.since === null ? '' : ` (last report: ${minuteOf(silent.since)})`
  return `Node ${node ?? ''} no longer reports${last}, so the following may no longer be true.`
}

/** Facts that the title omits, about who pulls, the host that answered, and other mirrors; each is empty where it does not apply. */
export const FURTHER_FACTS: readonly ((first: FirstFinding) => string)[] = [
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
  failureText,
  redirectText,
  anonymousText,
  mirrorsText,
  ({ clues }) =>
    clues.some(clue => clue.code === 'literal-server' && clue.host === DOCKER_HUB)
      ? "docker.io is Docker Hub's name in images; its registry is at registry-1.docker.io, and a node asks docker.io only if its settings say so."
      : '',
  identityText,
  ({ clues }) => {
    const template = clueOf(clues, 'changed-at-admission')?.template ?? null
    return template === null ? '' : `The template that the pod was made from has another image, ${template}.`
  },
  olderText,
]

/** Which part of a pod has the image, where that is not one of its usual containers. */
const PART: Partial<Record<ContainerKind, (name: string) => string>> = {
  volume: name => `The image belongs to the pod's volume ${name}, not to a container.`,
  init: name => `The image belongs to init container ${name}.`,
  sidecar: name => `The image belongs to sidecar ${name}, an init container that keeps running.`,
  ephemeral: name =>
    `The image belongs to debug container ${name}, such as \`kubectl debug\` adds: the pod's own containers don't wait for it.`,
}

/** Returns which part of their pods has the image; empty where that is a usual container, or not the same part everywhere. */
export function partText([first, ...others]: readonly [Finding, ...Finding[]]): string {
  const { container, containerKind, clues } = first
  const isOne = others.every(other => other.container === container && other.containerKind === containerKind)
  return isOne && !hasClue(clues, 'same-image') ? (PART[containerKind]?.(container) ?? '') : ''
}

function bareRefusalText({ cause, subcause, endpoint, clues }: Finding): string {
  const isOfRegistry =
    (endpoint?.role === 'registry' && !isLocal(endpoint.host)) ||
    (endpoint?.role === 'token' && subcause === 'blocked')
  return cause === 'auth-required-or-denied' && isOfRegistry && hasClue(clues, 'bare-refusal')
    ? 'The answer (403) gives no reason, so it may also come from a proxy or firewall in between.'
    : ''
}

/** Returns that another attempt of the same pull met a server error, which the refusal does not explain. */
function failureText({ clues }: Finding): string {
  const status = clueOf(clues, 'failed-otherwise')?.status
  return status === undefined
    ? ''
    : `Another attempt of the same pull, with another login or with none, was answered with a server error (${status}): if that comes back, the server that answered so is failing as well.`
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
export function movedSentence({
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

/** containerd tries each login, and at last none: the refusal of that says nothing where another attempt got as far as the layers (Azure/AKS#4974). */
function anonymousText({ endpoint, evidence }: Finding): string {
  const isRefused = /\bfailed to fetch anonymous token: unexpected status [^\n]{1,1000}: 401\b/.test(
    evidence?.text ?? '',
  )
  return endpoint?.role === 'storage' && isRefused
    ? 'The 401 is from another attempt, which was made without a login after this one had failed: the login was accepted before.'
    : ''
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
