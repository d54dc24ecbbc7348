/** Steps for a refusal that leaves open whether the image exists: what the finding shows about the login decides whether the name comes first. */

import { hasClue } from '../diagnosis/clues/clue.ts'
import type { Finding } from '../diagnosis/finding.ts'
import { cloudOf } from '../image/cloud-registries.ts'
import { isDockerHub } from '../image/docker-hub.ts'
import { isLocal } from '../image/host.ts'
import { missingNamespace } from '../image/mistakes/missing-namespace.ts'
import { repositoryOf } from '../image/reference.ts'
import {
  isEntitled,
  isFixedHost,
  isFreeOfChainguard,
  isOpenShiftRegistry,
  isPublic,
  registryBehind,
} from '../image/registries.ts'
import { isElsewhere, isPackaged, stepsBeside, stepsIf } from './conditions.ts'
import { imageStream, nodeRegistry } from './image-steps.ts'
import { loginSteps, publicSteps, seeWhy } from './login.ts'
import {
  cloudLoginSteps,
  hasUnusable,
  lacksCloudLogin,
  nodeScopes,
  nothingSent,
  podLoginSteps,
} from './missing-login.ts'
import { checkNameSteps } from './name-steps.ts'
import { grantPull, grantSteps, isOfOtherProject, robotSteps } from './permission.ts'
import { correctedSecretSteps, knownSecretSteps, nearSecretSteps, unreadSecretSteps } from './pod-secrets.ts'
import { perhapsSpoiled, perhapsSpoiledByNode } from './refused-login.ts'
import type { Step } from './step/step.ts'

/** A refusal that gives no reason may come from a proxy or firewall in between, whose answer looks the same. */
export function whoAnswered(finding: Finding): Step[] {
  const { endpoint } = finding
  // A web site is not a registry, so its answer shows nothing.
  return hasClue(finding.clues, 'bare-refusal') &&
    endpoint?.role === 'registry' &&
    !hasClue(finding.clues, 'web-site')
    ? [{ code: 'who-answered', host: endpoint.host }]
    : []
}

/** A refusal that leaves open whether the image exists. */
export function deniedOrMissing(finding: Finding): Step[] {
  const { registry, credential, reference } = finding
  if (registry === null) return [seeWhy('name')]
  const hasNone = credential.status !== 'usable'
  if (hasNone && hasClue(finding.clues, 'on-node')) return verifiedLoginSteps(finding)
  if (lacksCloudLogin(finding)) return cloudLoginSteps(finding)
  if (hasNone && (isEntitled(registry) || hasClue(finding.clues, 'annotated-provider')))
    return nothingSent(finding)
  // The service account has a login that the pod lacks, and gives it to new pods: nothing has to be changed.
  if (finding.remedies.includes('recreate'))
    return [{ code: 'recreate-pods' }, ...checkNameSteps(finding), seeWhy('name')]
  return isPublic(reference) || isPackaged(finding)
    ? publicButRefused(finding)
    : privateOrMissing(finding, registry)
}

/** The check of the name; a placeholder has a step of its own. */
function nameToCheck(finding: Finding): Step[] {
  return hasClue(finding.clues, 'placeholder') ? [] : checkNameSteps(finding)
}

/** Another name, unless this one is an official image's. */
function otherName(name: Step[]): Step[] {
  const mayBeMisspelled = name.some(({ code }) => code !== 'existing-official')
  return stepsIf(mayBeMisspelled, { code: 'set-image', known: 'nothing' })
}

/** No login helps where everything is public. */
function publicButRefused(finding: Finding): Step[] {
  const name = nameToCheck(finding)
  // Docker Hub's token server has once refused every image (docker/hub-feedback#2215).
  const mayBeDown = name.some(({ code }) => code === 'existing-official')
  return [
    ...correctedSecretSteps(finding),
    ...name,
    ...stepsIf(mayBeDown, { code: 'hub-refuses-all' }),
    ...stepsIf(name.length > 0, { code: 'ask-registry' }),
    ...otherName(name),
    ...whoAnswered(finding),
  ]
}

/** What a refusal that leaves the reason open can have steps for. */
interface OpenSteps {
  /** What the namespace has that was meant for such images. */
  known: Step[]
  /** Every way to give the pod a login. */
  login: Step[]
  name: Step[]
  grant: Step[]
}

/** What the finding shows about the login decides whether the name comes first: registries answer the same for a private and for a missing image. */
function privateOrMissing(finding: Finding, registry: string): Step[] {
  const steps = {
    known: nearSecretSteps(finding),
    login: [...unreadSecretSteps(finding), ...knownSecretSteps(finding), ...loginSteps(finding, 'private')],
    name: nameToCheck(finding),
    grant: grantSteps(finding, registry),
  }
  return oneReason(finding, registry, steps) ?? eitherReason(finding, registry, steps)
}

