/** The words of a name that leads to an address that its host can't have: another company's, none, or the node's own. */

import { clueOf } from '../../../diagnosis/clues/clue.ts'
import type { Finding } from '../../../diagnosis/finding.ts'
import { hostAlone, isUnspecified } from '../../../image/host.ts'
import { isHosted } from '../../../image/registries.ts'
import type { FirstFinding } from '../cause-words.ts'
import { onNode } from '../node/node.ts'
import { ADDRESS_OWNERS, capitalize } from '../nouns.ts'
import { askedHost, endpointOrRegistry } from './asked-host.ts'
import { howBroken } from './broken-connection.ts'

/** Whether another company's address was given for the host, or the one that no host has, as filters answer. */
export function isMisled(first: Pick<Finding, 'clues'>): boolean {
  return isForged(first) || isFiltered(first)
}

const isForged = ({ clues }: Pick<Finding, 'clues'>) =>
  (clueOf(clues, 'misresolved')?.owner ?? 'node') !== 'node'

const wrongAddress = ({ clues }: Pick<Finding, 'clues'>) =>
  hostAlone(clueOf(clues, 'misresolved')?.address ?? '')

const isFiltered = (first: Pick<Finding, 'clues'>) => isUnspecified(wrongAddress(first))

export const misledShort = (first: FirstFinding) =>
  isForged(first)
    ? `forged DNS answers for ${askedHost(first)}`
    : `DNS answers without an address for ${askedHost(first)}`

export function misledTitle(first: FirstFinding): string {
  const host = capitalize(askedHost(first))
  if (isForged(first)) return `${host} is blocked: the DNS answer for it is forged`
  // Filters block what others run; the record of somebody's own host may only have no address yet.
  return isHosted(endpointOrRegistry(first).host)
    ? `${host} is most likely blocked by a DNS filter: it resolves to ${wrongAddress(first)}`
    : `${host} resolves to ${wrongAddress(first)} ${onNode(first)}, which is not the address of any host`
}

export function resolvedMeaning(first: FirstFinding): string {
  const to = clueOf(first.clues, 'misresolved')
  if (to !== undefined && to.owner !== 'node')
    return `The node got ${to.address} for ${hostAlone(endpointOrRegistry(first).host)}, which is an address of ${ADDRESS_OWNERS[to.owner]}: the DNS answer was forged on the way, which happens to blocked hosts in China.`
  if (isFiltered(first)) {
    // Windows refuses to connect to it (WSAEADDRNOTAVAIL).
    const end = first.host.os === 'windows' ? '' : ', and a connection to it ends at the node itself'
    return `No host has this address${end}: ${askedHost(first)} was never contacted.`
  }
  const end = howBroken(first) === 'refused' ? ', and nothing there listens on that port' : ''
  return `On the node, the name resolves to the node itself${end}.`
}
