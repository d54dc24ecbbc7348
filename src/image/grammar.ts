/** The grammar of image references, as distribution/reference has it (regexp.go, normalize.go) and Kubernetes uses it. */

import { DOCKER_HUB, DOCKER_HUB_INDEX } from './docker-hub.ts'

const LABEL = '(?:[a-zA-Z0-9]|[a-zA-Z0-9][a-zA-Z0-9-]*[a-zA-Z0-9])'
const HOST = `(?:${LABEL}(?:\\.${LABEL})*|\\[[a-fA-F0-9:]+\\])(?::[0-9]+)?`
const COMPONENT = '[a-z0-9]+(?:(?:[._]|__|-+)[a-z0-9]+)*'
const PATH = `${COMPONENT}(?:/${COMPONENT})*`
const TAG = '[A-Za-z0-9_][A-Za-z0-9_.-]{0,127}'
const DIGEST = '[A-Za-z][A-Za-z0-9]*(?:[-_+.][A-Za-z][A-Za-z0-9]*)*:[0-9a-fA-F]{32,}'
/** Captures host, path, tag and digest. */
export const GRAMMAR = new RegExp(`^(?:(${HOST})/)?(${PATH})(?::(${TAG}))?(?:@(${DIGEST}))?$`)

/** The path may have so many characters; the registry does not count (distribution/reference RepositoryNameTotalLengthMax). */
export const LONGEST_REPOSITORY = 255

/** Digits of each digest that can be checked (go-digest v1 algorithm.go); others are unsupported. */
const HEX_DIGITS: Record<string, number> = { sha256: 64, sha384: 96, sha512: 128 }

/** Parts registry and rest; a first part is a registry only if it looks like a host (normalize.go splitDockerDomain). */
export function splitRegistry(text: string): { registry: string; remainder: string } {
  const slash = text.indexOf('/')
  const first = slash === -1 ? '' : text.slice(0, slash)
  const isHost = /[.:]/.test(first) || first === 'localhost' || first.toLowerCase() !== first
  const registry = isHost && first !== DOCKER_HUB_INDEX ? first : DOCKER_HUB
  const remainder = isHost ? text.slice(slash + 1) : text
  const official = registry === DOCKER_HUB && !remainder.includes('/')
  return { registry, remainder: official ? `library/${remainder}` : remainder }
}

/** A digest of a known algorithm, in lower case and of its exact length. */
export function isSupportedDigest(digest: string): boolean {
  const colon = digest.indexOf(':')
  const algorithm = digest.slice(0, colon)
  const digits = Object.hasOwn(HEX_DIGITS, algorithm) ? HEX_DIGITS[algorithm] : undefined
  const hex = digest.slice(colon + 1)
  return hex.length === digits && /^[0-9a-f]+$/.test(hex)
}
