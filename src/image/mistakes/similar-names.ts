/** Relates names: existing ones that were probably meant by one that does not exist, and what a name was generated from. */

import { compareText } from '../../order.ts'
import { withoutPort } from '../host.ts'
import { isHosted } from '../registries.ts'

/** A tag's parts: `v1.27.3-alpine` is the version 1.27.3 and the rest `-alpine`. */
interface TagParts {
  /** null if the tag does not start with a number. */
  version: number[] | null
  rest: string
}

/** Tags with a larger distance are not related. */
const MAX_DISTANCE = 9

/**
 * The existing tags most similar to the wanted one, the most similar first: the same with a typo, the same version in another
 * variant, the same variant of a near version. If none is near (such as for `latest` among versions), the highest versions.
 */
export function similarTags(wanted: string, tags: Iterable<string>, most: number): string[] {
  const others = [...new Set(tags)].filter(tag => tag !== wanted)
  const near = others
    .map(tag => ({ tag, distance: tagDistance(wanted, tag) }))
    .filter(({ distance }) => distance <= MAX_DISTANCE)
    .sort((a, b) => a.distance - b.distance || byVersion(b.tag, a.tag) || compareText(a.tag, b.tag))
    .map(({ tag }) => tag)
  if (near.length > 0) return near.slice(0, most)
  const plain = others.filter(tag => /^v?\d[\d.]*$/i.test(tag))
  const shown = plain.length > 0 ? plain : others
  return shown.sort((a, b) => byVersion(b, a) || compareText(a, b)).slice(0, most)
}

/**
 * Whether the wanted tag is the existing one with a typo, not another version or variant. Swapped digits prove nothing: `1.12` and `1.21`
 * can both be meant.
 */
export function isTypo(wanted: string, existing: string): boolean {
  const sameNumbers = numbersIn(normalized(wanted)) === numbersIn(normalized(existing))
  return wanted !== existing && sameNumbers && typoDistance(wanted, existing) !== null
}

/** The names that differ from the wanted one by a typo, the most similar first. */
export function similarNames(wanted: string, names: Iterable<string>, most: number): string[] {
  return [...new Set(names)]
    .flatMap(name => {
      const distance = name === wanted ? null : nameDistance(wanted, name)
      return distance === null ? [] : [{ name, distance }]
    })
    .sort((a, b) => a.distance - b.distance || compareText(a.name, b.name))
    .slice(0, most)
    .map(({ name }) => name)
}

/**
 * Whether the wanted path of a repository is the existing one with a typo: one part of it differs by a letter, or by two if it is long. Other
 * numbers are other names, as in `api-v1` and `api-v2`.
 */
export function isMisspelledPath(wanted: string, existing: string): boolean {
  const [parts, others] = [wanted.split('/'), existing.split('/')]
  const [at, ...more] = parts.flatMap((part, index) => (part === others[index] ? [] : [index]))
  if (parts.length !== others.length || at === undefined || more.length > 0) return false
  const [part = '', other = ''] = [parts[at], others[at]]
  const allowed = other.length < LONG_PART ? 1 : 2
  return (
    numbersIn(part) === numbersIn(other) && other.length > 2 && editDistance(part, other, allowed) <= allowed
  )
}

/** Two letters that differ in a part of a path with as many are hardly ever two names. */
const LONG_PART = 8

/** Well-known registries; a name that starts with a dot is followed by an account or a region that somebody chose. */
const REGISTRIES = [
  'docker.io',
  'ghcr.io',
  'quay.io',
  'gcr.io',
  'registry.k8s.io',
  'mcr.microsoft.com',
  'public.ecr.aws',
  'registry.gitlab.com',
  'registry.redhat.io',
  'registry.access.redhat.com',
  'nvcr.io',
  'docker.elastic.co',
  'lscr.io',
  '.azurecr.io',
  '.amazonaws.com',
]

/**
 * The well-known registry that this host is a misspelling of; null if there is none, or if several are equally near.
 * @param swapped only two neighboring letters that were swapped, as in `ghrc.io`, or in a long name one that is missing or too much, as in
 * `mcr.microsft.com`: any other name that exists may be meant
 */
