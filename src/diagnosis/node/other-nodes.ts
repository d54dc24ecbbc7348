/** Compares a node that does not reach a host with other nodes: the host answers them, or they have its images. */

import { isDockerHub } from '../../image/docker-hub.ts'
import { isLocal, withoutPort } from '../../image/host.ts'
import { isUnknownName } from '../causes/registry-not-found-dns.ts'
import { clueOf, cluesIf, hasClue } from '../clues/clue.ts'
import { type Cause, type Finding, isUnreached, withClues } from '../finding.ts'
import { type HeldIndex, MAX_NODES, nodesWith } from './running-elsewhere.ts'

/** Failures that prove that the host answered. */
const ANSWERED: readonly Cause[] = [
  'rate-limited',
  'auth-required-or-denied',
  'image-not-found',
  'tls',
  'http-https-mismatch',
  'registry-server-error',
]

/** Adds a clue to each failure to reach a host that has answered another node: the problem may be one node's alone. */
export function withAnsweredNodes(findings: Finding[]): Finding[] {
  const nodes = new Map<string, string>()
  for (const finding of findings) {
    const { cause, node } = finding
    const host = ANSWERED.includes(cause) ? comparableHost(finding) : null
    if (host === null || node === null) continue
    nodes.set(host, node)
    nodes.set(withoutPort(host), node)
  }
  if (nodes.size === 0) return findings
  return findings.map(finding => {
    const { cause, node } = finding
    const host = isUnreached(cause) ? comparableHost(finding) : null
    if (host === null || node === null) return finding
    // A name is the same at every port.
    const other = nodes.get(cause === 'registry-not-found-dns' ? withoutPort(host) : host) ?? node
    return withClues(finding, cluesIf(other !== node, { code: 'answers-elsewhere', node: other }))
  })
}

/** A host that only one node does not reach, and where images from there run. */
interface HostApart {
  host: string
  registry: string | null
  node: string
  nodes: string[]
}

/** Adds a clue to each failure to reach such a host: the problem may be the node's alone, and most likely is if it reaches none of several. */
export function withNodesApart(findings: Finding[], images: HeldIndex): Finding[] {
  const unreached = Map.groupBy(findings, finding =>
    isUnreached(finding.cause) ? comparableHost(finding) : null,
  )
  const byHost = new Map(
    [...unreached].flatMap(([host, failed]): [string, HostApart][] => {
      const node = host === null || isLocal(host) ? null : onlyNode(failed)
      if (host === null || node === null) return []
      const running = new Set(failed.flatMap(({ reference }) => nodesWith(reference, images)))
      running.delete(node)
      const registry = failed[0]?.registry ?? null
      return running.size === 0 ? [] : [[host, { host, registry, node, nodes: [...running] }]]
    }),
  )
  if (byHost.size === 0) return findings
  const answered = answeredNodes(findings)
  const byNode = Map.groupBy(byHost.values(), ({ node }) => node)
  return findings.map(finding => {
    const own = isUnreached(finding.cause) ? byHost.get(comparableHost(finding) ?? '') : undefined
    if (own === undefined) return finding
    const ofNode = byNode.get(own.node) ?? []
    const all = isOfSeveral(ofNode) && !answered.has(own.node) ? ofNode : [own]
    const nodes = [...new Set(all.flatMap(each => each.nodes))].sort().slice(0, MAX_NODES)
    const hosts = all.map(({ host }) => host).sort()
    return withClues(finding, [{ code: 'node-apart', nodes, hosts }])
  })
}

/** Whether the hosts are of several registries, and on several machines. */
function isOfSeveral(apart: readonly HostApart[]): boolean {
  const [hosts, registries] = [apart.map(({ host }) => withoutPort(host)), apart.map(each => each.registry)]
  return new Set(hosts).size > 1 && new Set(registries).size > 1
}

/** The nodes that some host has answered, so that they have a way out. */
function answeredNodes(findings: readonly Finding[]): ReadonlySet<string> {
  return new Set(
    findings.flatMap(({ cause, endpoint, node }) =>
      ANSWERED.includes(cause) && !isLocal(endpoint?.host ?? '') ? (node ?? []) : [],
    ),
  )
}

/** The node of all these pulls; null if there are several, or if a download had begun, for which the host was reached. */
function onlyNode(findings: readonly Finding[]): string | null {
  const [node = null, ...others] = new Set(findings.map(finding => finding.node))
  const wasReached = findings.some(({ clues }) => hasClue(clues, 'interrupted'))
  return others.length > 0 || wasReached ? null : node
}

/**
 * The host by which the pulls of several nodes can be compared: the one that the text names, or else the registry's; null if the node may have
 * asked another one. Docker Hub, which has most mirrors, has to be named.
 */
function comparableHost({
  endpoint,
  registry,
  clues,
}: Pick<Finding, 'endpoint' | 'registry' | 'clues'>): string | null {
  // A node without free ports for a host may reach it otherwise.
  if (clueOf(clues, 'unopened')?.why === 'ports') return null
  if (endpoint !== null)
    return endpoint.role === 'runtime' || endpoint.role === 'proxy' ? null : endpoint.host
  const unasked = hasClue(clues, 'credential-provider', 'mirrors-failed')
  return registry === null || unasked || isDockerHub(registry) ? null : registry
}

/** As many nodes as hardly share a wrong answer by chance. */
const MANY_NODES = 3

/** Adds a clue to each failure to find a name of which many nodes hear that it does not exist: it may have been given up. */
export function withGoneNames(findings: Finding[]): Finding[] {
  const byName = Map.groupBy(findings, unknownName)
  byName.delete(null)
  const isGone = (failed: Finding[]) => new Set(failed.flatMap(({ node }) => node ?? [])).size >= MANY_NODES
  const gone = new Set([...byName.values()].filter(isGone).flat())
  return findings.map(finding => withClues(finding, cluesIf(gone.has(finding), { code: 'gone-name' })))
}

/** The registry's own host in the image's name, if a DNS server answered that there is no such name. */
function unknownName({ cause, evidence, registry, endpoint }: Finding): string | null {
  const isOwn = (endpoint?.host ?? registry) === registry
  return isOwn && isUnknownName(cause, evidence?.text ?? '') ? registry : null
}
