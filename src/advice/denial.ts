/** Steps for a refusal, by subcause. A login is proposed only if a login can help. */

import { clueOf } from '../diagnosis/clue.ts'
import type { DenialSubcause, Finding } from '../diagnosis/finding.ts'
import { malformedSecrets } from '../diagnosis/pod-credential.ts'
import { isDockerHub } from '../image/docker-hub.ts'
import { isLocal } from '../image/host.ts'
import { repositoryOf } from '../image/reference.ts'
import { cloudOf, isEntitled, isPublic, RED_HAT } from '../image/registries.ts'
import { blockedSteps, policySteps, refusingCache, upstreamSteps } from './closed-access.ts'
import { hasClue, isElsewhere, isPackaged, stepsIf } from './conditions.ts'
import { nodeRegistry } from './image-steps.ts'
import {
  correctedSecretSteps,
  hubNameSteps,
  knownSecretSteps,
  loginSteps,
  missingSlash,
  nearSecretSteps,
  nodesOwnLogin,
  otherLogin,
  publicSteps,
  unnamedSecretSteps,
  unreadSecretSteps,
} from './login.ts'
import {
  cloudLoginSteps,
  hasUnusable,
  lacksCloudLogin,
  nothingSent,
  podLoginSteps,
  see,
  withSecretMaker,
} from './missing-login.ts'
import { checkNameSteps } from './name-steps.ts'
import { callerOf, cloudPermission, grantorOf, grantSteps, isOfOtherProject } from './permission.ts'
import {
  miswrittenLogins,
  perhapsSpoiled,
  perhapsSpoiledByNode,
  refusedLoginSteps,
  renewSteps,
} from './refused-login.ts'
import type { Step } from './step.ts'
import { pageSteps } from './wrong-answer.ts'

const BY_SUBCAUSE: Record<DenialSubcause, (finding: Finding) => Step[]> = {
  'no-credential-sent': nothingSent,
  'credential-refused': refusedLoginSteps,
  'not-permitted': notPermitted,
  'denied-or-missing': deniedOrMissing,
  blocked: blockedSteps,
  policy: policySteps,
  upstream: upstreamSteps,
  unspecified: unknownReason,
}

/** The steps for a refusal: by the first of those that were involved, from the pod outward. */
export function denialSteps(finding: Finding): Step[] {
  return unsentLogin(finding) ?? refusingPage(finding) ?? refusingCache(finding) ?? refusingRegistry(finding)
}

/** A login that the kubelet or the runtime could not read or send, or that another server than the registry refused; null if nothing shows one. */
function unsentLogin(finding: Finding): Step[] | null {
  const { registry, credential, namespace } = finding
  const malformed = malformedSecrets(credential)
  if (malformed.length > 0) return [...malformed.map(secret => repair(namespace, secret)), see('secrets')]
  if (hasClue(finding, 'unreadable-secret')) return [see('secrets')]
  if (hasClue(finding, 'content-trust')) return [{ code: 'content-trust' }, { code: 'ask-registry' }]
  const file = clueOf(finding.clues, 'node-login-file')
  if (file !== undefined) return [{ code: 'correct-login-file', path: file.path }, { code: 'runtime-log' }]
  if (!hasClue(finding, 'unsent-login') || registry === null) return null
  return credential.status === 'none'
    ? [{ code: 'node-login', registry, perhaps: false }, see('secrets')]
    : [see('secrets'), { code: 'runtime-log' }]
}

/** Refusals whose text gives a reason, even in a web page. */
const WITH_REASON: readonly Finding['subcause'][] = ['blocked', 'policy', 'upstream']

function refusingPage(finding: Finding): Step[] | null {
  const isPage = hasClue(finding, 'web-page') && !WITH_REASON.includes(finding.subcause)
  return isPage && finding.registry !== null ? pageSteps(finding) : null
}

function refusingRegistry(finding: Finding): Step[] {
  const corrected = knownSecretSteps(finding).length > 0 ? [] : missingSlash(finding)
  const bySubcause = BY_SUBCAUSE[(finding.subcause ?? 'unspecified') as DenialSubcause]
  const own = termsSteps(finding, bySubcause(finding))
  return [
    ...(isPublic(finding.reference) ? [] : hubNameSteps(finding)),
    ...miswrittenLogins(finding),
    ...unnamedSecretSteps(finding),
    ...clusterPullSecret(finding),
    ...otherLogin(finding),
    ...nodesOwnLogin(finding),
    ...corrected,
    ...newLoginSteps(
      finding,
      corrected.length === 0 ? own : own.filter(({ code }) => code !== 'repair-secret'),
    ),
  ]
}

