/** Steps for an image that its registry, or a mirror, does not have, or that is elsewhere by what a registry says. */

import { clueOf, hasClue } from '../diagnosis/clues/clue.ts'
import { type Finding, isRefusedOrMissing } from '../diagnosis/finding.ts'
import { nodeServiceAt } from '../diagnosis/node/node-services.ts'
import { cloudOf, ecrCachePrefix, isEcrCache, isOfAmazon } from '../image/cloud-registries.ts'
import { isLocal } from '../image/host.ts'
import { parseReference, repositoryOf } from '../image/reference.ts'
import {
  isGoogleCache,
  isHosted,
  isNamedLikeCache,
  isOpenShiftRegistry,
  isPublic,
} from '../image/registries.ts'
import { stepsIf } from './conditions.ts'
import { answeringHost, ofMirror, pullByHand } from './host.ts'
import { seeWhy } from './login.ts'
import { writeDigest } from './name-steps.ts'
import { grantSteps, isOfOtherProject } from './permission.ts'
import type { Step } from './step/step.ts'

/** Steps for an image that the registry or a mirror does not have: those for the first fact that narrows it down, or else a search. */
export function missingSteps(finding: Finding): Step[] {
  return (
    mirrorLacksImage(finding) ??
    registryLostPart(finding) ??
    deletedTag(finding) ??
    lostTag(finding) ??
    tagOfNode(finding) ??
    registryHasNoLatest(finding) ??
    searchSteps(finding)
  )
}

/** What a mirror or cache lacks, its registry may have. */
function mirrorLacksImage(finding: Finding): Step[] | null {
  const { subcause, endpoint, registry } = finding
  // Google's cache has no settings and no login of its own: the name has to be another one.
  if (subcause !== 'not-in-mirror' || registry === null || isGoogleCache(registry)) return null
  if (endpoint === null && hasClue(finding.clues, 'unnamed-mirror'))
    return [
      { code: 'mirror-settings', host: null, registry, about: 'unnamed' },
      { code: 'ask-registry' },
      { code: 'show-proxy' },
    ]
  const upstream = clueOf(finding.clues, 'upstream-error')
  if (upstream !== undefined)
    return [
      { ...upstream, code: 'restore-upstream', registry: endpoint?.host ?? registry },
      { code: 'check-name', how: 'plain' },
    ]
  const host = endpoint?.host ?? clueOf(finding.clues, 'mirrors-failed')?.lacking ?? null
  if (host === null || endpoint?.role === 'proxy') return null
  // Only a tag that was resolved leads to a digest: the name is right.
  if (endpoint?.role === 'mirror' && hasClue(finding.clues, 'missing-child'))
    return [
      { code: 'mirror-lacks-image', host, registry, source: 'resolved' },
      ...ofMirror(finding, endpoint),
    ]
  const peers = clueOf(finding.clues, 'peers-only')?.by
  const source = peers ?? (hasClue(finding.clues, 'source-blocked') ? 'blocked' : 'other')
  const doubled = endpoint?.role === 'mirror' && isPathDoubled(finding)
  return [
    ...stepsIf(doubled, { code: 'mirror-settings', host, registry, about: 'doubled-path' }),
    { code: 'mirror-lacks-image', host, registry, source },
    ...stepsIf(peers !== undefined, { code: 'runtime-log' }),
    { code: 'check-name', how: 'plain' },
    { code: 'ask-registry' },
    ...(endpoint === null ? [] : ofMirror(finding, endpoint)),
  ]
}

/**
 * Whether /v2 is in the path twice: containerd appends it to the address of a mirror that has a path, unless told not to (containerd/containerd,
 * docs/hosts.md, override_path; aws/eks-anywhere#10765).
 */
function isPathDoubled({ evidence, reference }: Finding): boolean {
  const asked = /:\/\/[^\s/"]{1,255}\/v2\/(?:[^\s"?]{1,255}\/)?v2\/[^\s"?]{1,255}\/(?:manifests|blobs)\//
  return asked.test(evidence?.text ?? '') && reference?.includes('/v2/') !== true
}

/** The tag is there, but not all that it consists of. */
function registryLostPart(finding: Finding): Step[] | null {
  const host = answeringHost(finding)
  const lost = (['missing-child', 'missing-layer'] as const).find(code => hasClue(finding.clues, code))
  if (lost === undefined || host === null) return null
  // Once the registry has the rest, the kubelet's next attempt gets it: the name is right.
  return [
    { code: lost, host },
    // Nobody here can push there, and a cache in between loses parts (rpardini/docker-registry-proxy#147).
    ...stepsIf(isPublic(finding.reference), { code: 'show-proxy' }),
  ]
}

