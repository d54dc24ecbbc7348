/** The clues in an image's name: what is wrong with it in itself, and which other name is more likely. */

import { readRegistryKey } from '../../dockerconfig/docker-key.ts'
import { buildBeside, tagBeside } from '../../image/mistakes/builds-beside.ts'
import { type HostBeside, hostBeside } from '../../image/mistakes/host-beside.ts'
import { doubledPrefix } from '../../image/mistakes/misplaced-names.ts'
import { namesBeside } from '../../image/mistakes/names-beside.ts'
import { placeholderIn } from '../../image/mistakes/placeholder.ts'
import { misspelledAmong, misspelledRegistry } from '../../image/mistakes/similar-names.ts'
import { surplusTag } from '../../image/mistakes/surplus-tag.ts'
import { hasUnquotedNumber } from '../../image/mistakes/unquoted-number.ts'
import { fullRepository, parseReference, type Reference } from '../../image/reference.ts'
import { hidesMissing } from '../../image/registries.ts'
import { isOfZarf } from '../../image/rewritten.ts'
import type { Pod } from '../../snapshot/pod.ts'
import type { Snapshot } from '../../snapshot/snapshot.ts'
import { isUnknownName } from '../causes/registry-not-found-dns.ts'
import type { CredentialReport } from '../credential/credential-report.ts'
import { type Cause, type Finding, isRefusedOrMissing, isUnreached } from '../finding.ts'
import type { Endpoint } from '../text/endpoint.ts'
import { type Clue, cluesIf, cluesWith } from './clue.ts'

/** Twelve hexadecimal digits, as clients list images, or all 64, with the algorithm or without it. */
const IMAGE_ID = /^(?:sha256:)?(?:[0-9a-f]{12}|[0-9a-f]{64})$/
/** The checksum that Zarf's agent adds to a tag, twice (zarf-dev/zarf, src/pkg/transform/image.go; issue 1988). */
const ZARF_TWICE = /^(.+-zarf-\d+)-zarf-\d+$/

