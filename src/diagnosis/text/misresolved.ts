/** Recognizes a host name that led to an address that can't be its own. */

import { isAddress, isLocal } from '../../image/host.ts'
import type { AddressOwner } from '../clues/clue-on-way.ts'
import type { Endpoint } from './endpoint.ts'

/** Networks of AS32934, AS13414, and AS19679, as far as forged answers for registries were seen to use them (gfwlist/gfwlist#2656, docker/hub-feedback#2388). */
const NETWORKS: readonly [AddressOwner, string][] = [
  [
    'meta',
    '31.13.24.0/21 31.13.64.0/18 66.220.144.0/20 69.63.176.0/20 69.171.224.0/19 157.240.0.0/16 173.252.64.0/18',
  ],
  ['x', '104.244.40.0/21 192.133.76.0/22 199.16.156.0/22 199.59.148.0/22 199.96.56.0/21'],
  ['dropbox', '108.160.160.0/20 162.125.0.0/16'],
]

const RANGES = NETWORKS.flatMap(([owner, networks]) =>
  networks.split(' ').map(network => {
    const [address = '', bits = ''] = network.split('/')
    return { owner, first: toNumber(address), size: 2 ** (32 - Number(bits)) }
  }),
)

const META_IPV6 = /^2a03:2880:/i

const DIALED =
  /\b(?:dial tcp |(?:read|write) tcp \S{1,60}->)(\[[0-9a-f:]{2,39}\]|\d{1,3}(?:\.\d{1,3}){3}):(?!53:)\d+: /i

/** The address that a connection was opened to, or should have been, not that of a DNS server; null if the text shows none. */
export function dialedAddress(text: string): string | null {
  return DIALED.exec(text)?.[1] ?? null
}

/** Returns the address that the endpoint's name led to and whose it is, where that can't be the endpoint's; null for any other, and for an address that was not looked up. */
export function misresolvedTo(
  text: string,
  endpoint: Endpoint | null,
): { address: string; owner: AddressOwner } | null {
  const address = dialedAddress(text)
  const owner = address && ownerOf(address)
  const host = endpoint?.host ?? ''
  const isName = host !== '' && !isLocal(host) && !isAddress(host)
  return address && owner && isName ? { address, owner } : null
}

function ownerOf(address: string): AddressOwner | null {
  if (isLocal(address)) return 'node'
  if (address.startsWith('[')) return META_IPV6.test(address.slice(1)) ? 'meta' : null
  const number = toNumber(address)
  return RANGES.find(({ first, size }) => number >= first && number < first + size)?.owner ?? null
}

function toNumber(address: string): number {
  return address.split('.').reduce((number, part) => number * 256 + Number(part), 0)
}
