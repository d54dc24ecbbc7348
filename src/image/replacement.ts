/** Replaces an image's place by rules FROM=TO, which apply to a registry, a path in one, or a single image. */

import { DOCKER_HUB } from './docker-hub.ts'
import { fullRepository, parseReference, type Reference, withoutVersion } from './reference.ts'

/** `--replace-registry FROM=TO`. */
export interface ReplacementRule {
  from: string
  to: string
}

/** Whether a text is a registry, a path in one, or an image: with anything else in front, no image name is valid. */
export function isImagePlace(text: string): boolean {
  const place = text.replace(/\/+$/, '')
  return [place, `${place}/name`].some(name => parseReference(name) !== null)
}

/**
 * The references to try in order, most likely first; none if no rule fits.
 * FROM is a registry (`docker.io`), a path in one (`docker.io/bitnami`), an image (`nginx`), or one version of it (`nginx:1.25`); TO takes its
 * place.
 * Docker Hub's official images are under `library/`, which a target may or may not have, so both are tried.
 */
export function replacementsFor(image: string, rules: readonly ReplacementRule[]): string[] {
  const reference = parseReference(image)
  if (!reference) return []
  for (const { from, to } of mostSpecificFirst(rules, reference)) {
    const candidates = candidatesOf(reference, from, to)
    if (candidates.length > 0) return candidates.map(name => withSuffix(name, reference))
  }
  return []
}

/** Sorts a rule for this version of the image first, then one for the image, then rules with longer paths. */
function mostSpecificFirst(rules: readonly ReplacementRule[], reference: Reference): ReplacementRule[] {
  const rank = (from: string) => {
    if (imageName(from) !== fullRepository(reference)) return 0
    return hasVersion(from) ? 2 : 1
  }
  return [...rules].sort(
    (one, other) => rank(other.from) - rank(one.from) || other.from.length - one.from.length,
  )
}

function candidatesOf(reference: Reference, from: string, to: string): string[] {
  const target = to.replace(/\/+$/, '')
  const whole = fullRepository(reference)
  if (whole === imageName(from)) return isOfVersion(reference, from) ? [target] : []
  const prefix = `${from.replace(/\/+$/, '')}/`
  if (!whole.startsWith(prefix)) return []
  const rest = whole.slice(prefix.length)
  const bare = rest.replace(/^library\//, '')
  const official = whole.startsWith(`${DOCKER_HUB}/library/`)
  const places = official ? [rest, `library/${bare}`, bare] : [rest]
  return [...new Set(places.map(place => `${target}/${place}`))]
}

function imageName(text: string): string | null {
  const reference = parseReference(text)
  return reference && fullRepository(reference)
}

/** Whether a tag or a digest is written behind an image's name. */
function hasVersion(image: string): boolean {
  return withoutVersion(image) !== image
}

/** Whether a reference has the tag and the digest that are named behind an image, if any are. */
function isOfVersion({ tag, digest }: Reference, image: string): boolean {
  if (!hasVersion(image)) return true
  const named = parseReference(image)
  return (named?.tag ?? tag) === tag && (named?.digest ?? digest) === digest
}

/** Adds the image's tag and digest, unless the target has its own. */
function withSuffix(name: string, { tag, digest }: Reference): string {
  if (hasVersion(name)) return name
  return `${name}${tag === null ? '' : `:${tag}`}${digest === null ? '' : `@${digest}`}`
}
