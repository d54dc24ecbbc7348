/** Steps about an image's name: what is wrong with it in itself, and how to check it. */

import { clueOf, hasClue } from '../diagnosis/clues/clue.ts'
import type { AttemptProblem } from '../diagnosis/credential/credential-report.ts'
import { type Finding, isRefusedOrMissing } from '../diagnosis/finding.ts'
import { isOpenToAll } from '../diagnosis/refusal/denial.ts'
import { DOCKER_HUB, isDockerHub } from '../image/docker-hub.ts'
import {
  impossibleAtArtifactRegistry,
  impossibleAtHub,
  impossibleUpstream,
  pathOfApi,
} from '../image/mistakes/impossible-path.ts'
import { missingNamespace } from '../image/mistakes/missing-namespace.ts'
import type { Placeholder } from '../image/mistakes/placeholder.ts'
import { similarNames } from '../image/mistakes/similar-names.ts'
import { isOfficial, libraryName, OFFICIAL_IMAGES } from '../image/official-images.ts'
import { hidesMissing, isFixedHost, isHosted, isNamedAfterCache, servesList } from '../image/registries.ts'
import { isPackaged, stepsIf } from './conditions.ts'
import { pullByHand } from './host.ts'
import { otherRegistry } from './other-registry.ts'
import type { Step } from './step/step.ts'

/** Steps for clues in the name. They come first: neither another tag nor a login helps a placeholder. */
export function nameClueSteps(finding: Finding): Step[] {
  const { clues, image, reference, endpoint } = finding
  // A name that does not parse is never asked for: in a text about a host's answer, somebody has replaced the real one.
  const isReplaced = reference === null && endpoint !== null
  const placeholder = isReplaced ? undefined : clueOf(clues, 'placeholder')
  const surplus = clueOf(clues, 'surplus-tag')
  return [
    ...stepsIf(hasClue(clues, 'unquoted-number'), { code: 'quote-number', image }),
    ...(placeholder === undefined ? [] : [placeholderStep(placeholder.of, image)]),
    ...stepsIf(hasClue(clues, 'image-id'), { code: 'name-not-id', image }),
    ...(surplus === undefined ? [] : [{ ...surplus, code: 'drop-surplus-tag' as const }]),
    ...stepsIf(hasClue(clues, 'reference-scheme'), { code: 'drop-scheme', image }),
    ...streamSteps(finding),
    ...otherRegistry(finding),
    ...dropDefaultRegistry(finding),
    ...undoublePrefix(finding),
    ...possiblePath(finding),
    ...zarfOnce(finding),
    ...zarfPackage(finding),
  ]
}

/** Registries whose accounts have no dots in their names, so that a host in their place is a registry of its own. */
const WITHOUT_DOTS = [DOCKER_HUB, 'ghcr.io']

/** A default registry that a chart put in front of a name which has one already; well-known registries are not caches of others. */
function dropDefaultRegistry({ registry, image, clues }: Finding): Step[] {
  if (registry === null || !image.startsWith(`${registry}/`)) return []
  const [inner = '', path] = image.slice(registry.length + 1).split('/')
  const isHost = WITHOUT_DOTS.includes(registry)
    ? inner.includes('.')
    : isFixedHost(registry) && isHosted(inner)
  const isOfPod = !hasClue(clues, 'changed-at-admission')
  return stepsIf(isHost && path !== undefined && isOfPod, { code: 'drop-default-registry', registry, inner })
}

/** Only registries that answered have shown that they lack such a name. */
function undoublePrefix({ cause, clues }: Finding): Step[] {
  const doubled = clueOf(clues, 'doubled-prefix')
  if (doubled === undefined || hasClue(clues, 'changed-at-admission')) return []
  const { prefix, without } = doubled
  return stepsIf(isRefusedOrMissing(cause), { code: 'undouble-prefix', prefix, without })
}

/** A mirror may have paths that its registry can't have, and is asked first. */
function possiblePath({ cause, subcause, clues, reference, endpoint }: Finding): Step[] {
  if (!isRefusedOrMissing(cause) || endpoint?.role === 'mirror') return []
  if (
    hasClue(clues, 'doubled-prefix', 'placeholder', 'name-beside', 'mirrors-failed', 'changed-at-admission')
  )
    return []
  const found =
    subcause === 'upstream'
      ? impossibleUpstream(reference)
      : (pathOfApi(reference) ??
        // A project that is suspended, or closed to the caller, is the reason that Google gives.
        impossibleAtHub(reference) ??
        (subcause === 'blocked' ? null : impossibleAtArtifactRegistry(reference)))
  return found === null ? [] : [{ code: 'correct-path', ...found }]
}