/** What the last attempt did not send is tried first, and a token that has ended is renewed; then other steps may be needed. */
function newLoginSteps(finding: Finding, given: Step[]): Step[] {
  const steps = withSecretMaker(finding, given)
  const { contradicted, cameLater } = finding.credential
  if (cameLater && !contradicted)
    return [{ code: 'restart-pull' }, ...steps.filter(({ code }) => !OF_SENT_LOGIN.includes(code))]
  return [...renewSteps(finding), ...steps]
}

/** What would change a login that was not tried, or the rights of its account. */
const OF_SENT_LOGIN: readonly Step['code'][] = [
  'distribute-login',
  'grant-pull',
  'grant-cloud-role',
  'hub-plan',
  'remove-login',
  'short-lived-login',
  'check-provider',
  'restart-pull',
]

/** OpenShift's nodes pull Red Hat's images with the login of the cluster, unless the pod has one of its own. */
function clusterPullSecret(finding: Finding): Step[] {
  const { registry, host, credential, workload } = finding
  if (registry === null || !RED_HAT.test(registry) || host.platform !== 'openshift') return []
  if (hasClue(finding, 'global-login')) return []
  const catalog = workload?.kind === 'CatalogSource' ? workload.name : null
  return stepsIf(credential.status === 'none', { code: 'cluster-pull-secret', registry, catalog })
}

/** Whoever has accepted the terms of the image can pull it, and nobody else can: its name is right. */
function termsSteps(finding: Finding, steps: Step[]): Step[] {
  const { registry } = finding
  if (registry === null || !hasClue(finding, 'terms')) return steps
  return [{ code: 'accept-terms', registry }, ...steps.filter(({ code }) => !ABOUT_NAME.includes(code))]
}

const ABOUT_NAME: readonly Step['code'][] = ['check-name', 'ask-registry', 'make-public']

const repair = (namespace: string, secret: string): Step => ({
  code: 'repair-secret',
  namespace,
  secret,
  problem: 'malformed',
})

function notPermitted(finding: Finding): Step[] {
  const { registry } = finding
  if (registry === null) return [see('name')]
  const cloud = cloudOf(registry)
  const permission = cloud === null ? null : cloudPermission(finding, cloud, { first: true })
  // Neither another name nor another login changes what a policy denies.
  if (permission?.code === 'lift-deny') return [permission, see('login')]
  const fromPod = finding.credential.status === 'usable'
  // Google's registries answer 403 to a pull without a login, too, and this node has no identity there that could lack a role.
  if (cloud === 'gar' && !fromPod && isElsewhere(finding) && finding.credential.ofNode !== true)
    return [...podLoginSteps(finding), ...checkNameSteps(finding), ...whoAnswered(finding), see('login')]
  return [
    ...stepsIf(hasClue(finding, 'token-scope'), { code: 'token-scope', registry }),
    permission !== null && !fromPod ? permission : grantPull(finding, registry),
    ...(hasClue(finding, 'token-scope') ? [] : perhapsSpoiled(finding)),
    ...checkNameSteps(finding),
    // A cloud that names the identity has proven what that identity lacks.
    ...(permission !== null && callerOf(finding) !== null ? [] : loginSteps(finding, 'private')),
    ...whoAnswered(finding),
    see('login'),
  ]
}

function grantPull(finding: Finding, registry: string): Step {
  const [repository, caller] = [repositoryOf(finding.reference), callerOf(finding)]
  return { code: 'grant-pull', by: grantorOf(registry), registry, repository, caller }
}

/** A refusal that gives no reason may come from a proxy or firewall in between, whose answer looks the same. */
function whoAnswered(finding: Finding): Step[] {
  const { endpoint } = finding
  // A web site is not a registry, so its answer shows nothing.
  return hasClue(finding, 'bare-refusal') && endpoint?.role === 'registry' && !hasClue(finding, 'web-site')
    ? [{ code: 'who-answered', host: endpoint.host }]
    : []
}