export function misspelledRegistry(host: string, { swapped }: { swapped: boolean }): string | null {
  const plain = withoutPort(host.toLowerCase())
  if (isHosted(plain) || REGISTRIES.includes(plain)) return null
  const near = REGISTRIES.flatMap(name => {
    const labels = name.split('.').length - 1
    const start = name.startsWith('.') ? plain.split('.').slice(0, -labels).join('.') : ''
    const end = name.startsWith('.') ? plain.slice(start.length) : plain
    const allowed = swapped || name.length < LONG ? 1 : 2
    const distance = editDistance(end, name, allowed)
    const isSwapped = distance === 1 && sorted(end) === sorted(name)
    if ((name.startsWith('.') && start === '') || distance === 0 || distance > allowed) return []
    const isSure = isSwapped || (name.length >= LONG && end.length !== name.length)
    return swapped && !isSure ? [] : [{ name: `${start}${name}`, distance: isSwapped ? 0.5 : distance }]
  }).sort((a, b) => a.distance - b.distance)
  const [best, next] = near
  return best === undefined || best.distance === next?.distance ? null : best.name
}

/**
 * Whether one host is the other with two neighboring letters swapped, or with a letter inside of a long word missing or doubled: anybody's
 * registry can be misspelled so, and hardly anybody has two whose names differ so.
 */
export function isSlipOf(host: string, other: string): boolean {
  const [labels, others] = [host, other].map(name => name.toLowerCase().split('.'))
  if (labels === undefined || others === undefined || labels.length !== others.length) return false
  const different = labels.flatMap((label, index) =>
    label === others[index] ? [] : [[label, others[index] ?? '']],
  )
  const [[one = '', two = ''] = [], ...more] = different
  if (more.length > 0 || /\d|^$/.test(one) || numbersIn(one) !== numbersIn(two)) return false
  if (editDistance(one, two, 1) !== 1) return false
  if (one.length === two.length) return one.length >= LEAST_WORD && sorted(one) === sorted(two)
  const [short, long] = one.length < two.length ? [one, two] : [two, one]
  const isInside = short[0] === long[0] && short.at(-1) === long.at(-1)
  return isInside && short.length >= LONG_WORD && /^[a-z]+$/.test(long)
}

/** In letters: of shorter words, such as the countries `es` and `se`, both orders can be meant. */
const LEAST_WORD = 4

/** In letters: shorter words are often made by one letter more, as `prod` and `prods` are. */
const LONG_WORD = 6

/** Names of hosts that are at least as long are hardly near each other by chance. */
const LONG = 12

/** The well-known registry among these hosts that this host differs from by one letter; null if there is none. */
export function misspelledAmong(host: string, hosts: readonly string[]): string | null {
  const plain = withoutPort(host.toLowerCase())
  const isNear = (name: string) => REGISTRIES.includes(name) && editDistance(plain, name, 1) === 1
  return isHosted(plain) ? null : (hosts.find(isNear) ?? null)
}

function nameDistance(wanted: string, name: string): number | null {
  const [one, other] = [wanted, name].map(text => text.toLowerCase().replace(/[._-]+/g, '-'))
  if (one === undefined || other === undefined) return null
  const allowed = Math.min(3, Math.floor(one.length / 3))
  const distance = editDistance(one, other, allowed)
  if (distance <= allowed) return distance
  const [short, long] = one.length < other.length ? [one, other] : [other, one]
  return short.length >= 4 && long.startsWith(`${short}-`) ? allowed + 1 : null
}

/** Edits between two tags that mean the same to a reader, scaled below 1 so that typos sort first; null if the tags' meanings differ. */
function typoDistance(wanted: string, tag: string): number | null {
  const [one, other] = [normalized(wanted), normalized(tag)]
  if (one === other) return 0
  const allowed = Math.min(3, Math.floor(one.replace(/[^a-z]/g, '').length / 3))
  // A different number is another version, not a typo. With two neighboring digits swapped, as in `1.72`, it is at least the nearest.
  const sameNumbers = numbersIn(one) === numbersIn(other)
  const distance = editDistance(one, other, Math.max(1, allowed))
  if (sameNumbers) return distance <= allowed ? distance / (allowed + 1) : null
  return distance === 1 && sorted(one) === sorted(other) ? 0.5 : null
}

