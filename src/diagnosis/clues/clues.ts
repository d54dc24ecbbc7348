/** The clues that are the same for all pods with one error text and image: those of its words, its HTTP status, its host, and the image's name. */

import {
  isLocal,
  isOfCluster,
  isPrivateAddress,
  isSharedAddress,
  isSurelyOfCluster,
  withoutPort,
} from '../../image/host.ts'
import { webSiteIn } from '../../image/mistakes/misplaced-names.ts'
import { fullName, fullRepository, type Reference } from '../../image/reference.ts'
import {
  countsAtHub,
  isHosted,
  isNamedLikeCache,
  isOpenShiftService,
  isPublic,
  relayedRegistry,
} from '../../image/registries.ts'
import { servesWindowsBase } from '../../image/windows-images.ts'
import { cacheRuleIn, OF_CACHE_RULE } from '../cache-rule.ts'
import { failedOtherwise, passedOver } from '../causes/auth-required-or-denied.ts'
import { lazySnapshotter, refusedAttribute, refusedMount } from '../causes/corrupt-or-unpack.ts'
import { missingChild, PASSED_ON, upstreamError } from '../causes/image-not-found.ts'
import { proxyAnswer } from '../causes/proxy.ts'
import { isHubLimit, isLimitOfMinutes, limitOfData } from '../causes/rate-limited.ts'
import { providerReason } from '../credential/credential-provider.ts'
import type { Cause } from '../finding.ts'
import { peerMirrorAt } from '../node/node-services.ts'
import { demandsTerms, servedAt } from '../refusal/access-demands.ts'
import { isBareRefusal, isOffList, isOfLayer, isOfOtherServer, refusalClues } from '../refusal/denial.ts'
import { LAYER_REFUSED } from '../refusal/denial-words.ts'
import { perimeterRefusal } from '../refusal/perimeter.ts'
import { downloadsFrom, privatePeer } from '../text/download-host.ts'
import type { Endpoint } from '../text/endpoint.ts'
import { endpointOf } from '../text/endpoint-in-text.ts'
import { failedMirrors } from '../text/failed-mirrors.ts'
import { firstMatch } from '../text/first-match.ts'
import { dialedAddress } from '../text/misresolved.ts'
import { asksForToken } from '../text/pull-error.ts'
import type { Search } from '../text/searched-registries.ts'
import { type Clue, cluesIf, cluesWith } from './clue.ts'
import type { DefaultName, MachineNamer } from './clue-on-way.ts'
import { TEXT_CLUES } from './clue-patterns.ts'
import { nameClues } from './name-clues.ts'
import { quotedClues } from './quoted-clues.ts'

interface ClueFacts {
  cause: Cause
  status: number | null
  endpoint: Endpoint | null
  image: string
  reference: Reference | null
  /** Of the image, by its node, where that matters. */
  search: Search | null
}

/** The clues in one failed pull: in the text, the HTTP status, the host, and the image's name. */
export function cluesOf(text: string, known: ClueFacts): Clue[] {
  const { cause, status, endpoint, image, reference, search } = known
  const words = withoutNames(text, image, reference)
  const inText = TEXT_CLUES.filter(([, pattern]) => pattern.test(words))
    .map(([clue]) => clue)
    .filter(({ code }) => code !== 'ambiguous-refusal' || !isOpenToAnyone(reference, endpoint))
  const isPage = inText.some(({ code }) => code === 'web-page')
  return [
    ...inText,
    ...cluesWith('perimeter', perimeterRefusal(words)),
    ...ofStatus(status, text),
    ...missingChild(text, reference),
    ...cluesWith('upstream-error', upstreamError(text)),
    ...inOwnWords(words, text, reference),
    ...cluesIf(isPage && asksForToken(text) && endpoint?.role !== 'mirror', { code: 'page-for-token' }),
    ...(cause === 'rate-limited' ? ofLimit(text, reference, endpoint) : []),
    ...(cause === 'auth-required-or-denied'
      ? refusalClues(words, text, { status, registry: reference?.registry ?? null })
      : []),
    ...cluesIf(isOffList(known) && !inText.some(({ code }) => code === 'served-list'), {
      code: 'served-list',
      said: false,
    }),
    ...cluesIf(isOfOtherServer(text, known), { code: 'basic-demanded' }),
    ...quotedClues(text, endpoint),
    ...lazySnapshotter(words),
    ...(cause === 'corrupt-or-unpack' ? [...refusedMount(words), ...refusedAttribute(words)] : []),
    ...passedOver(text, cause),
    ...failedOtherwise(text, cause),
    ...cluesWith('searched', search),
    ...cluesWith('mirrors-failed', failedMirrors(text)),
    ...(endpoint === null ? ofDownload(text, reference) : []),
    ...ofRegistry(reference),
    ...ofHost(endpoint, reference, cause, text),
    ...nameClues(image, cause),
  ]
}

