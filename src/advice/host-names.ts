/** Steps for a host whose name does not resolve, or whose name or address no node can reach. */

import { clueOf, hasClue } from '../diagnosis/clues/clue.ts'
import type { Finding } from '../diagnosis/finding.ts'
import { type NodeService, nodeServiceAt } from '../diagnosis/node/node-services.ts'
import type { NamedEndpoint } from '../diagnosis/text/endpoint.ts'
import type { FailedMirrors } from '../diagnosis/text/failed-mirrors.ts'
import {
  discardedAddress,
  isLocal,
  isOfCluster,
  isPrivateAddress,
  isServiceName,
  isUsualDnsService,
} from '../image/host.ts'
import { isHosted, isOpenShiftService } from '../image/registries.ts'
import { stepsIf } from './conditions.ts'
import { compareSteps, mirrorLacking, ofMirror, realmProduct, servedByRegistry, targetHost } from './host.ts'
import { serviceOf } from './services.ts'
import type { Step, StepOf } from './step/step.ts'

/** Whether the name has no domain, such as a Service's or a container's. */
const hasNoDomain = (host: string) => /^[^.[]+$/.test(host)

/** Services that are processes of the node, not pods. */
const WITHOUT_POD: readonly NodeService[] = ['embedded-registry', 'artifact-streaming']

/** What should listen at an address of the node itself, if its port tells. */
function nodeServiceSteps(target: NamedEndpoint): Step[] {
  const { host } = target
  const service = nodeServiceAt(target)
  if (service === null) return []
  return WITHOUT_POD.includes(service)
    ? [{ code: 'node-mirror', host, service }]
    : [{ code: 'node-service', host, service }]
}

/** Clouds whose registries have token servers of their own. */
const OF_CLOUDS =
  /\.(?:aliyuncs|myhuaweicloud|tencentyun|tencentcloudcr|digitalocean|oraclecloud)\.com$|\.(?:ocir\.io|scw\.cloud)$/

/** A registry that announces a token server by a name or an address that only its own network knows, in place of its own. */
function announcedRealm(finding: Finding, { host, role }: NamedEndpoint): Step[] {
  const { registry } = finding
  if (role !== 'token' || registry === null || isHosted(host) || host === registry) return []
  // What a cloud's registry announces, nobody here can change (alibaba/kt-connect#174).
  if (OF_CLOUDS.test(host)) return []
  return [{ code: 'token-realm', host, registry, product: realmProduct(finding) }]
}

/** Whether the host is known inside of one machine, of a cluster, or of a network of containers only. */
function isInside(finding: Finding, host: string): boolean {
  return hasClue(finding.clues, 'loopback', 'service-name') || hasNoDomain(host)
}

/** As announcedRealm, for a name or an address that others may reach; those inside, and defaults of products, have steps of their own. */
export function realmElsewhere(finding: Finding, target: NamedEndpoint): Step[] {
  const hasOwn = isInside(finding, target.host) || hasClue(finding.clues, 'default-name')
  return hasOwn ? [] : announcedRealm(finding, target)
}

/** A name or address that no node can reach, however the network is set up. */
export function unreachableName(finding: Finding, { host, role }: NamedEndpoint): Step[] {
  const service = nodeServiceSteps({ host, role })
  if (service.length > 0) return service
  const to = clueOf(finding.clues, 'misresolved')
  if (to !== undefined && role !== 'proxy')
    return [{ code: 'resolve-elsewhere', host, address: to.address, owner: to.owner }]
  const realm = isInside(finding, host) ? announcedRealm(finding, { host, role }) : []
  if (realm.length > 0) return realm
  // Names were rewritten on purpose to go through a cache there.
  if (hasClue(finding.clues, 'loopback') && hasClue(finding.clues, 'relays'))
    return [{ code: 'node-mirror', host, service: null }]
  const served = clueOf(finding.clues, 'served-at-nodes')
  if (served !== undefined && role === 'registry')
    return [{ code: 'serve-loopback', host, nodes: served.nodes, by: served.by }]
  if (hasClue(finding.clues, 'loopback')) return [{ code: 'replace-loopback', host, role }]
  return stepsIf(hasClue(finding.clues, 'service-name'), {
    code: 'replace-service-name',
    host,
    role,
    service: serviceOf(host),
  })
}

/** A node that asks the cluster's own DNS Service, which needs a network and pods that the node has to pull first. */
function ownNameServer(finding: Finding): StepOf<'own-name-server'> | null {
  const { server, unreached } = clueOf(finding.clues, 'dns-server') ?? {}
  const answer = clueOf(finding.clues, 'dns-answer')?.answer
  if (server === undefined || answer === 'none' || answer === 'error') return null
  const serves = hasClue(finding.clues, 'serves-dns')
  const certain = isUsualDnsService(server)
  const mayBe = serves && unreached === 'refused' && isPrivateAddress(server)
  return certain || mayBe ? { code: 'own-name-server', server, serves, certain } : null
}

/** The steps for a name that does not resolve. */
export function dnsSteps(finding: Finding): Step[] {
  const target = targetHost(finding)
  const { host } = target
  const { server = null, unreached = null } = clueOf(finding.clues, 'dns-server') ?? {}
  const mirror = ofMirror(finding, target)
  const resolve: Step = { code: 'resolve-host', host }
  const own = ownNameServer(finding)
  const repair: Step = own ?? { code: 'fix-dns', host, server, unreached }
  // The name is no typo, and no DNS server can be made to have it for sure.
  const by = clueOf(finding.clues, 'machine-name')?.by
  // Docker's own DNS server in a node has it where it answers.
  const isAnswered = ['none', undefined].includes(clueOf(finding.clues, 'dns-answer')?.answer)
  if (by !== undefined)
    return [...stepsIf(!isAnswered, resolve, repair), { code: 'machine-name', by, ...target }, ...mirror]
  const container = localRegistry(finding, target)
  if (container !== null) return [{ code: 'start-local-registry', container }, resolve, ...mirror]
  // No DNS server of a node has such a name; OpenShift writes that of its own registry into /etc/hosts.
  const isOfCluster = isServiceName(host)
  const unset = clueOf(finding.clues, 'default-name')?.of
  const mayHaveIt = !isOfCluster && unset !== 'harbor' && unset !== 'helm'
  const lacking = mirrorLacking(finding, target)
  if (isOpenShiftService(host)) return [...lacking, { code: 'node-resolver', host }, ...mirror, resolve]
  const unreachable = unreachableName(finding, target)
  if (unreachable.length > 0)
    return [
      ...lacking,
      ...unreachable,
      ...mirror,
      ...stepsIf(!isOfCluster, resolve),
      ...stepsIf(mayHaveIt, repair),
    ]
  // The text shows what is wrong: no name can be looked up there.
  const isCut = own === null && (unreached === 'network' || unreached === 'host')
  // Where the node most likely asks the wrong server, that comes before the name is doubted.
  const isFirst = isCut || own?.certain === true || isDiscarded(finding, host, server)
  const compare = compareSteps(finding, target, 'name')
  const isTest = compare.some(step => step.code === 'compare-nodes' && step.test)
  return [
    ...lacking,
    ...defaultName(finding, target),
    ...stepsIf(isFirst, repair),
    ...(isTest ? [resolve, ...compare] : [...compare, resolve]),
    // Gitea builds the address from its settings, not from the name that it was asked by (go-gitea/gitea#22033).
    ...realmElsewhere(finding, target),
    ...stepsIf(hasNoDomain(host), { code: 'bare-host', host }),
    ...mirror,
    ...stepsIf(!isFirst && mayHaveIt, repair),
    ...servedByRegistry(finding, target),
    ...stepsIf(own === null && mayBeGivenUp(finding, target), { code: 'change-host', host }),
  ]
}

/** Whether the name leads to a private address, for which many DNS servers of routers give no answer. */
function isDiscarded({ clues, host: { cloud } }: Finding, host: string, server: string | null): boolean {
  return clueOf(clues, 'dns-answer')?.answer === 'none' && discardedAddress(host, server, cloud) !== null
}

/** Whether the name in the image may have been taken out of DNS: many nodes get that answer, and nothing shows another fault. */
function mayBeGivenUp({ containerKind, clues }: Finding, { host }: NamedEndpoint): boolean {
  const isElse = isHosted(host) || hasNoDomain(host) || hasClue(clues, 'answers-elsewhere', 'default-name')
  return hasClue(clues, 'gone-name') && containerKind !== 'sandbox' && !isElse
}

/** A name that nobody replaced with the real one; where that is the registry's own, only the image has to be corrected. */
function defaultName({ clues, registry }: Finding, target: NamedEndpoint): Step[] {
  const of = clueOf(clues, 'default-name')?.of
  return of === undefined ? [] : [{ code: 'default-name', of, registry, ...target }]
}

/** The container behind `localhost:5001` on nodes that are containers, too (kind's "Local Registry"); null if this is not such a registry. */
function localRegistry({ registry }: Finding, { host, role }: NamedEndpoint): string | null {
  const bare = /^[\w-]+(?=:\d+$|$)/.exec(host)?.[0] ?? null
  return role === 'mirror' && registry !== null && isLocal(registry) && bare?.startsWith('k3d-') !== true
    ? bare
    : null
}

/** A mirror whose name only the cluster's own DNS has: it runs, and nodes never find it. */
export function brokenMirror(registry: string, { host, why }: NonNullable<FailedMirrors['broken']>): Step[] {
  const isUnresolved = isOfCluster(host) && /\bno such host\b|\bserver misbehaving\b/i.test(why)
  return isUnresolved && !isOpenShiftService(host)
    ? [
        { code: 'replace-service-name', host, role: 'mirror', service: serviceOf(host) },
        { code: 'mirror-settings', host, registry, about: 'endpoint' },
      ]
    : [{ code: 'broken-mirror', registry, host, why }]
}