/** The clues in an image's name, as written in the pod. */
export function nameClues(image: string, cause: Cause): Clue[] {
  const placeholder = placeholderIn(image)
  const isUnfilled = placeholder !== null && (placeholder !== 'tag' || cause === 'image-not-found')
  const hasScheme = placeholder !== 'ko' && /^[a-z][a-z0-9+.-]*:\/\//i.test(image)
  const [, without] = ZARF_TWICE.exec(image) ?? []
  const [sign, space] = /["'`“”‘’]|(\s)/.exec(image) ?? []
  return [
    ...cluesIf(hasUnquotedNumber(image), { code: 'unquoted-number' }),
    ...cluesWith('placeholder', isUnfilled ? { of: placeholder } : null),
    ...cluesWith('doubled-prefix', doubledPrefix(image)),
    ...cluesWith('zarf-twice', without === undefined ? null : { without }),
    ...cluesIf(without === undefined && isOfZarf(image), { code: 'of-zarf' }),
    ...cluesWith('surplus-tag', cause === 'invalid-reference' ? surplusTag(image) : null),
    ...cluesIf(IMAGE_ID.test(image), { code: 'image-id' }),
    ...cluesIf(hasScheme, { code: 'reference-scheme' }),
    ...cluesIf(sign !== undefined, {
      code: 'stray-character',
      sign: space === undefined ? 'quote' : 'space',
    }),
  ]
}

/**
 * The well-known registry that the one in the image's name is a misspelling of; null if it is not. A host that answers may be meant, unless the
 * typo is plain, or the pod has a login for the other one. Some such hosts ask for logins to keep them (bmitch.net on ghrc.io, 2025-08).
 */
export function nearRegistry(
  registry: string,
  {
    cause,
    endpoint,
    credential,
  }: { cause: Cause; endpoint: Endpoint | null; credential: Pick<CredentialReport, 'attempts'> },
): string | null {
  const { role = 'registry' } = endpoint ?? {}
  if (role !== 'registry' && role !== 'token') return null
  const keys = credential.attempts.flatMap(({ problem, key }) =>
    problem === 'other-registry' ? (key ?? '').split(', ') : [],
  )
  const hosts = keys.flatMap(key => readRegistryKey(key)?.registry ?? [])
  return (
    misspelledAmong(registry, hosts) ??
    misspelledRegistry(registry, { swapped: cause !== 'registry-not-found-dns' })
  )
}

/** Returns how to find the likely full name of an image without a registry, by the images that the snapshot shows to be pulled. */
export function besideClues({
  pods,
  nodes,
  pulledImages = [],
}: Snapshot): (image: string, cause: Cause) => Clue[] {
  const find = namesBeside(function* () {
    yield* pulledImages
    for (const { containers } of pods)
      for (const { image, imageId } of containers) if (imageId !== null) yield image
    for (const { images } of nodes) yield* images
  })
  return (image, cause) => cluesWith('name-beside', isRefusedOrMissing(cause) ? find(image) : null)
}

/**
 * Returns how to find the registry that is meant where the named one can't be reached, by those that running containers were pulled from. The
 * name counts as misspelled if it is not in DNS, and the port as missing if nothing answers without it: a registry that answers may be meant.
 */
export function hostBesideIn({ pods, hostsBeside = [] }: Snapshot): (pull: UnreachedPull) => Clue[] {
  let known: string[] | null = null
  const found = new Map<string, HostBeside | null>()
  const find = (registry: string) => {
    const before = found.get(registry)
    if (before !== undefined) return before
    known ??= [...new Set([...hostsBeside, ...runningRegistries(pods)])]
    const beside = hostBeside(registry, known)
    found.set(registry, beside)
    return beside
  }
  return ({ cause, text, registry, endpoint }) => {
    const isOfRegistry = endpoint === null || endpoint.role === 'registry'
    if (!isUnreached(cause) || registry === null || !isOfRegistry) return []
    const beside = find(registry)
    const fits = beside?.by === 'name' ? isUnknownName(cause, text) : cause !== 'registry-not-found-dns'
    return cluesWith('host-beside', fits ? beside : null)
  }
}

function* runningRegistries(pods: readonly Pod[]): Generator<string> {
  for (const { containers } of pods)
    for (const { image, state } of containers) {
      const registry = state.type === 'running' ? parseReference(image)?.registry : undefined
      if (registry !== undefined) yield registry
    }
}

type UnreachedPull = Pick<Finding, 'cause' | 'registry' | 'endpoint'> & { text: string }

/** Returns how to find an image beside another one, at a registry that hides what it lacks, that the snapshot shows to be public. */
export function openBeside({ pods, openImages = [] }: Snapshot): (reference: Reference | null) => Clue[] {
  let byFolder: Map<string, string[]> | null = null
  return reference => {
    if (reference === null || !hidesMissing(reference.registry)) return []
    byFolder ??= Map.groupBy(new Set([...openImages, ...pulledOpenly(pods)].flatMap(repositoryIn)), folderOf)
    const own = fullRepository(reference)
    const open = byFolder.get(folderOf(own)) ?? []
    const [beside] = open
    return beside === undefined || open.includes(own) ? [] : [{ code: 'open-beside', beside }]
  }
}

/** Returns how to find, for a missing image, the registry that has the build that its tag names, or else a tag that its repository has. */
export function runningBesideIn({ runningBeside = [] }: Snapshot): (reference: Reference | null) => Clue[] {
  const known = runningBeside.flatMap(image => parseReference(image) ?? [])
  const byTag = Map.groupBy(known, ({ tag }) => tag)
  const byRepository = Map.groupBy(known, fullRepository)
  return reference => {
    if (reference === null) return []
    const build = buildBeside(reference, byTag.get(reference.tag) ?? [])
    if (build !== null) return [{ code: 'build-beside', ...build }]
    const tag = tagBeside(reference.tag ?? '', byRepository.get(fullRepository(reference)) ?? [])
    return tag === null ? [] : [{ code: 'tag-beside', tag }]
  }
}

function* pulledOpenly(pods: readonly Pod[]): Generator<string> {
  for (const { containers, pullSecrets } of pods)
    for (const { image, imageId } of containers) if (imageId !== null && pullSecrets.length === 0) yield image
}

function repositoryIn(image: string): string[] {
  const reference = parseReference(image)
  return reference === null ? [] : [fullRepository(reference)]
}

const folderOf = (repository: string) => repository.slice(0, repository.lastIndexOf('/'))