/** Steps where the finding shows which of the two it is, or what has to be repaired in either case; null where it does not. */
function oneReason(
  finding: Finding,
  registry: string,
  { known, login, name, grant }: OpenSteps,
): Step[] | null {
  const isUsable = finding.credential.status === 'usable'
  // The pod's secret has no usable login, which has to be fixed whether or not the name is right.
  if (hasUnusable(finding) && login.length > 0)
    return [...podLoginSteps(finding), seeWhy('secrets'), ...name, ...grant]
  // Only what listens at the node's own loopback knows why it refused, and whether it wants a login at all.
  if (isLocal(registry))
    return [...known, ...nodeRegistry(finding), ...name, ...stepsBeside(known, login), seeWhy('name')]
  if (isUsable && hasClue(finding.clues, 'named-action'))
    return [...robotSteps(finding), grantPull(finding, registry), ...login, ...name, seeWhy('login')]
  // Unlike at gcr.io, hardly anything is public there, and this node has no identity that Google would accept.
  if (registry.endsWith('-docker.pkg.dev') && !isUsable && isElsewhere(finding))
    return [...podLoginSteps(finding), ...name, { code: 'ask-registry' }, seeWhy('login')]
  // Of several logins, the pod's is the first one, and the refused one may have been another.
  const wasFirst = !hasClue(finding.clues, 'failed-otherwise')
  if (refusesLogins(finding) && wasFirst && !hasClue(finding.clues, 'runs-elsewhere'))
    return [...known, ...robotSteps(finding), ...loginSteps(finding, 'refused'), ...name, seeWhy('login')]
  return null
}

/** ECR and ACR answer 404 for what they do not have (see lacksCloudLogin), so the pod's login is what they refused: at ECR mostly a token, which ends after hours. */
function refusesLogins({ registry, credential, clues }: Finding): boolean {
  const cloud = cloudOf(registry)
  const knowsMissing = cloud === 'ecr' || (cloud === 'acr' && hasClue(clues, 'unauthorized'))
  return credential.status === 'usable' && knowsMissing
}

/** Steps for both, the likelier one first. */
function eitherReason(finding: Finding, registry: string, { known, login, name, grant }: OpenSteps): Step[] {
  const text = finding.evidence?.text ?? ''
  const spoiled = perhapsSpoiled(finding)
  // GitHub's token server writes so of a login that it does not accept (groundnuty/k8s-wait-for#70).
  const isLikelySpoiled = /\bdenied: denied\b/i.test(text)
  // Google's words are for requests without a valid login, too (jenkins-x/terraform-google-jx#169).
  const isUnknown = /\byou may have invalid credentials\b/i.test(text)
  const scopes = isUnknown || hasClue(finding.clues, 'unauthorized') ? nodeScopes(finding) : []
  // A login for this registry that the pod's namespace has was meant for such images, so it comes before the name.
  const otherLogins = stepsBeside(known, login)
  const asksForLogin = refusesLogins(finding) || (mayLackLogin(finding) && wantsLoginFirst(finding, registry))
  const checked = [
    ...scopes,
    ...imageStream(finding),
    ...(asksForLogin ? otherLogins : []),
    ...name,
    ...perhapsSpoiledByNode(finding),
    ...publicSteps(finding),
    ...stepsIf(name.length > 0, { code: 'ask-registry' }),
  ]
  const mayNeedPlan = isDockerHub(registry) && finding.credential.status === 'usable' && login.length > 0
  return [
    ...known,
    ...correctedSecretSteps(finding),
    ...(isLikelySpoiled ? spoiled : []),
    ...robotSteps(finding),
    ...(isOfOtherProject(finding, registry) ? [...grant, ...checked] : [...checked, ...grant]),
    ...(isLikelySpoiled ? [] : spoiled),
    ...stepsIf(mayNeedPlan, { code: 'hub-plan', repository: repositoryOf(finding.reference) }),
    ...(asksForLogin ? [] : otherLogins),
    ...otherName(name),
    // The registry may have lost the image since other pods pulled it.
    ...stepsIf(hasClue(finding.clues, 'runs-elsewhere'), { code: 'ask-registry' }),
    ...whoAnswered(finding),
    seeWhy('name'),
  ]
}

/**
 * Whether the refusal is one of the login: a 401, or, of a pod without any, what containerd and Docker write for it, and Harbor of whoever is not a
 * member of the project (goharbor/harbor, v2auth). A name with another registry in it is more likely wrong.
 */
function mayLackLogin({ clues, credential, evidence }: Finding): boolean {
  const words = /\bunauthorized to access repository\b|\bpull access denied\b/i
  const isRefusal = credential.status === 'none' && words.test(evidence?.text ?? '')
  return hasClue(clues, 'unauthorized') || (isRefusal && !hasClue(clues, 'relays'))
}

/** Registries where many publish images for everyone: those of clouds, of a forge, and of distributions. */
const FOR_PUBLISHING =
  /\.(?:aliyuncs|tencentyun|myhuaweicloud)\.com$|^(?:codeberg|registry\.(?:opensuse|fedoraproject|centos))\.org$|^registry\.suse\.com$/
/** The images of Docker Hub at a mirror of it, or the project that Harbor makes at first, which is public. */
const OPEN_PATH = /^[^/]+\/library\//

/**
 * Whether a 401 is more likely about the login than about the name: it comes before the look-up of a name, and images are mostly private at
 * registries other than those that anyone publishes at (rancher/rancher#17241).
 */
function wantsLoginFirst({ reference }: Finding, registry: string): boolean {
  return (
    !isFixedHost(registry) &&
    !FOR_PUBLISHING.test(registry) &&
    !OPEN_PATH.test(reference ?? '') &&
    cloudOf(registry) === null &&
    registryBehind(registry) === null &&
    !isOpenShiftRegistry(registry) &&
    !isFreeOfChainguard(reference) &&
    missingNamespace(reference) === null
  )
}

/** The image is on the node, so its name is right: what the pod lacks is a credential that was verified for it. */
function verifiedLoginSteps(finding: Finding): Step[] {
  const known = knownSecretSteps(finding)
  return [
    ...known,
    ...stepsIf(known.length === 0, { code: 'same-secret' }),
    ...loginSteps(finding, 'missing'),
    ...correctedSecretSteps(finding),
    { code: 'exempt-preloaded' },
    seeWhy('secrets'),
  ]
}