function streamSteps({ clues }: Finding): Step[] {
  const trigger = clueOf(clues, 'image-trigger')
  if (trigger !== undefined) return [{ ...trigger, code: 'image-trigger' }]
  const found = clueOf(clues, 'stream-tag')
  return found === undefined ? [] : [{ ...found, code: 'look-up-stream' }]
}

function zarfOnce({ cause, clues }: Finding): Step[] {
  const twice = clueOf(clues, 'zarf-twice')
  return twice === undefined || !isRefusedOrMissing(cause) ? [] : [{ ...twice, code: 'zarf-once' }]
}

/** What Zarf's packages did not bring: the image, or the secret of the namespace. */
function zarfPackage(finding: Finding): Step[] {
  const { cause, subcause, credential } = finding
  if (!hasClue(finding.clues, 'of-zarf')) return []
  if (cause === 'image-not-found') return [{ code: 'zarf-package', lacks: 'image' }]
  const wantsLogin = subcause === 'no-credential-sent' || subcause === 'denied-or-missing'
  return stepsIf(wantsLogin && credential.status !== 'usable' && !hasZarfSecret(credential), {
    code: 'zarf-package',
    lacks: 'login',
  })
}

/** Whether the namespace has the secret, with something in it that does not fit. */
function hasZarfSecret({ attempts }: Finding['credential']): boolean {
  return attempts.some(
    ({ secret, problem }) => secret === 'private-registry' && (problem === null || !UNSEEN.includes(problem)),
  )
}

/** Problems of a secret that does not exist, or of which nobody knows whether it does. */
const UNSEEN: readonly AttemptProblem[] = ['secret-missing', 'secret-forbidden', 'secret-unread']

/** The registry that is missing from the name, unless Docker Hub was meant: a login for it, or its own answer, would show that. */
export function registrySteps({ clues, credential, check }: Finding): Step[] {
  const beside = clueOf(clues, 'name-beside')
  const isThere = check?.verdict.startsWith('opens-') === true
  if (beside === undefined || credential.status === 'usable' || isThere) return []
  const { name, beside: other, same } = beside
  return [{ code: 'name-registry', name, beside: other, same }]
}

function placeholderStep(of: Placeholder, image: string): Step {
  return of === 'istio' ? { code: 'inject-sidecar' } : { code: 'fill-placeholder', of, image }
}

/** A path that begins with another registry's name, as in a cache; or somebody put one registry in front of another. */
export function dropRegistry({ registry, image, clues }: Finding): Step[] {
  if (registry === null || !image.startsWith(`${registry}/`) || !hasClue(clues, 'relays')) return []
  // Names were rewritten on purpose.
  if (hasClue(clues, 'loopback') || isNamedAfterCache(registry) || servesList(registry)) return []
  const [inner = '', ...path] = image.slice(registry.length + 1).split('/')
  return [{ code: 'drop-registry', host: registry, inner, without: [registry, ...path].join('/') }]
}

/** How to check the name, depending on what its registry shows to anonymous callers. */
export function checkNameSteps(finding: Finding): Step[] {
  const { registry, reference } = finding
  if (registry === null) return []
  if (isPackaged(finding)) return [{ code: 'existing-official' }]
  const name = libraryName(reference)
  if (name !== null) {
    if (isOfficial(reference)) return [{ code: 'existing-official' }]
    if (hasClue(finding.clues, 'runs-elsewhere')) return []
    const names = similarNames(name, OFFICIAL_IMAGES, 3)
    const check: Step = { code: 'check-name', how: 'official' }
    const near: Step[] = stepsIf(names.length > 0, { code: 'near-official', names })
    return isBuiltOn(names[0], name) ? [check, ...near] : [...near, check]
  }
  // The name is right, as other pods run the image under it.
  return stepsIf(!hasClue(finding.clues, 'runs-elsewhere'), {
    code: 'check-name',
    how: howToCheck(registry, finding),
  })
}

