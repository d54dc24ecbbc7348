/** Clues: what the text of a failed pull, its endpoint, the image's name, and the node show besides the cause. */

import type { Reference } from '../image/reference.ts'
import type { Node } from '../snapshot/node.ts'
import type { Pod } from '../snapshot/pod.ts'
import type { Clue } from './clue.ts'
import { nameClues, quotedClues, TEXT_CLUES } from './clue-patterns.ts'
import type { Endpoint } from './endpoint.ts'
import { isLocal, isPrivateAddress, isServiceName, isShortServiceName } from './endpoint.ts'
import type { FailingContainer } from './failing-container.ts'
import type { Cause } from './finding.ts'

interface ClueFacts {
  cause: Cause
  status: number | null
  endpoint: Endpoint | null
  image: string
  reference: Reference | null
}

/** The clues in one failed pull: in the text, the HTTP status, the host, and the image's name. */
export function cluesOf(text: string, known: ClueFacts): Clue[] {
  const { status, endpoint, image, reference } = known
  const words = withoutNames(text, image, reference)
  const inText = TEXT_CLUES.filter(([, pattern]) => pattern.test(words)).map(([clue]) => clue)
  return [
    ...inText,
    ...ofStatus(status, text),
    ...(reference !== null && reference.digest === null && CHILD.test(text)
      ? [{ code: 'missing-child' } as const]
      : []),
    ...quotedClues(text),
    ...ofHost(endpoint, reference),
    ...nameClues(image),
  ]
}

/** A manifest that was asked for by digest and is missing; of an image that is named by tag, its index listed that digest. */
const CHILD = /\/manifests\/sha256:[0-9a-f]{64}"?:? (?:not found|manifest unknown|404\b)/i

/** The text without the image's own names, so that a repository called "billing" is not a clue. */
function withoutNames(text: string, image: string, reference: Reference | null): string {
  const names = [
    image,
    ...(reference === null ? [] : [`${reference.registry}/${reference.repository}`, reference.repository]),
  ]
  return names.filter(name => name.length > 2).reduce((rest, name) => rest.replaceAll(name, '‹name›'), text)
}

/** Words of runtimes that were asking for a token. */
const OF_TOKEN =
  /failed to authorize|fetch (?:oauth|anonymous) token|requesting bearer token|\bauth\.docker\.io\b/i

