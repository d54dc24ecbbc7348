/** The words of image checks: what the registry's answers prove, and with which login each was given. */

import type { Finding } from '../../diagnosis/finding.ts'
import { isPublic } from '../../image/registries.ts'
import type { ImageAnswer, ImageAsk, UnaskedReason } from '../../snapshot/image-check.ts'
import type { ImageVerdict, JudgedCheck } from '../../snapshot/image-verdict.ts'
import { durationText } from './duration.ts'
import {
  allOf,
  capitalize,
  firstOf,
  formatNumber,
  joinList,
  pluralize,
  registryLabel,
  shortList,
} from './nouns.ts'

/** The parts of a full reference. */
interface ReferenceParts {
  registry: string
  repository: string
  tag: string
}

function partsOf({ reference }: JudgedCheck): ReferenceParts {
  const slash = reference.indexOf('/')
  const [, repository = '', tag = ''] = /^([^:@]+)(?::([^@]+))?/.exec(reference.slice(slash + 1)) ?? []
  return { registry: reference.slice(0, slash), repository, tag }
}

const VERDICT: Record<ImageVerdict, (check: JudgedCheck, named: ReferenceParts) => string> = {
  'opens-anonymously': () => 'It exists, and no login is needed to pull it',
  'opens-but-not-for-pod': () =>
    'It exists, and no login is needed to pull it, but the login that the pod sends is refused',
  'opens-for-pod': () => "It exists, and the pod's own login can pull it",
  'opens-for-machine': () => "It exists, and this machine's login can pull it",
  'no-such-tag': (check, { registry, repository, tag }) =>
    `${capitalize(registryLabel(registry))} has ${repository}, but no tag ${tag}${nearTags(check)}`,
  'no-such-digest': (_check, { registry, repository }) =>
    `${capitalize(registryLabel(registry))} has ${repository}, but no manifest with this digest`,
  'no-such-repository': (check, { registry, repository }) =>
    `${capitalize(registryLabel(registry))} ${check.asks.some(({ answer }) => answer === 'missing') ? 'says that it has' : 'has'} no repository ${repository}${nearNames(check)}`,
  'not-found': (_check, { registry }) =>
    `${capitalize(registryLabel(registry))} says that the image does not exist`,
  'not-public': (check, { registry, repository }) =>
    `${capitalize(registryLabel(registry))} has no public repository ${repository}${nearNames(check)}: it does not exist, or it is private, and ${triedLogins(check)}`,
  denied: (check, { registry, repository }) =>
    check.repository === 'there'
      ? `${capitalize(registryLabel(registry))} has ${repository}, but ${triedLogins(check)}`
      : isPublic(check.reference)
        ? `${capitalize(registryLabel(registry))} denied the request, although images like this one are public, so nothing is proven`
        : `${capitalize(registryLabel(registry))} does not say whether the image exists: if it does, it is private, and ${triedLogins(check)}`,
  'rate-limited': (_check, { registry }) =>
    `${capitalize(registryLabel(registry))} is limiting requests from this machine, so nothing is proven`,
  unreachable: (_check, { registry }) =>
    `${capitalize(registryLabel(registry))} can't be reached from this machine, which says nothing about the nodes`,
  failed: (_check, { registry }) =>
    `${capitalize(registryLabel(registry))} gave no usable answer, so nothing is proven`,
  'not-asked': ({ unasked }, { registry }) => (unasked === null ? 'Not asked' : UNASKED[unasked](registry)),
}

const UNASKED: Record<UnaskedReason, (registry: string) => string> = {
  'too-many': () => 'Not asked: there are more images than one run asks about',
  'out-of-time': () => 'Not asked: out of time',
  'internal-address': registry =>
    `Not asked: ${registry} is an address of this machine or its network; --registry-endpoint ${registry}=URL allows it`,
  'no-host': registry => `Not asked: ${registry} is not a registry host`,
}

/** Returns whether a login was tried at all, as a clause. */
function triedLogins({ asks }: JudgedCheck): string {
  const tried = asks.some(({ username, answer }) => username !== null && answer !== 'withheld')
  return tried ? 'none of the logins that were tried can pull it' : 'no login was available to try'
}

function nearTags({ nearTags: tags, likelyTag, tagsComplete }: JudgedCheck): string {
  if (likelyTag !== null) return ` (did you mean ${likelyTag}?)`
  if (tags === null) return ''
  if (tags.length === 1) return `; the nearest tag is ${tags[0]}`
  if (tags.length > 0) return `; the nearest tags are ${shortList(tags, 5)}`
  return tagsComplete === true ? '; it has no tags at all' : ''
}

function nearNames({ nearRepositories: names }: JudgedCheck): string {
  return names === null || names.length === 0 ? '' : ` (did you mean ${names.join(' or ')}?)`
}