/** A refusal that leaves open whether the image exists. */
function deniedOrMissing(finding: Finding): Step[] {
  const { registry, credential, reference } = finding
  if (registry === null) return [see('name')]
  const hasNone = credential.status !== 'usable'
  if (hasNone && hasClue(finding, 'on-node')) return verifiedLoginSteps(finding)
  if (lacksCloudLogin(finding)) return cloudLoginSteps(finding)
  if (hasNone && (isEntitled(registry) || hasClue(finding, 'annotated-provider'))) return nothingSent(finding)
  // The service account has a login that the pod lacks, and gives it to new pods: nothing has to be changed.
  if (finding.remedies.includes('recreate'))
    return [{ code: 'recreate-pods' }, ...checkNameSteps(finding), see('name')]
  return isPublic(reference) || isPackaged(finding)
    ? publicButRefused(finding)
    : privateOrMissing(finding, registry)
}

/** The check of the name; a placeholder has a step of its own. */
function nameToCheck(finding: Finding): Step[] {
  return hasClue(finding, 'placeholder') ? [] : checkNameSteps(finding)
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

/** What the finding shows about the login decides whether the name comes first: registries answer the same for a private and for a missing image. */
function privateOrMissing(finding: Finding, registry: string): Step[] {
  const isUsable = finding.credential.status === 'usable'
  const name = nameToCheck(finding)
  const grant = grantSteps(finding, registry)
  const login = [
    ...unreadSecretSteps(finding),
    ...knownSecretSteps(finding),
    ...loginSteps(finding, 'private'),
  ]
  // The pod's secret has no usable login, which has to be fixed whether or not the name is right.
  if (hasUnusable(finding) && login.length > 0)
    return [...podLoginSteps(finding), see('secrets'), ...name, ...grant]
  // A login for this registry that the pod's namespace has was meant for such images, so it comes before the name.
  const known = nearSecretSteps(finding)
  const otherLogins = login.filter(({ code }) => !known.some(step => step.code === code))
  // Only what listens at the node's own loopback knows why it refused, and whether it wants a login at all.
  if (isLocal(registry)) return [...known, ...nodeRegistry(finding), ...name, ...otherLogins, see('name')]
  if (isUsable && hasClue(finding, 'named-action'))
    return [grantPull(finding, registry), ...login, ...name, see('login')]
  // Unlike at gcr.io, hardly anything is public there, and this node has no identity that Google would accept.
  if (registry.endsWith('-docker.pkg.dev') && !isUsable && isElsewhere(finding))
    return [...podLoginSteps(finding), ...name, { code: 'ask-registry' }, see('login')]
  const checked = [
    ...name,
    ...perhapsSpoiledByNode(finding),
    ...publicSteps(finding),
    ...stepsIf(name.length > 0, { code: 'ask-registry' }),
  ]
  const mayNeedPlan = isDockerHub(registry) && isUsable && login.length > 0
  return [
    ...known,
    ...correctedSecretSteps(finding),
    ...(isOfOtherProject(finding, registry) ? [...grant, ...checked] : [...checked, ...grant]),
    ...perhapsSpoiled(finding),
    ...stepsIf(mayNeedPlan, { code: 'hub-plan', repository: repositoryOf(finding.reference) }),
    ...otherLogins,
    ...otherName(name),
    // The registry may have lost the image since other pods pulled it.
    ...stepsIf(hasClue(finding, 'runs-elsewhere'), { code: 'ask-registry' }),
    ...whoAnswered(finding),
    see('name'),
  ]
}

/** The registry's own reason comes first; what it says may make the other steps useless. */
function unknownReason(finding: Finding): Step[] {
  const reason = clueOf(finding.clues, 'own-reason')?.text
  const { registry } = finding
  return [
    ...(reason === undefined || registry === null
      ? []
      : [{ code: 'heed-reason' as const, registry, reason }]),
    ...deniedOrMissing(finding),
  ]
}

/** The image is on the node, so its name is right: what the pod lacks is a credential that was verified for it. */
function verifiedLoginSteps(finding: Finding): Step[] {
  return [
    ...knownSecretSteps(finding),
    { code: 'same-secret' },
    ...loginSteps(finding, 'missing'),
    ...correctedSecretSteps(finding),
    { code: 'exempt-preloaded' },
    see('secrets'),
  ]
}
