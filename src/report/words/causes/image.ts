/** The words of images that don't exist. */

import { type Clue, clueOf, hasClue } from '../../../diagnosis/clues/clue.ts'
import type { Finding, NotFoundSubcause } from '../../../diagnosis/finding.ts'
import { DOCKER_HUB } from '../../../image/docker-hub.ts'
import { isPackagedByRancher } from '../../../image/official-images.ts'
import { hidesMissing, isGoogleCache, isHosted } from '../../../image/registries.ts'
import type { CauseContext, CauseWords, FirstFinding } from '../cause-words.ts'
import { minuteOf } from '../duration.ts'
import { capitalize, namedList, registryLabel, responderLabel, withCapital } from '../nouns.ts'
import { isSearched, SEARCHED } from '../searched.ts'

/** What names the version that the node asked for; a digest wins over a tag. */
const versionPart = ({ reference }: Finding) => (reference?.includes('@') === true ? 'digest' : 'tag')

/** Whether the registry's answer may be about a manifest that an index lists: Docker does not write what it had asked for (snok/container-retention-policy#43). */
function mayLackPart({ host, evidence }: Finding): boolean {
  const text = evidence?.text ?? ''
  return (
    host.runtime === 'docker' &&
    /\bmanifest unknown\b/i.test(text) &&
    !/\bmanifest for \S|\/manifests\//i.test(text)
  )
}

const MISSING: Record<NotFoundSubcause, (context: CauseContext) => { title: string; meaning: string }> = {
  tag: ({ findings }) => {
    const part = [...new Set(findings.map(versionPart))].join(' or ')
    const [{ registry }] = findings
    // Most registries say the same where the whole repository is missing (distribution answers MANIFEST_UNKNOWN for both).
    const exists = registry !== null && hidesMissing(registry)
    const title = `${capitalize(registryLabel(registry))} has no such ${part}`
    if (findings.some(mayLackPart))
      return {
        title: `${title}, or lacks what it lists`,
        meaning: `The ${part} does not exist (misspelled, never pushed, or removed), or it does, and a clean-up removed the manifest that its index lists for the node's platform: Docker reports both in the same words.`,
      }
    // No name of their own is misspelled, and the text does not say who answered.
    if (mayBeMirrors(findings[0]) && findings.every(isPackaged))
      return {
        title: `${capitalize(registryLabel(registry))}, or a mirror of it, has no such ${part}`,
        meaning: `The image is one of those that K3s and RKE2 start by themselves, so ${registryLabel(registry)} most likely has it: a mirror that the node asks in its place may have said that it does not exist.`,
      }
    return {
      title,
      meaning: exists
        ? `The repository exists, but this ${part} does not: it is misspelled, was never pushed, or was removed.`
        : `The registry does not have this ${part}: it or the name before it is misspelled, or it was never pushed or was removed.`,
    }
  },
  repository: ({ findings: [{ registry }] }) => ({
    title: `${capitalize(registryLabel(registry))} has no such repository`,
    meaning:
      'The registry says that the repository does not exist: it is misspelled, or was renamed, deleted, or never pushed.',
  }),
  'not-in-mirror': ({ findings: [first] }) => ({
    title: `${capitalize(lackingLabel(first))} does not have this image`,
    meaning: isGoogleCache(first.endpoint?.host ?? first.registry ?? '')
      ? `It is Google's cache of Docker Hub, which only has images that are pulled often and fetches no others, so this says nothing about the image at ${registryLabel(first.endpoint?.role === 'mirror' ? first.registry : DOCKER_HUB)}.`
      : hasPeersOnly(first)
        ? `It fetches no images, but offers those that other nodes have, so this says nothing about the image at ${registryLabel(first.registry)}.`
        : (upstreamMeaning(first) ??
          (first.endpoint?.role === 'mirror' || lackingMirror(first) !== undefined || isUnnamedMirror(first)
            ? `A mirror or cache said so, which proves nothing about the image at ${registryLabel(first.registry)}: the mirror may not have cached it, may not allow it, or may have failed to fetch it from upstream.`
            : hasClue(first.clues, 'relays')
              ? `Names like this one are used by caches: if ${responderLabel(first)} fetches such images from another registry, the image does not exist there, the cache's own login is not allowed to see it, or the cache can't reach that registry.`
              : `${capitalize(responderLabel(first))} is a cache that asked an upstream registry: the image does not exist there, or the cache's own login is not allowed to see it.`)),
  }),
  unspecified: ({ findings: [first] }) => {
    const { registry, credential } = first
    // Harbor and Quay ask for a login first.
    const hidden =
      credential.status === 'none' &&
      registry !== null &&
      !isHosted(registry) &&
      !/\b(?:harbor|quay)\b/i.test(registry)
    if (hasClue(first.clues, 'missing-or-private'))
      return {
        title: `Docker found no such image at ${registryLabel(registry)}, or none that it may pull`,
        meaning: `Docker of that age says so of a tag or a repository that does not exist, and of a private repository that the login of the pull, if it had one, is not allowed to see.`,
      }
    const says = mayBeMirrors(first)
      ? 'The registry, or a mirror that the node asks in its place,'
      : 'The registry'
    return {
      title: `${capitalize(registryLabel(registry))} has no image with this name and ${versionPart(first)}`,
      meaning: `${says} says that the repository, the tag, or the digest does not exist: it is misspelled, was never pushed, or was removed.${hidden ? ' Some registries (Nexus, Artifactory) say so to anyone without a login too.' : ''}`,
    }
  },
}

