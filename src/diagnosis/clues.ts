/** Clues: what the text of a failed pull, its endpoint, the image's name, and its logins show besides the cause (the node's are in pulling-node.ts). */

import { isDockerHub } from '../image/docker-hub.ts'
import { isLocal, isPrivateAddress, isServiceName, isShortServiceName, withoutPort } from '../image/host.ts'
import type { Reference } from '../image/reference.ts'
import { relayedRegistry } from '../image/registries.ts'
import { misspelledRegistry, namesBeside } from '../image/similar-names.ts'
import {
  type OwnerIndex,
  operatorAbove,
  servingBefore,
  type Workload,
  whyUnreplaced,
} from '../snapshot/owners.ts'
import type { Container, ContainerKind, Pod } from '../snapshot/pod.ts'
import type { OwnerLink, Snapshot } from '../snapshot/snapshot.ts'
import { demandsTerms, servedAt } from './access-demands.ts'
import { passedOver } from './causes/auth-required-or-denied.ts'
import { lazySnapshotter } from './causes/corrupt-or-unpack.ts'
import { missingChild } from './causes/image-not-found.ts'
import { isHubLimit, isLimitOfMinutes, limitOfData } from './causes/rate-limited.ts'
import type { Clue, DefaultName } from './clue.ts'
import { nameClues, quotedClues, TEXT_CLUES } from './clue-patterns.ts'
import { providerReason } from './credential-provider.ts'
import { isOfLayer, refusalClues } from './denial.ts'
import { type Endpoint, endpointOf, failedMirrors } from './endpoint.ts'
import type { Cause, Finding } from './finding.ts'
import { perimeterRefusal } from './perimeter.ts'

interface ClueFacts {
  cause: Cause
  status: number | null
  endpoint: Endpoint | null
  image: string
  reference: Reference | null
}

/** The clues in one failed pull: in the text, the HTTP status, the host, and the image's name. */
export function cluesOf(text: string, known: ClueFacts): Clue[] {
  const { cause, status, endpoint, image, reference } = known
  const words = withoutNames(text, image, reference)
  const inText = TEXT_CLUES.filter(([, pattern]) => pattern.test(words)).map(([clue]) => clue)
  const refusal = perimeterRefusal(words)
  return [
    ...inText,
    ...(refusal === null ? [] : [{ code: 'perimeter' as const, ...refusal }]),
    ...ofStatus(status, text),
    ...missingChild(text, reference),
    ...demanded(words, reference),
    ...(cause === 'rate-limited' ? ofLimit(text, reference) : []),
    ...(cause === 'auth-required-or-denied'
      ? refusalClues(words, text, { status, registry: reference?.registry ?? null })
      : []),
    ...quotedClues(text, endpoint),
    ...lazySnapshotter(words),
    ...passedOver(text, cause),
    ...arrivedClue(text),
    ...ofMirrors(text),
    ...ofHost(endpoint, reference, cause),
    ...nameClues(image, cause),
  ]
}

/** What the registry demands, or why the credential provider failed, in their own words. */
function demanded(words: string, reference: Reference | null): Clue[] {
  const place = servedAt(words, reference?.registry ?? null)
  const reason = providerReason(words)
  return [
    ...(reason === null ? [] : [{ code: 'provider-reason' as const, ...reason }]),
    ...(place === null ? [] : [{ code: 'served-at' as const, ...place }]),
    ...(demandsTerms(words) ? [{ code: 'terms' as const }] : []),
  ]
}

/** The digest of no data at all. */
const EMPTY = 'sha256:e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855'
/** What arrived, as containerd and containers/image write it: its size or its digest, before or after what was announced. */
const SIZES = /\b(?:failed size validation: |unexpected commit size )(\d+)(?: != |, expected )(\d+)/i
const DIGEST =
  /\b(?:unexpected (?:commit )?digest:? |digest did not match, expected sha256:\w{64}, got )(sha256:\w{64})/i

/** How much of a download arrived, if the text shows it. */
function arrivedClue(text: string): Clue[] {
  const [, bytes, of] = SIZES.exec(text) ?? []
  if (bytes !== undefined) return [{ code: 'arrived', bytes: Number(bytes), of: Number(of) }]
  return DIGEST.exec(text)?.[1] === EMPTY ? [{ code: 'arrived', bytes: 0, of: null }] : []
}

function ofMirrors(text: string): Clue[] {
  const failed = failedMirrors(text)
  return failed === null ? [] : [{ code: 'mirrors-failed', ...failed }]
}