function numbersIn(text: string): string {
  return text.replace(/\D+/g, ' ').trim()
}

function sorted(text: string): string {
  return [...text].sort().join('')
}

function tagDistance(wanted: string, tag: string): number {
  const typo = typoDistance(wanted, tag)
  if (typo !== null) return typo
  const [one, other] = [partsOf(wanted), partsOf(tag)]
  if (one.version === null || other.version === null) return Number.POSITIVE_INFINITY
  return 1 + versionDistance(one.version, other.version) + restDistance(one.rest, other.rest)
}

/** Weight by the position of the first number that differs: an earlier position outweighs any difference in a later one. */
const LEVELS = [7, 4, 2]

/** A difference adds less than 1. If only one version has a number there (`1.27` and `1.27.3`), the difference counts as infinite: 1. */
function versionDistance(one: number[], other: number[]): number {
  const longer = one.length > other.length ? one : other
  const at = longer.findIndex((_, index) => one[index] !== other[index])
  if (at === -1) return 0
  const step = Math.abs((one[at] ?? Number.POSITIVE_INFINITY) - (other[at] ?? 0))
  return (LEVELS[at] ?? 1) + (Number.isFinite(step) && other[at] !== undefined ? step / (step + 1) : 1)
}

/** The distance of two variants: small if one extends the other (`-alpine` and `-alpine3.19`) or one is empty, else their edits. */
function restDistance(one: string, other: string): number {
  if (one === other) return 0
  const distance = Math.min(4, editDistance(one, other, 4))
  if (one === '' || other === '') return Math.min(2, distance)
  return one.startsWith(other) || other.startsWith(one) ? 1 : distance
}

function byVersion(one: string, other: string): number {
  const [first, second] = [partsOf(one).version ?? [], partsOf(other).version ?? []]
  for (let at = 0; at < Math.max(first.length, second.length); at += 1) {
    const difference = (first[at] ?? -1) - (second[at] ?? -1)
    if (difference !== 0) return difference
  }
  return 0
}

function partsOf(tag: string): TagParts {
  const match = /^v?(\d+(?:\.\d+)*)(.*)$/.exec(tag.toLowerCase())
  if (match === null) return { version: null, rest: tag.toLowerCase() }
  return { version: (match[1] ?? '').split('.').map(Number), rest: match[2] ?? '' }
}

/** Removes differences that people confuse in the same tag: case, a `v` before the number, the kind of separator. */
function normalized(tag: string): string {
  return tag
    .toLowerCase()
    .replace(/^v(?=\d)/, '')
    .replace(/[._-]+/g, '-')
}

/**
 * Letters to insert, delete, replace, or swap with their neighbor (optimal string alignment); a number above `enough` if there
 * are more.
 */
function editDistance(one: string, other: string, enough: number): number {
  if (Math.abs(one.length - other.length) > enough) return enough + 1
  let before: number[] = []
  let last = Array.from({ length: other.length + 1 }, (_, index) => index)
  for (let i = 1; i <= one.length; i += 1) {
    const row = [i]
    for (let j = 1; j <= other.length; j += 1) {
      const same = one[i - 1] === other[j - 1]
      const edited = 1 + Math.min(last[j] ?? 0, row[j - 1] ?? 0)
      const replaced = (last[j - 1] ?? 0) + (same ? 0 : 1)
      const swaps = i > 1 && j > 1 && one[i - 1] === other[j - 2] && one[i - 2] === other[j - 1]
      row.push(Math.min(edited, replaced, swaps ? (before[j - 2] ?? 0) + 1 : edited))
    }
    before = last
    last = row
  }
  return last[other.length] ?? 0
}

/**
 * kustomize appends a hash of the content to the names of the objects that it generates. It writes hexadecimal digits with other letters, so
 * that no hash is a word (kubernetes-sigs/kustomize, hasher.go).
 */
const GENERATED = /^(.+)-[2456789bcdfghkmt]{10}$/

/** The name that kustomize generated this one from; null for a name without such a hash. */
export function generatedFrom(name: string): string | null {
  return GENERATED.exec(name)?.[1] ?? null
}