/** Whether K3s or RKE2 most likely chose the tag, which anyone can write, as in a plan for an upgrade. */
const isPackaged = ({ reference, containerKind, namespace }: Finding) =>
  isPackagedByRancher(reference) && (containerKind === 'sandbox' || namespace === 'kube-system')

const hasPeersOnly = ({ clues }: Finding) => hasClue(clues, 'peers-only')

/** What the registry says of its own request; null if nothing. */
function upstreamMeaning(first: Finding): string | null {
  const error = clueOf(first.clues, 'upstream-error')
  if (error === undefined) return null
  const why = error.certificate ? ': it did not accept the certificate there' : ''
  return `${capitalize(responderLabel(first))} could not fetch the image from ${error.host}${why}. That does not prove that the image is missing.`
}

/** Whether a mirror of the node may have given the answer. */
const mayBeMirrors = ({ steps }: Pick<FirstFinding, 'steps'>) =>
  steps.some(step => step.code === 'mirror-settings' && step.about === 'wildcard')

/** The mirror that lacks the image by the runtime's list, if its text names no host in another way. */
const lackingMirror = ({ clues, endpoint }: Finding) =>
  endpoint === null ? clueOf(clues, 'mirrors-failed') : undefined

/** Whether a mirror answered that the text does not name. */
function isUnnamedMirror({ clues, endpoint }: Pick<Finding, 'clues' | 'endpoint'>): boolean {
  return endpoint === null && hasClue(clues, 'unnamed-mirror')
}

function lackingLabel(first: Finding): string {
  const mirrors = lackingMirror(first)
  if (isUnnamedMirror(first)) return `a mirror of ${registryLabel(first.registry)}`
  if (mirrors === undefined) return responderLabel(first)
  return mirrors.lacking === null
    ? `a mirror of ${registryLabel(first.registry)}`
    : `the mirror ${mirrors.lacking}`
}

/** The pause image that a runtime looks for under a name that the node's images do not have; no registry was asked. */
function notOnNode({ image }: Pick<Finding, 'image'>): { title: string; meaning: string } {
  return {
    title: 'The runtime finds no image of that name on the node',
    meaning: `The runtime looked for ${image} among the images on the node and asked no registry: the image was removed, or is there under another name, such as with its registry.`,
  }
}

