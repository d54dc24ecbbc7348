/** `--replace-registry FROM=TO`: pulls images from another registry or repository. */

import { DOCKER_HUB } from '../../image/docker-hub.ts'
import { parseReference, type Reference } from '../../image/reference.ts'
import type { Replacement } from '../plan-input.ts'
import type { RemedyRules } from './remedy-rules.ts'

export const replaceRegistry: RemedyRules = {
  flag: { name: 'replace-registry', takes: 'list', value: 'from=to' },
  containers: {
    lookups: ({ image }, { replacements }) => replacementsFor(image, replacements),
    edit({ target, container: { name: container, image } }, { replacements, images }) {
      const asked = replacementsFor(image, replacements)
      const found = asked.find(candidate => images.get(candidate)?.digest != null)
      if (found !== undefined) return { image: found }
      if (asked.length === 0) return {}
      const detail = asked.map(candidate => images.get(candidate)?.detail).find(text => text != null) ?? null
      const absent = asked.every(candidate => images.get(candidate)?.ruledOut === true)
      return { declined: { code: 'no-replacement', target, container, image, asked, absent, detail } }
    },
  },
}

/**
 * The references to try in order, most likely first; none if no rule fits.
 * FROM is a registry (`docker.io`), a path in one (`docker.io/bitnami`) or an image (`nginx`); TO takes its place.
 * Docker Hub's official images live under `library/`, which a target may or may not have: both are tried.
 */
function replacementsFor(image: string, rules: Replacement[]): string[] {
  const reference = parseReference(image)
  if (!reference) return []
  for (const { from, to } of mostSpecificFirst(rules, reference)) {
    const candidates = candidatesOf(reference, from, to)
    if (candidates.length > 0) return candidates.map(name => withSuffix(name, reference))
  }
  return []
}

/** A rule for the image itself, then the longest path. */
function mostSpecificFirst(rules: Replacement[], { registry, repository }: Reference): Replacement[] {
  const names = (from: string) => imageName(from) === `${registry}/${repository}`
  return [...rules].sort(
    (one, other) =>
      Number(names(other.from)) - Number(names(one.from)) || other.from.length - one.from.length,
  )
}

function candidatesOf({ registry, repository }: Reference, from: string, to: string): string[] {
  const target = to.replace(/\/+$/, '')
  const whole = `${registry}/${repository}`
  if (whole === imageName(from)) return [target]
  const prefix = `${from.replace(/\/+$/, '')}/`
  if (!whole.startsWith(prefix)) return []
  const rest = whole.slice(prefix.length)
  const bare = rest.replace(/^library\//, '')
  const official = registry === DOCKER_HUB && repository.startsWith('library/')
  const places = official ? [rest, `library/${bare}`, bare] : [rest]
  return [...new Set(places.map(place => `${target}/${place}`))]
}

function imageName(text: string): string | null {
  const reference = parseReference(text)
  return reference && `${reference.registry}/${reference.repository}`
}

/** A target with a tag or digest keeps it; else the image's own are appended. */
function withSuffix(name: string, { tag, digest }: Reference): string {
  const own = /:[^/]+$|@/.test(name)
  if (own) return name
  return `${name}${tag === null ? '' : `:${tag}`}${digest === null ? '' : `@${digest}`}`
}