/** The registry remembers the tag, so the name is right. */
function deletedTag(finding: Finding): Step[] | null {
  const host = answeringHost(finding)
  if (!hasClue(finding.clues, 'tag-deleted') || host === null) return null
  return [
    { code: 'restore-tag', host },
    { code: 'set-image', known: 'repository' },
  ]
}

/**
 * Other nodes have pulled the image under this name, so that its registry has lost it since (enix/kube-image-keeper#540,
 * aws/containers-roadmap#2746). A digest that is gone can't be set again by another push.
 */
function lostTag(finding: Finding): Step[] | null {
  const held = clueOf(finding.clues, 'held-elsewhere')
  if (held === undefined || finding.moved !== null) return null
  const { pods, nodes, pulled } = held
  if (pulled !== undefined && finding.registry !== null)
    return [
      ...stepsIf(pulled.last, { code: 'restart-pull' }),
      { code: 'compare-mirrors', registry: finding.registry, nodes: pulled.nodes, at: pulled.at },
      ...pullByHand(finding),
      { code: 'ask-registry' },
      ...proxyProject(finding),
    ]
  return [
    { code: 'push-held', pods, nodes },
    ...imageStream(finding),
    { code: 'set-image', known: 'repository' },
    { code: 'ask-registry' },
    ...proxyProject(finding),
  ]
}

/** The next reconciliation of the operator would replace any other tag. */
function tagOfNode({ clues }: Finding): Step[] | null {
  const lacking = clueOf(clues, 'driver-without-system')
  if (lacking !== undefined)
    return [
      { code: 'append-system', system: lacking.system },
      { code: 'ask-registry' },
      { code: 'set-image', known: 'repository' },
    ]
  const made = clueOf(clues, 'tag-of-node')
  if (made === undefined) return null
  return [{ code: 'driver-for-node', from: made.from, value: made.value }, { code: 'ask-registry' }]
}

/** The registry says what is missing, so the name is right. */
function registryHasNoLatest(finding: Finding): Step[] | null {
  if (!hasClue(finding.clues, 'no-latest')) return null
  return [...nameVersion(finding), { code: 'set-image', known: 'repository' }]
}

function searchSteps(finding: Finding): Step[] {
  const hasDigest = finding.reference?.includes('@') === true
  const cache = proxyProject(finding)
  const digest = writeDigest(finding)
  const isMoved = isRemoved(finding) && digest.length === 0
  // A cache of ECR never gets an image that is first asked for by its digest (aws/containers-roadmap#2837).
  const isUnfilledByDigest = hasDigest && ecrCachePrefix(finding.reference) !== null
  // What the cache has a tag of was fetched; otherwise it most likely was never allowed to (aws/karpenter-provider-aws#7956).
  const isUnfilled = isUnfilledByDigest || (isEcrCache(finding.reference) && finding.subcause !== 'tag')
  return [
    ...nodeRegistry(finding),
    ...quoteTag(finding),
    ...nameVersion(finding),
    ...(finding.moved === null ? digest : []),
    ...imageStream(finding),
    ...hiddenDenial(finding),
    ...(isUnfilled ? cache : []),
    // Whoever says that the repository does not exist has not looked for the digest.
    ...stepsIf(!isMoved, {
      code: 'check-name',
      how: hasDigest && finding.subcause !== 'repository' ? 'digest' : 'plain',
    }),
    ...(isUnfilled ? [] : cache),
    ...archivedImage(finding),
    { code: 'ask-registry' },
    ...stepsIf(hasClue(finding.clues, 'missing-or-private'), seeWhy('login')),
    ...unnamedMirror(finding),
    setTag(finding),
  ]
}

/** ECR answers 404 for an image that it keeps in its archive, and lists it (docs.aws.amazon.com/AmazonECR, archive-image). */
function archivedImage({ registry, reference, subcause }: Finding): Step[] {
  const isOwn = cloudOf(registry) === 'ecr' && !isOfAmazon(registry) && ecrCachePrefix(reference) === null
  return stepsIf(isOwn && subcause !== 'repository', { code: 'see-ecr-image' })
}

/** Whether the publisher is known to have moved its images away, which explains a missing one better than a typo. */
function isRemoved({ moved }: Finding): boolean {
  return (moved?.state === 'emptied' || moved?.state === 'deleted') && moved.to !== null
}

/** The tag may have lost a zero on its way through YAML. */
function quoteTag({ clues, subcause }: Finding): Step[] {
  const zero = clueOf(clues, 'dropped-zero')
  return zero === undefined || subcause === 'repository' ? [] : [{ ...zero, code: 'quote-tag' }]
}