function wordsForMissing(context: CauseContext): { title: string; meaning: string } {
  const [first] = context.findings
  const { registry, subcause, moved } = first
  if (hasClue(first.clues, 'not-on-node')) return notOnNode(first)
  if (isSearched(first)) return { title: SEARCHED.title(first), meaning: SEARCHED.meaning(first) }
  if (hasClue(first.clues, 'no-latest'))
    return {
      title: 'The repository of the image has no tag latest',
      meaning: `The name asks for latest, which is the default without a tag; ${registryLabel(registry)} has only explicit versions of this image.`,
    }
  if (hasClue(first.clues, 'tag-deleted'))
    return {
      title: `${capitalize(responderLabel(first))} no longer has this tag`,
      meaning: 'The tag was there: the registry remembers it, and says that it was deleted or has expired.',
    }
  if (hasClue(first.clues, 'missing-child') && (first.endpoint?.role === 'mirror' || isUnnamedMirror(first)))
    return {
      title: `${capitalize(lackingLabel(first))} lacks a manifest of the image`,
      meaning: `The image's ${versionPart(first)} was resolved to a manifest that the mirror does not have. That proves nothing about the image at ${registryLabel(registry)}.`,
    }
  if (hasClue(first.clues, 'missing-child'))
    return {
      title: `${capitalize(responderLabel(first))} lacks a manifest of the image`,
      meaning: `The ${versionPart(first) === 'digest' ? 'index that the digest names' : 'tag'} is there, but the manifest that it points to, such as the one for this node's platform, is missing: it was cleaned up, or the push was not complete.`,
    }
  if (hasClue(first.clues, 'missing-layer'))
    return {
      title: `${capitalize(responderLabel(first))} lacks ${isConfigMissing(first) ? 'a blob of the image, its configuration' : 'a layer of the image'}`,
      meaning: `The manifest is there, but ${isConfigMissing(first) ? 'the configuration' : 'a layer'} that it lists is not: the push was not complete, the ${isConfigMissing(first) ? 'configuration' : 'layer'} was cleaned up, or a cache could not fetch it.`,
    }
  const held = clueOf(first.clues, 'held-elsewhere')
  if (held !== undefined && subcause !== 'not-in-mirror' && moved === null) return heldWords(held, registry)
  const words = MISSING[(subcause ?? 'unspecified') as NotFoundSubcause](context)
  // What is known of the move follows, and explains it better than a typo would.
  return moved === null || subcause === 'not-in-mirror'
    ? words
    : { ...words, meaning: 'The registry says that it does not have this image under this name.' }
}

/** Whether the part that the registry lacks is the image's configuration, by its type. */
export function isConfigMissing({ evidence }: Pick<Finding, 'evidence'>): boolean {
  return /\bcontent descriptor \S{1,80} \(application\/vnd\.(?:oci\.image\.config|docker\.container\.image)\./.test(
    evidence?.text ?? '',
  )
}

/** An image that other pods run; only nodes that are known have surely pulled it. */
function heldWords(
  { nodes, pulled }: Extract<Clue, { code: 'held-elsewhere' }>,
  registry: string | null,
): { title: string; meaning: string } {
  // Some registries say that an image is missing to logins that may not see it (Nexus, Artifactory).
  const login = registry !== null && isHosted(registry) ? '' : 'their logins may not see the same images, '
  if (pulled !== undefined)
    return {
      title: 'Some nodes do not get this image, and others do',
      meaning: `${withCapital(namedList('node', pulled.nodes))} pulled the image under this name (last at ${minuteOf(pulled.at)}), ${pulled.last ? 'since no attempt here has failed after that, it may only have been pushed then' : `when it was already reported missing here, so most likely they were not answered ${login === '' ? 'by the same server' : 'in the same way'}: ${login}one of them may have a mirror or cache, or ${registryLabel(registry)} had the image only for a time`}.`,
    }
  if (nodes.length === 0)
    return {
      title: `${capitalize(registryLabel(registry))} does not have this image, which other pods run`,
      meaning:
        'Other ready pods of this workload run the image under this name: the registry had it when they pulled it, and has lost it since, or the image was only loaded onto their nodes.',
    }
  return {
    title: `${capitalize(registryLabel(registry))} no longer has this image`,
    meaning: `Other pods run the image under this name: the registry had it when they pulled it, and now says that it does not exist, so it has been removed since${registry !== null && isHosted(registry) ? '' : ', or a cache can no longer fetch it'}.`,
  }
}

/** A digest that became a tag looks like this: all digits, without the algorithm before them. */
const DIGEST_AS_TAG = /:[0-9a-f]{64}$/

/** Returns what the tag gives away; empty for most. */
function lostAlgorithm({ image }: Finding): string {
  return DIGEST_AS_TAG.test(image) && !image.includes('@')
    ? " The tag has the form of a digest, which is written with @sha256: after the repository's name."
    : ''
}

export const imageNotFound: CauseWords = {
  credentials: 'used',
  short: ({ findings: [first] }) =>
    first.subcause === 'not-in-mirror'
      ? `images missing from ${lackingLabel(first)}`
      : hasClue(first.clues, 'missing-child', 'missing-layer')
        ? 'incomplete images'
        : 'image not found',
  title: context => wordsForMissing(context).title,
  meaning: context => `${wordsForMissing(context).meaning}${lostAlgorithm(context.findings[0])}`,
}