/** The text without the image's own names, so that a repository called "billing" is not a clue. */
function withoutNames(text: string, image: string, reference: Reference | null): string {
  const names = [
    image,
    ...(reference === null ? [] : [`${reference.registry}/${reference.repository}`, reference.repository]),
  ]
  return names.filter(name => name.length > 2).reduce((rest, name) => rest.replaceAll(name, '‹name›'), text)
}

/** Whose limit the text describes, and over which time. */
function ofLimit(text: string, reference: Reference | null): Clue[] {
  if (isLimitOfMinutes(text)) return [{ code: 'per-second' }]
  const period = limitOfData(text)
  if (!isHubLimit(text))
    return period === null ? [] : [{ code: 'volume-limit', period: period === 'unknown' ? null : period }]
  const relayed = reference !== null && !isDockerHub(reference.registry)
  return [{ code: relayed ? 'upstream-limit' : 'hub-limit' }]
}

/** Words of runtimes that were asking for a token. */
const OF_TOKEN =
  /failed to authorize|fetch (?:oauth|anonymous) token|requesting bearer token|\bauth\.docker\.io\b/i

function ofStatus(status: number | null, text: string): Clue[] {
  if (status === 429 && !/toomanyrequests|limit|quota|retry-after|upstream/i.test(text))
    return OF_TOKEN.test(text) ? [{ code: 'token-limit' }] : [{ code: 'bare-limit' }]
  if (status === 401) return [{ code: 'unauthorized' }]
  if (status === 403 && /\b403(?: forbidden)?[\s"'`)\]}.,;]{0,8}$/i.test(text))
    return [{ code: isOfLayer(text) ? 'layer-refused' : 'bare-refusal' }]
  if (status === 412) return [{ code: 'precondition-failed' }]
  return status !== null && (status >= 500 || status === 404 || status === 405)
    ? [{ code: 'status', status }]
    : []
}

const UNRESOLVED: Cause = 'registry-not-found-dns'

/** Names that wait to be replaced (values of goharbor/harbor-helm, GitLab's chart, and `helm create`; RFC 2606). */
const DEFAULT_NAMES: readonly [RegExp, DefaultName][] = [
  [/^(?:core|notary)\.harbor\.domain$/i, 'harbor'],
  [/^gitlab\.example\.com$/i, 'gitlab'],
  [/(?:^|\.)chart-example\.local$/i, 'helm'],
  [/(?:^|\.)example\.(?:com|net|org)$/i, 'documentation'],
]

function ofHost(endpoint: Endpoint | null, reference: Reference | null, cause: Cause): Clue[] {
  const registry = reference?.registry ?? null
  const host = endpoint !== null && endpoint.role !== 'runtime' ? endpoint.host : registry
  const clues: Clue[] =
    registry !== null && /^(?:www\.)?hub\.docker\.com$/i.test(registry) ? [{ code: 'web-site' }] : []
  const upstream = reference === null ? null : relayedRegistry(reference)
  if (upstream !== null) clues.push({ code: 'relays', upstream })
  if (host === null) return clues
  const isItself = endpoint === null || endpoint.role === 'registry'
  const near =
    registry === null || !isItself ? null : misspelledRegistry(registry, { swapped: cause !== UNRESOLVED })
  if (near !== null) clues.push({ code: 'near-registry', registry: near })
  const [, unset] = DEFAULT_NAMES.find(([pattern]) => pattern.test(withoutPort(host))) ?? []
  if (unset !== undefined && cause === UNRESOLVED) clues.push({ code: 'default-name', of: unset })
  if (isLocal(host)) clues.push({ code: 'loopback' })
  else if (isServiceName(host) || isShortServiceName(host)) clues.push({ code: 'service-name' })
  else if (isPrivateAddress(host)) clues.push({ code: 'private-address' })
  return clues
}

/** The host that a proxy was asked for, as the text names it before the proxy's own error. */
export function behindProxy(text: string, registry: string | null): Clue[] {
  const wanted = endpointOf(text.replace(/(?:proxyconnect|socks connect) tcp.*/is, ''), registry)
  return wanted === null ? [] : [{ code: 'behind-proxy', host: wanted.host }]
}

interface PodOwners {
  workload: Workload | null
  /** The pod's known controllers, its own first. */
  above: readonly OwnerLink[]
  owners: OwnerIndex
}

export function cluesOfOwners(pod: Pod, { workload, above, owners }: PodOwners): Clue[] {
  const operator = operatorAbove(pod, workload)
  return [
    ...runOfCronJob(pod, workload, above),
    ...olderServes(pod, owners),
    ...(operator === null ? [] : [{ code: 'operated' as const, ...operator }]),
    ...(pod.maker === undefined ? [] : [{ code: 'made-by' as const, maker: pod.maker }]),
  ]
}

/** Only these kinds of containers come from a template. */
const FROM_TEMPLATE: readonly ContainerKind[] = ['container', 'init', 'sidecar']

/** A webhook or a policy changed the image, or added the container, when the pod was created. */
export function changedAtAdmission(
  { rewriters = [] }: Pick<Pod, 'rewriters'>,
  { name, kind, image }: Pick<Container, 'name' | 'kind' | 'image'>,
  images: Record<string, string> | null,
): Clue[] {
  if (images === null || !FROM_TEMPLATE.includes(kind)) return []
  const template = Object.hasOwn(images, name) ? (images[name] ?? null) : null
  return template === image ? [] : [{ code: 'changed-at-admission', template, policies: rewriters }]
}

/** A run of a CronJob is a Job, which keeps the template that it was created with. */
function runOfCronJob(
  { controller }: Pod,
  workload: PodOwners['workload'],
  above: PodOwners['above'],
): Clue[] {
  if (workload?.kind !== 'CronJob' || controller?.kind !== 'Job') return []
  const policy = above.find(({ kind }) => kind === 'CronJob')?.concurrencyPolicy
  const forbidsOthers = policy === undefined ? null : policy === 'Forbid'
  return [{ code: 'run-of-cron-job', job: controller.name, forbidsOthers }]
}

/** A changed template would not replace the pod while it is not ready. */
export function unreplacedClue(pod: Pod, owners: OwnerIndex): Clue[] {
  const why = whyUnreplaced(pod, owners)
  return why === null ? [] : [{ code: 'not-replaced', why }]
}

function olderServes(pod: Pod, owners: OwnerIndex): Clue[] {
  const older = servingBefore(pod, owners)
  return older === null ? [] : [{ code: 'older-serves', revision: older.number, pods: older.ready }]
}

/** Returns how to find the likely full name of an image without a registry, by the images that the snapshot shows to be pulled. */
export function besideClues({
  pods,
  nodes,
  pulledImages = [],
}: Snapshot): (image: string, cause: Cause) => Clue[] {
  const find = namesBeside(function* () {
    yield* pulledImages
    for (const { containers } of pods)
      for (const { image, imageId } of containers) if (imageId !== null) yield image
    for (const { images } of nodes) yield* images
  })
  return (image, cause) => {
    const found = cause === 'image-not-found' || cause === 'auth-required-or-denied' ? find(image) : null
    return found === null ? [] : [{ code: 'name-beside', ...found }]
  }
}

/** Failures to reach a host: the problem may be one node's alone. */
const UNREACHED: readonly Cause[] = [
  'registry-not-found-dns',
  'network-timeout',
  'connection-refused-or-reset',
]
/** Failures that prove that the host answered. */
const ANSWERED: readonly Cause[] = [
  'rate-limited',
  'auth-required-or-denied',
  'image-not-found',
  'tls',
  'http-https-mismatch',
  'registry-server-error',
]

/** Adds a clue to each failure to reach a host that has answered another node. */
export function withAnsweredNodes(findings: Finding[]): Finding[] {
  const nodes = new Map<string, string>()
  for (const finding of findings) {
    const { cause, node } = finding
    const host = ANSWERED.includes(cause) ? hostOf(finding) : null
    if (host === null || node === null) continue
    nodes.set(host, node)
    nodes.set(withoutPort(host), node)
  }
  if (nodes.size === 0) return findings
  return findings.map(finding => {
    const { cause, node, clues } = finding
    const host = UNREACHED.includes(cause) ? hostOf(finding) : null
    if (host === null || node === null) return finding
    // A name is the same at every port.
    const other = nodes.get(cause === 'registry-not-found-dns' ? withoutPort(host) : host)
    if (other === undefined || other === node) return finding
    return { ...finding, clues: [...clues, { code: 'answers-elsewhere', node: other }] }
  })
}

/**
 * The host of a pull, as its text names it, or else the registry's; null if neither is known, or if no registry was asked. Docker Hub, which
 * has most mirrors, has to be named.
 */
function hostOf({
  endpoint,
  registry,
  clues,
}: Pick<Finding, 'endpoint' | 'registry' | 'clues'>): string | null {
  if (endpoint !== null)
    return endpoint.role === 'runtime' || endpoint.role === 'proxy' ? null : endpoint.host
  const unasked = clues.some(({ code }) => code === 'credential-provider' || code === 'mirrors-failed')
  return registry === null || unasked || isDockerHub(registry) ? null : registry
}