/**
 * The pod's labels name the tag that was meant; otherwise only the user knows it. A tag without a dot may be meant beside version 2.0. A
 * repository that does not exist has no other tag.
 */
function setTag({ clues, subcause }: Finding): Step {
  const zero = clueOf(clues, 'dropped-zero')
  return zero !== undefined && 'label' in zero.by && zero.tag.includes('.')
    ? { code: 'set-tag', tag: zero.meant }
    : { code: 'set-image', known: subcause === 'repository' ? 'nothing' : 'repository' }
}

/** The text names no host, and a mirror for all registries may have been the last one to be asked (k3s-io/k3s#11857, rancher/rke2#7827). */
function unnamedMirror({ host, endpoint, registry }: Finding): Step[] {
  const hasEmbedded = host.platform === 'k3s' || host.platform === 'rke2'
  return registry !== null &&
    hasEmbedded &&
    host.runtime !== 'docker' &&
    endpoint === null &&
    !isLocal(registry)
    ? [{ code: 'mirror-settings', host: null, registry, about: 'wildcard' }]
    : []
}

/** A registry that may fetch the image from another one, and answers the same if that one refuses it or can't be reached. */
function proxyProject(finding: Finding): Step[] {
  const host = answeringHost(finding)
  if (host === null) return []
  if (hasClue(finding.clues, 'harbor')) return [{ code: 'proxy-project', host, product: 'harbor' }]
  if (ecrCachePrefix(finding.reference) !== null) return [{ code: 'proxy-project', host, product: 'ecr' }]
  const [name, project] = finding.reference?.split('/') ?? []
  const named = hasClue(finding.clues, 'relays') || isNamedLikeCache(`${name}/${project}`)
  return stepsIf(named && !isHosted(host), { code: 'proxy-project', host, product: null })
}

/** A registry at the node's own loopback: what answers there decides where the image has to be. */
export function nodeRegistry({ registry }: Finding): Step[] {
  if (registry === null || !isLocal(registry)) return []
  const port = Number(/:(\d+)$/.exec(registry)?.[1] ?? '443')
  const service = nodeServiceAt({ host: registry, role: 'registry' })
  // Nothing listens at a NodePort, by default one of these: the node's rules forward it.
  return port >= 30_000 && port <= 32_767
    ? [{ code: 'node-port-registry', host: registry, port, service }]
    : [{ code: 'node-registry', host: registry, service }]
}

/** The registry lacks the tag `latest`, which a name without a tag means: many repositories have versions only. */
function nameVersion(finding: Finding): Step[] {
  const { reference, subcause, image } = finding
  const asksForLatest = reference?.endsWith(':latest') === true
  const isMissing = subcause === 'tag' || hasClue(finding.clues, 'no-latest')
  return stepsIf(asksForLatest && isMissing, { code: 'name-version', image })
}

/**
 * In OpenShift's own registry a tag that was never imported, or whose import failed, is missing like a misspelled one, and a digest that was
 * pruned like one that was never there (docs.openshift.com, "Pruning objects to reclaim resources").
 */
export function imageStream({ reference }: Finding): Step[] {
  const { tag = null, digest = null, registry = '', repository = '' } = parseReference(reference ?? '') ?? {}
  const [project = '', stream, ...more] = repository.split('/')
  const known = isOpenShiftRegistry(registry) && more.length === 0
  const version = digest === null ? tag : null
  return known && stream !== undefined && (version !== null || digest !== null)
    ? [{ code: 'see-image-stream', project, stream, tag: version }]
    : []
}

/**
 * What looks missing in another OpenShift project may only be refused to service accounts of this one (openshift/origin#17523); all may pull from
 * openshift. Who is told that the manifest is unknown was allowed to look for it.
 */
function hiddenDenial(finding: Finding): Step[] {
  const { registry, reference, evidence } = finding
  if (/\bmanifest unknown\b/i.test(evidence?.text ?? '')) return []
  if (registry === null || repositoryOf(reference).startsWith('openshift/')) return []
  return isOfOtherProject(finding, registry) ? grantSteps(finding, registry) : []
}

/** The registry says where the image is instead, so neither another tag nor a login for this registry helps; null if it does not. */
export function servedElsewhere({ clues, cause, moved }: Finding): Step[] | null {
  const place = clueOf(clues, 'served-at')
  // A known move has steps of its own.
  if (place === undefined || moved !== null) return null
  if (!isRefusedOrMissing(cause)) return null
  const { host, repository } = place
  return [
    { code: 'use-host', host, repository },
    // The answer of any registry must not choose the host that gets a login.
    ...stepsIf(isHosted(host), { code: 'distribute-login', reason: 'elsewhere', registry: host }),
  ]
}