/** What follows an official image's name where a tag was joined to it with a dash, as in `nginx-alpine` and `postgres-15`. */
const TAG =
  /^(?:latest|stable|lts|slim|alpine|debian|ubuntu|bullseye|bookworm|trixie|jammy|noble|jre|jdk|v?\d)/

/** Whether the name goes on after the official one, as the names of images do that somebody built on it: `python-app`, `spark-hadoop`. */
function isBuiltOn(official: string | undefined, name: string): boolean {
  if (official === undefined || !name.startsWith(official)) return false
  const [, rest] = /^[._-]+(.+)$/.exec(name.slice(official.length)) ?? []
  return rest !== undefined && !TAG.test(rest)
}

/** Who may pull is decided for the repository, so a registry that refuses has not looked for the tag. */
function howToCheck(
  registry: string,
  finding: Finding,
): 'official' | 'public' | 'hidden' | 'namespace' | 'repository' {
  if (missingNamespace(finding.reference) !== null) return 'namespace'
  if (isOpenToAll(finding)) return isDockerHub(registry) ? 'official' : 'public'
  return hidesMissing(registry) ? 'hidden' : 'repository'
}

/** A digest that a template joined to the name with a colon, as if it were a tag, or with a colon and its own sign. */
const JOINED_DIGEST = /^([^@]+?):(?:@?sha256:)?([0-9a-f]{64})$/

/** The name with its digest, where that was written in place of the tag (tektoncd/operator#2368, vmware-tanzu/kubeapps#900). */
export function writeDigest({ image, reference }: Finding): Step[] {
  const [, name, digits] = JOINED_DIGEST.exec(image) ?? []
  return stepsIf(name !== undefined, {
    code: 'write-digest',
    correct: `${name}@sha256:${digits}`,
    certain: reference === null,
  })
}

/**
 * The full name ends the search of the node's settings, which found no image; null if there was none.
 * @param steps those of the cause at the registry that was asked
 */
export function searchedSteps(finding: Finding, steps: (finding: Finding) => Step[]): Step[] | null {
  const { clues, cause, image, host: node } = finding
  const searched = clueOf(clues, 'searched')
  if (searched === undefined) return null
  const [host = null, ...others] = searched.hosts
  const isAnswer = isRefusedOrMissing(cause)
  // CRI-O did not report what Docker Hub answered.
  const isLost = isAnswer && node.runtime === 'cri-o' && searched.certain && others.length === 0
  return [
    { code: 'full-name', image },
    ...(isLost ? pullByHand(finding) : []),
    ...stepsIf(!searched.certain, {
      code: 'mirror-settings',
      host,
      registry: DOCKER_HUB,
      about: 'instead',
    }),
    ...(isAnswer ? [] : cause === 'rate-limited' ? WAIT : steps(finding)),
  ]
}

/** The kubelet's login is for Docker Hub, so none reaches the limits of another registry. */
const WAIT: Step[] = [{ code: 'wait', for: 'limit' }]

/** Steps for a name that does not parse, or that the runtime does not resolve. */
export function unreadableNameSteps(finding: Finding): Step[] {
  const { image, registry, reference, clues } = finding
  const rejected = clueOf(clues, 'rejected-name')
  // The name parses, so nothing shows what is wrong with it but the registry's own words.
  if (rejected !== undefined && registry !== null && reference !== null)
    return [
      { code: 'heed-reason', registry, reason: rejected.reason },
      { code: 'set-image', known: 'nothing' },
    ]
  const [, tag] = /^.+?:([\w.-]+)@[^@]+$/.exec(image) ?? []
  if (tag !== undefined && hasClue(clues, 'tag-and-digest')) return [{ code: 'drop-tag', tag }]
  if (hasClue(clues, 'short-name')) return [{ code: 'full-name', image }]
  return [
    ...(hasClue(clues, 'surplus-tag') ? [] : writeDigest(finding)),
    emptyPart(image) ?? { code: 'read-name', image },
    { code: 'set-image', known: 'nothing' },
  ]
}

/** A part of the name that is empty, as a chart's value or a variable was (nutanix/helm#118). */
function emptyPart(image: string): Step | null {
  if (/^[:@]|\/[:@]/.test(image)) return { code: 'fill-part', image, part: 'repository' }
  if (/^\/[^/]/.test(image)) return { code: 'fill-part', image, part: 'registry' }
  return /^[^:@]*\/\//.test(image) ? { code: 'fill-part', image, part: null } : null
}