const AS: Record<ImageAsk['as'], (ask: ImageAsk) => string> = {
  anonymous: () => 'without a login',
  pod: ({ secret, username }) => `with secret ${secret?.namespace}/${secret?.name} (${username})`,
  machine: ({ username }) =>
    username === null ? "with this machine's logins" : `with this machine's login (${username})`,
}

const ANSWER: Record<ImageAnswer, (ask: ImageAsk) => string> = {
  exists: () => 'found',
  missing: () => 'not found',
  denied: ({ detail }) => `denied (${detail})`,
  'login-refused': () => 'the login is wrong or expired',
  withheld: ({ detail }) => `the login was not sent to ${detail}, which is on another site`,
  'rate-limited': ({ retryAfterSeconds }) =>
    `too many requests${retryAfterSeconds === null ? '' : ` (retry after ${durationText(retryAfterSeconds)})`}`,
  unreachable: ({ detail }) => `no answer (${detail})`,
  failed: ({ detail }) => `${detail}`,
}

/** What each verdict proves: the image can be pulled with some login or without one, is missing, or neither. */
const PROVEN: Record<ImageVerdict, 'there' | 'missing' | null> = {
  'opens-anonymously': 'there',
  'opens-but-not-for-pod': 'there',
  'opens-for-pod': 'there',
  'opens-for-machine': 'there',
  'no-such-tag': 'missing',
  'no-such-digest': 'missing',
  'no-such-repository': 'missing',
  'not-found': 'missing',
  'not-public': null,
  denied: null,
  'rate-limited': null,
  unreachable: null,
  failed: null,
  'not-asked': null,
}

/** Returns a check as whole sentences: what the answers prove, each answer, and the same for the replacement image. */
export function checkText(check: JudgedCheck): string {
  const { asks, host, platforms, replacement } = check
  const answers = asks.map(ask => `${AS[ask.as](ask)}: ${ANSWER[ask.answer](ask)}`).join('; ')
  return [
    `${VERDICT[check.verdict](check, partsOf(check))}.`,
    ...(answers === '' ? [] : [`Asked ${host} ${answers}.`]),
    ...(platforms === null ? [] : [`Built for ${platforms.join(', ')}.`]),
    // An image that can be pulled needs no replacement, even if it is known to have moved.
    ...(replacement === null || PROVEN[check.verdict] === 'there'
      ? []
      : [`${replacement.reference}: ${checkText(replacement)}`]),
  ].join(' ')
}

/** Returns the same of several images: only what was found says "it". */
function inPlural(text: string): string {
  return text.replace(
    /^It exists([^.]{0,200})/,
    (_all, rest: string) => `They exist${rest.replace('pull it', 'pull them')}`,
  )
}

const LINES = 4

/**
 * Returns the checks of these findings' images, each text once, preceded by its images; if there are many, the first `most` and a count of
 * the others.
 */
export function checkLines(findings: readonly Finding[], most = LINES): string[] {
  const checked = findings.flatMap(({ image, check }) =>
    check === null ? [] : { image, text: checkText(check) },
  )
  const lines = [...Map.groupBy(checked, ({ text }) => text)].map(([text, same]) => {
    const images = [...new Set(same.map(({ image }) => image))]
    return `${shortList(images, 3)}: ${images.length === 1 ? text : inPlural(text)}`
  })
  const shown = firstOf(lines, most)
  const rest = lines.length - shown.length
  return rest === 0 ? lines : [...shown, `… and ${pluralize(rest, 'more answer')}`]
}

/** Returns how many of several names are invalid or, if registries were asked, how many images can be pulled. */
export function imagesSentence(images: readonly { valid: boolean; check: JudgedCheck | null }[]): string {
  const count = images.length
  const invalid = images.filter(({ valid }) => !valid).length
  const proven = images.flatMap(({ check }) => (check === null ? [] : [PROVEN[check.verdict]]))
  if (proven.length === 0)
    return invalid === 0
      ? `${allOf(count)} image names are valid.`
      : `${formatNumber(invalid)} of ${pluralize(count, 'image name')} ${invalid === 1 ? 'is' : 'are'} invalid.`
  const pullable = proven.filter(one => one === 'there').length
  if (pullable === count) return `${allOf(count)} images can be pulled.`
  const absent = proven.filter(one => one === 'missing').length
  const unknown = count - invalid - pullable - absent
  const parts = [
    `${formatNumber(pullable)} of ${pluralize(count, 'image')} can be pulled`,
    ...(absent === 0 ? [] : [`${formatNumber(absent)} ${absent === 1 ? 'does' : 'do'} not exist`]),
    ...(invalid === 0 ? [] : [`${pluralize(invalid, 'name')} ${invalid === 1 ? 'is' : 'are'} invalid`]),
    ...(unknown === 0 ? [] : [`${formatNumber(unknown)} could not be determined`]),
  ]
  return `${joinList(parts)}.`
}