/** Whoever asks without a login gets the image, so what was refused is a login (podman-container-tools/podman#3739). */
function isOpenToAnyone(reference: Reference | null, endpoint: Endpoint | null): boolean {
  return reference !== null && isPublic(fullName(reference)) && endpoint?.role !== 'mirror'
}

/** What the registry or the credential provider says in its own words: why it failed, where the image is instead, and what it demands. */
function inOwnWords(words: string, text: string, reference: Reference | null): Clue[] {
  return [
    ...cluesWith('provider-reason', providerReason(words)),
    ...cluesWith('served-at', servedAt(words, reference?.registry ?? null)),
    ...cluesWith('cache-rule', cacheRuleIn(text)),
    ...cluesIf(demandsTerms(words), { code: 'terms' }),
  ]
}

function ofDownload(text: string, reference: Reference | null): Clue[] {
  const hosts = downloadsFrom(text, reference?.registry ?? null)
  return cluesWith('download-host', hosts === null ? null : { hosts, from: privatePeer(text) })
}

/** The text without the image's own names, so that a repository called "billing" is not a clue. */
function withoutNames(text: string, image: string, reference: Reference | null): string {
  const names = [image, ...(reference === null ? [] : [fullRepository(reference), reference.repository])]
  return names.filter(name => name.length > 2).reduce((rest, name) => rest.replaceAll(name, '‹name›'), text)
}

/** Whose limit the text describes, and over which time. */
function ofLimit(text: string, reference: Reference | null, endpoint: Endpoint | null): Clue[] {
  if (OF_CACHE_RULE.test(text) || PASSED_ON.test(text)) return [{ code: 'upstream-limit' }]
  // docker/hub-feedback#1250
  if (/\btoo many failed login attempts\b/i.test(text)) return [{ code: 'failed-logins' }]
  // Quay limits requests per second, and no pulls (access.redhat.com/solutions/6218921).
  const isQuay = reference?.registry === 'quay.io' && endpoint?.role !== 'mirror'
  if (isLimitOfMinutes(text) || isQuay) return [{ code: 'per-second' }, ...retrySoon(text)]
  if (!isHubLimit(text)) return cluesWith('volume-limit', limitOfData(text))
  if (reference === null || countsAtHub(reference.registry)) return [{ code: 'hub-limit' }]
  return [{ code: mayBeOtherName(reference, endpoint) ? 'passes-hub-limit' : 'upstream-limit' }]
}

/** GitHub's registry writes a duration of Go into its message (dependabot/cli#380). */
const SOON =
  /\bretry-after: (\d[\d.]*[nuµμm]s|[0-5](?:\.\d{1,9})?s)(?![\w.])(?:,? allowed: (\d[\d.,]* ?\/ ?[a-z]{1,6}))?/i

function retrySoon(text: string): Clue[] {
  const [, wait, allowed = null] = SOON.exec(text) ?? []
  return wait === undefined ? [] : [{ code: 'retry-soon', wait, allowed }]
}

/** Whether the host may be a publisher's, under which Docker Hub itself answers: not if its name or path is like that of a cache. */
function mayBeOtherName(reference: Reference, endpoint: Endpoint | null): boolean {
  const { registry } = reference
  const isOwn = endpoint === null || (endpoint.role === 'registry' && endpoint.host === registry)
  const isInside = isLocal(registry) || isOfCluster(registry) || isPrivateAddress(registry)
  return isOwn && !isInside && !isHosted(registry) && !isNamedLikeCache(fullRepository(reference))
}

function ofStatus(status: number | null, text: string): Clue[] {
  if (status === 429 && !/toomanyrequests|limit|quota|retry-after|upstream/i.test(text))
    return asksForToken(text) || /\bauth\.docker\.io\b/i.test(text)
      ? [{ code: 'token-limit' }]
      : [{ code: 'bare-limit' }]
  // The code that registries give with this status (opencontainers/distribution-spec, error codes), and their words for it.
  if (status === 401 || (status === null && /\bunauthorized: authentication required\b/i.test(text)))
    return [{ code: 'unauthorized' }]
  if (status === 403 && LAYER_REFUSED.test(text)) return [{ code: 'layer-refused' }]
  if (status === 403 && isBareRefusal(text))
    return [{ code: isOfLayer(text) ? 'layer-refused' : 'bare-refusal' }]
  if (status === 412) return [{ code: 'precondition-failed' }]
  return status === null || JUDGED.includes(status) ? [] : [{ code: 'status', status }]
}