function ofStatus(status: number | null, text: string): Clue[] {
  if (status === 429 && !/toomanyrequests|limit|quota|retry-after|upstream/i.test(text))
    return OF_TOKEN.test(text) ? [{ code: 'token-limit' }] : [{ code: 'bare-limit' }]
  if (status === 401) return [{ code: 'unauthorized' }]
  if (status === 403)
    return /\b403(?: forbidden)?[\s"'`)\]}.,;]{0,8}$/i.test(text) ? [{ code: 'bare-refusal' }] : []
  if (status === 412) return [{ code: 'precondition-failed' }]
  if (status === 402) return [{ code: 'suspended' }]
  return status !== null && status >= 500 ? [{ code: 'status', status }] : []
}

/** Go's crypto/x509 quotes the clock that it compared. */
const CLOCK = /\bcurrent time (\S{1,40}) is (after|before) ([\w:.+-]{1,40})/
const DAY = 86_400_000

/**
 * What the error says of the certificate's date, and whether the node's clock is wrong for sure: no pull is older than its pod, nor later
 * than the snapshot. Less than a day is no difference.
 */
export function clockClues(text: string, { createdAt }: Pick<Pod, 'createdAt'>, takenAt: string): Clue[] {
  const [, shows = '', side, date = ''] = CLOCK.exec(text) ?? []
  if (side !== 'after' && side !== 'before') return []
  const shown = Date.parse(shows)
  const off = Math.max(Date.parse(createdAt) - shown, shown - Date.parse(takenAt))
  return [
    { code: 'certificate-date', date, side },
    ...(off >= DAY ? [{ code: 'clock-off', shows, days: Math.floor(off / DAY) } as const] : []),
  ]
}

function ofHost(endpoint: Endpoint | null, reference: Reference | null): Clue[] {
  const registry = reference?.registry ?? null
  const host = endpoint !== null && endpoint.role !== 'runtime' ? endpoint.host : registry
  const clues: Clue[] =
    registry !== null && /^(?:www\.)?hub\.docker\.com$/i.test(registry) ? [{ code: 'web-site' }] : []
  if (host === null) return clues
  if (isLocal(host)) clues.push({ code: 'loopback' })
  else if (isServiceName(host) || isShortServiceName(host)) clues.push({ code: 'service-name' })
  else if (isPrivateAddress(host)) clues.push({ code: 'private-address' })
  return clues
}

/** Images that hold drivers or modules for one kernel. */
const DRIVER = /driver|[mo]fed|kmod|kernel-module/
const SYSTEM =
  /-((?:ubuntu|debian|rhel|rhcos|sles|sl-?micro|centos|rocky|fedora|amzn|flatcar|azurelinux|opensuse)\d[\d.]*(?:sp\d)?)(?:-(?:amd64|arm64|x86_64|aarch64))?$/
const KERNEL = /\d+\.\d+\.\d+-[\w.-]*(?:generic|default|aws|azure|gcp|gke|oracle|\.(?:el|fc|amzn)\d\w*)/

/** What of a node an operator took for the tag: NVIDIA's `550.90.07-ubuntu24.04`, or a kernel (Kernel Module Management). */
function tagOfNode(reference: string | null, node: Node | null): Clue[] {
  const [, name = '', tag = ''] = /([^/]+):([^:@/]+)(?:@.*)?$/.exec(reference ?? '') ?? []
  const own = (node?.os === 'linux' ? node.kernel : null)?.replace(/[^\w.-]/g, '_') ?? ''
  const driver = DRIVER.test(name)
  const kernel = own !== '' && tag.includes(own) ? own : driver ? KERNEL.exec(tag)?.[0] : undefined
  if (kernel !== undefined) return [{ code: 'tag-of-node', from: 'kernel', value: kernel }]
  const system = driver ? SYSTEM.exec(tag)?.[1] : undefined
  return system === undefined ? [] : [{ code: 'tag-of-node', from: 'system', value: system }]
}

/** How charts name what they run on Windows nodes. */
const WINDOWS_NAME = /(?:^|-)win(?:dows)?(?:-|$)/

/** Nodes on a developer's machine, where images are built or loaded by hand. */
const LOCAL_NODE = /^(?:minikube|docker-desktop|colima|orbstack|k3d-.*|kind-.*|.*-control-plane)$/

/** The clues from the place of the pull: a guest that pulls by itself, or a local node. */
export function cluesOfPlace(
  { container, usesPullSecrets }: FailingContainer,
  pod: Pod,
  node: Node | null,
  reference: string | null,
  workload: { kind: string; name: string } | null,
): Clue[] {
  const guest = !usesPullSecrets && container.kind !== 'sandbox'
  const own =
    node?.provider === 'kind' ||
    LOCAL_NODE.test(pod.node ?? '') ||
    node?.images.includes(container.image) === true
  return [
    ...(workload?.kind === 'CronJob' && pod.controller?.kind === 'Job'
      ? [{ code: 'run-of-cron-job', job: pod.controller.name } as const]
      : []),
    ...(node?.os === 'windows' && pod.platform.os === null ? [{ code: 'any-os' } as const] : []),
    ...(pod.platform.os === 'windows' || WINDOWS_NAME.test(workload?.name ?? '')
      ? [{ code: 'asks-windows' } as const]
      : []),
    ...tagOfNode(reference, node),
    ...(guest ? [{ code: 'guest' } as const] : []),
    ...(own && container.pullPolicy === 'Always' ? [{ code: 'local-image' } as const] : []),
    ...(container.pullPolicy === 'IfNotPresent' && node !== null && isVerified(node, reference)
      ? [{ code: 'on-node' } as const]
      : []),
  ]
}

/** Kubelets of this minor version and later verify that a pod may use an image on the node (1.33 and 1.34 only if configured to). */
const VERIFIES_SINCE = 33

function isVerified({ kubelet, images }: Node, reference: string | null): boolean {
  const minor = Number(/^v1\.(\d+)/.exec(kubelet ?? '')?.[1] ?? 0)
  return minor >= VERIFIES_SINCE && reference !== null && images.includes(reference)
}