/** Statuses that mean a refusal of their own, a format that is not there, or a timeout. */
const JUDGED = [402, 406, 407, 408, 410, 429, 451]

/** Names that wait to be replaced (values of goharbor/harbor-helm, GitLab's chart, and `helm create`; RFC 2606). */
const DEFAULT_NAMES: readonly [DefaultName, RegExp][] = [
  ['harbor', /^(?:core|notary)\.harbor\.domain$/i],
  ['gitlab', /^gitlab\.example\.com$/i],
  ['helm', /(?:^|\.)chart-example\.local$/i],
  ['documentation', /(?:^|\.)example\.(?:com|net|org)$/i],
]

/** Names of the machine that a tool runs on (devantler-tech/ksail#1163, k3d-io/k3d#926). */
const MACHINE_NAMES: readonly [MachineNamer, RegExp][] = [
  [
    'docker',
    /^(?:host|gateway)\.docker\.internal$|^docker\.for\.(?:mac|win)\.(?:host\.internal|localhost)$/i,
  ],
  ['k3d', /^host\.k3d\.internal$/i],
  ['lima', /^host\.lima\.internal$/i],
  ['minikube', /^host\.minikube\.internal$/i],
  ['orbstack', /^host\.orb\.internal$/i],
  ['podman', /^host\.containers\.internal$/i],
  ['rancher-desktop', /^host\.rancher-desktop\.internal$/i],
]

/** What the registry in the image's name shows: a web site, or a cache's path. */
function ofRegistry(reference: Reference | null): Clue[] {
  if (reference === null) return []
  const upstream = relayedRegistry(reference)
  return [
    ...cluesWith('web-site', webSiteIn(reference)),
    ...cluesWith('relays', upstream === null ? null : { upstream }),
  ]
}

/** What the name or the address of the host shows that was asked. */
function ofHost(endpoint: Endpoint | null, reference: Reference | null, cause: Cause, text: string): Clue[] {
  const host =
    endpoint !== null && endpoint.role !== 'runtime' ? endpoint.host : (reference?.registry ?? null)
  if (host === null) return []
  const by = endpoint === null ? null : peerMirrorAt({ host, role: endpoint.role })
  const isWindows =
    endpoint?.role === 'storage' && servesWindowsBase(withoutPort(host), reference?.registry ?? null)
  return [
    ...cluesIf(isWindows, { code: 'windows-base' }),
    ...cluesWith('peers-only', by === null ? null : { by }),
    ...(cause === 'registry-not-found-dns' ? ofUnresolvedName(withoutPort(host)) : []),
    ...placeOf(host, cause, text),
  ]
}

function ofUnresolvedName(host: string): Clue[] {
  const [of, by] = [firstMatch(host, DEFAULT_NAMES), firstMatch(host, MACHINE_NAMES)]
  return [
    ...cluesWith('default-name', of === null ? null : { of }),
    ...cluesWith('machine-name', by === null ? null : { by }),
  ]
}

/** Where the host is, if only the node, the cluster, or a private network knows it. */
function placeOf(host: string, cause: Cause, text: string): Clue[] {
  if (isLocal(host)) return [{ code: 'loopback' }]
  if (isOfCluster(host)) {
    const address = cause === 'registry-not-found-dns' ? null : dialedAddress(text)
    // The node's DNS server knows it, as it does names of a company's own.
    if (address !== null && !isSurelyOfCluster(host)) return []
    return isFoundOnNode(host, cause, address)
      ? [{ code: 'service-address', address }]
      : [{ code: 'service-name' }]
  }
  return isPrivateAddress(host) ? [{ code: 'private-address' }] : []
}

/**
 * Whether the node has found the Service: at an address inside, which may be a shared one, too (kops). A public one would be that of a
 * wildcard record. OpenShift writes its own registry's name into /etc/hosts of its nodes.
 */
function isFoundOnNode(host: string, cause: Cause, address: string | null): boolean {
  if (cause === 'registry-not-found-dns') return false
  if (address === null) return isOpenShiftService(host)
  return isPrivateAddress(address) || isSharedAddress(address)
}

/** The host that a proxy was asked for, as the text names it before the proxy's own error, and what its answer says. */
export function behindProxy(text: string, registry: string | null): Clue[] {
  const wanted = endpointOf(text.replace(/(?:proxyconnect|socks connect) tcp.*/is, ''), registry)
  const answer = proxyAnswer(text)
  return [
    ...cluesWith('behind-proxy', wanted === null ? null : { host: wanted.host }),
    ...cluesWith('proxy-answered', answer === null ? null : { as: answer }),
  ]
}
