/** Steps for a refusal, by subcause. A login is proposed only if a login can help. */

import type { DenialSubcause, Finding } from '../diagnosis/finding.ts'
import type { Platform } from '../diagnosis/pulling-node.ts'
import { isDockerHub } from '../image/docker-hub.ts'
import { cloudOf, isPublic } from '../image/registries.ts'
import { blockedSteps, policySteps, upstreamSteps } from './closed-access.ts'
import { hasClue, stepsIf } from './conditions.ts'
import { checkNameSteps } from './image-steps.ts'
import {
  correctedSecretSteps,
  knownSecretSteps,
  loginSteps,
  malformedSecrets,
  misplacedLoginSteps,
  missingSlash,
  miswrittenLogins,
  publicSteps,
  refusedLoginSteps,
  repositoryOf,
  unreadSecretSteps,
} from './login.ts'
import { pageSteps } from './network.ts'
import {
  callerOf,
  cloudPermission,
  grantorOf,
  grantSteps,
  isInCloud,
  isOfOtherProject,
} from './permission.ts'
import type { Step } from './step.ts'

const BY_SUBCAUSE: Record<DenialSubcause, (finding: Finding) => Step[]> = {
  'no-credential-sent': nothingSent,
  'credential-refused': refusedLoginSteps,
  'not-permitted': notPermitted,
  'denied-or-missing': deniedOrMissing,
  blocked: blockedSteps,
  policy: policySteps,
  upstream: upstreamSteps,
  unspecified: deniedOrMissing,
}

/** The steps for a refusal. */
export function denialSteps(finding: Finding): Step[] {
  const malformed = malformedSecrets(finding)
  if (malformed.length > 0)
    return [...malformed.map(secret => repair(finding.namespace, secret)), see('secrets')]
  if (hasClue(finding, 'unreadable-secret')) return [see('secrets')]
  const { endpoint, registry, subcause } = finding
  if (hasClue(finding, 'web-page') && registry !== null && !WITH_REASON.includes(subcause))
    return pageSteps(finding)
  // Only the mirror can end its refusal; the pod's rights at the registry are not known.
  if (endpoint?.role === 'mirror' && registry !== null && subcause !== 'policy' && subcause !== 'upstream')
    return [
      { code: 'check-mirror', host: endpoint.host, registry },
      { code: 'mirror-login', host: endpoint.host, registry },
      { code: 'upstream-login', host: endpoint.host, kind: 'other' },
      { code: 'mirror-settings', host: endpoint.host, registry, about: 'endpoint' },
      ...loginSteps(finding, 'missing'),
    ]
  // A cache on the node's loopback asks its upstream with its own login.
  if (hasClue(finding, 'relays') && hasClue(finding, 'loopback')) return upstreamSteps(finding)
  const corrected = knownSecretSteps(finding).length > 0 ? [] : missingSlash(finding)
  const own = BY_SUBCAUSE[(subcause ?? 'unspecified') as DenialSubcause](finding)
  return [
    ...miswrittenLogins(finding),
    ...corrected,
    ...(corrected.length === 0 ? own : own.filter(({ code }) => code !== 'repair-secret')),
  ]
}

/** Refusals whose text gives a reason, even in a web page. */
const WITH_REASON: readonly Finding['subcause'][] = ['blocked', 'policy', 'upstream']

const repair = (namespace: string, secret: string): Step => ({
  code: 'repair-secret',
  namespace,
  secret,
  problem: 'malformed',
})
const see = (after: Extract<Step, { code: 'see-why' }>['after']): Step => ({ code: 'see-why', after })

/** Distributions whose nodes run on any machine. */
const SELF_MANAGED: readonly Platform[] = ['k3s', 'rke2', 'microk8s', 'minikube', 'kind', 'openshift']

function nothingSent(finding: Finding): Step[] {
  const { registry, credential } = finding
  // By now the secret exists, so the next attempt sends its login: another login would be no better.
  if (credential.contradicted === true) return [{ code: 'restart-pull' }, see('login')]
  const cloud = cloudOf(registry)
  const providerFailed = hasClue(finding, 'credential-provider')
  // The registry belongs to a cloud, or a credential provider failed: then the node's own login was missing.
  const provider = stepsIf(cloud !== null || providerFailed, {
    code: 'check-provider',
    cloud,
    sent: 'nothing',
    likely: providerFailed || (cloud !== null && isInCloud(finding, cloud)),
  })
  // The provider asked the cloud for a login, and its answer names the identity that needs permission.
  if (providerFailed && cloud !== null && callerOf(finding) !== null)
    return [
      cloudPermission(finding, cloud, { first: true }),
      ...provider,
      ...loginSteps(finding, 'missing'),
      see('login'),
    ]
  const name = isDockerHub(registry ?? '') || providerFailed ? [] : checkNameSteps(finding)
  if (isLikelyMisnamed(finding))
    return [
      { code: 'check-name', how: 'owner' },
      { code: 'ask-registry' },
      ...loginSteps(finding, 'private'),
      { code: 'set-image', known: 'nothing' },
      see('login'),
    ]
  const isHidden = name.some(step => step.code === 'check-name' && step.how === 'hidden')
  return [
    ...unreadSecretSteps(finding),
    ...missingLoginSteps(finding, provider),
    ...name,
    // The pod has no login that would have to be corrected, and the name may be wrong as well.
    ...stepsIf(credential.status !== 'usable' && !hasUnusable(finding) && isHidden, { code: 'ask-registry' }),
    ...publicSteps(finding),
    see('login'),
  ]
}

/**
 * GitHub's registry answers requests for an anonymous token with 403 mostly if no package has the name, and with 401 if it is private
 * (k0sproject/k0sctl#981, phusion/holy-build-box#62): a hint only, so a login that the cluster has still comes first.
 */
function isLikelyMisnamed(finding: Finding): boolean {
  const { registry, credential, remedies } = finding
  return (
    registry === 'ghcr.io' &&
    credential.status === 'none' &&
    hasClue(finding, 'bare-refusal') &&
    knownSecretSteps(finding).length === 0 &&
    !remedies.includes('recreate')
  )
}

/** The pod's ways to a login, and the node's: whichever the pod uses comes first. @param provider the step for the node's login, if it can have one */
function missingLoginSteps(finding: Finding, provider: Step[]): Step[] {
  const { credential, host, registry } = finding
  const ofPod = podLoginSteps(finding)
  const cloud = cloudOf(registry)
  // Nodes outside a cloud have no identity there unless somebody set one up. A secret for ECR would only last for hours.
  const usesSecrets =
    credential.status === 'broken' ||
    credential.status === 'usable' ||
    (host.platform !== null && SELF_MANAGED.includes(host.platform)) ||
    isElsewhere(finding) ||
    (host.name !== null && cloud !== null && cloud !== 'ecr' && !isInCloud(finding, cloud))
  return usesSecrets ? [...ofPod, ...provider] : [...provider, ...ofPod]
}

/** Whether the node's object shows another cloud than the registry's, or no cloud: such a node has an identity there only if somebody set one up. */
function isElsewhere(finding: Finding): boolean {
  const { registry, host } = finding
  const isOther = host.cloud !== null && host.cloud !== cloudOf(registry)
  // A provider that failed was set up.
  return isOther && !hasClue(finding, 'credential-provider')
}

/** A login for the pod: one that the cluster has, a new one, or a corrected secret. */
function podLoginSteps(finding: Finding): Step[] {
  const misplaced = misplacedLoginSteps(finding)
  const corrected = correctedSecretSteps(finding)
  return [
    ...knownSecretSteps(finding),
    ...misplaced,
    ...loginSteps(finding, 'missing'),
    ...(misplaced.length > 0 ? [] : corrected),
  ]
}

function notPermitted(finding: Finding): Step[] {
  const { registry } = finding
  if (registry === null) return [see('name')]
  const cloud = cloudOf(registry)
  const permission = cloud === null ? null : cloudPermission(finding, cloud, { first: true })
  // Neither another name nor another login changes what a policy denies.
  if (permission?.code === 'lift-deny') return [permission, see('login')]
  const fromPod = finding.credential.status === 'usable'
  return [
    ...stepsIf(hasClue(finding, 'token-scope'), { code: 'token-scope', registry }),
    permission !== null && !fromPod ? permission : grantPull(finding, registry),
    ...checkNameSteps(finding),
    // A cloud that names the identity has proven what that identity lacks.
    ...(permission !== null && callerOf(finding) !== null ? [] : loginSteps(finding, 'private')),
    ...whoAnswered(finding),
    see('login'),
  ]
}

function grantPull(finding: Finding, registry: string): Step {
  const [repository, caller] = [repositoryOf(finding), callerOf(finding)]
  return { code: 'grant-pull', by: grantorOf(registry), registry, repository, caller }
}

/** A refusal that gives no reason may come from a proxy or firewall in between, whose answer looks the same. */
function whoAnswered(finding: Finding): Step[] {
  const { endpoint } = finding
  return hasClue(finding, 'bare-refusal') && endpoint?.role === 'registry'
    ? [{ code: 'who-answered', host: endpoint.host }]
    : []
}

/** A refusal that leaves open whether the image exists. What the finding shows about the login decides whether the name comes first. */
function deniedOrMissing(finding: Finding): Step[] {
  const { registry, credential } = finding
  if (registry === null) return [see('name')]
  if (credential.status !== 'usable' && hasClue(finding, 'on-node')) return verifiedLoginSteps(finding)
  if (lacksCloudLogin(finding)) return cloudLoginSteps(finding)
  // The service account has a login that the pod lacks, and gives it to new pods: nothing has to be changed.
  if (finding.remedies.includes('recreate'))
    return [{ code: 'recreate-pods' }, ...checkNameSteps(finding), see('name')]
  const login = isPublic(finding.reference)
    ? []
    : [...unreadSecretSteps(finding), ...knownSecretSteps(finding), ...loginSteps(finding, 'private')]
  const name = hasClue(finding, 'placeholder') ? [] : checkNameSteps(finding)
  const grant = grantSteps(finding, registry)
  // The pod's secret has no usable login, which has to be fixed whether or not the name is right.
  if (hasUnusable(finding) && login.length > 0)
    return [...podLoginSteps(finding), see('secrets'), ...name, ...grant]
  const known = knownLoginSteps(finding)
  if (credential.status === 'usable' && hasClue(finding, 'named-action'))
    return [grantPull(finding, registry), ...login, ...name, see('login')]
  const checkedName = [
    ...name,
    ...publicSteps(finding),
    ...stepsIf(name.length > 0, { code: 'ask-registry' }),
  ]
  const mayNeedPlan = isDockerHub(registry) && credential.status === 'usable' && login.length > 0
  const mayBeMisspelled = name.some(({ code }) => code !== 'existing-official')
  // Otherwise the name comes first: registries give the same answer for a private image and a misspelled one.
  return [
    ...known,
    ...correctedSecretSteps(finding),
    ...(isOfOtherProject(finding, registry) ? [...grant, ...checkedName] : [...checkedName, ...grant]),
    ...stepsIf(mayNeedPlan, { code: 'hub-plan', repository: repositoryOf(finding) }),
    ...login.filter(({ code }) => !known.some(step => step.code === code)),
    ...stepsIf(mayBeMisspelled, { code: 'set-image', known: 'nothing' }),
    ...whoAnswered(finding),
    // No login helps where everything is public.
    ...stepsIf(!isPublic(finding.reference), see('name')),
  ]
}

/** Whether a pull secret of the pod serves no image; one for other images of the registry may be right. */
function hasUnusable({ credential: { status, attempts } }: Finding): boolean {
  return status === 'broken' && attempts.some(({ problem }) => problem !== 'other-registry')
}

/** A login for this registry that new pods get, or that the pod's namespace has: it was meant for such images, so it comes before the name. */
function knownLoginSteps(finding: Finding): Step[] {
  if (isPublic(finding.reference)) return []
  const isNear = finding.credential.hints?.some(
    ({ code }) => code === 'not-named' || code === 'on-service-account',
  )
  return [
    ...stepsIf(finding.remedies.includes('recreate'), { code: 'recreate-pods' }),
    ...(isNear === true ? knownSecretSteps(finding) : []),
  ]
}

/** The image is on the node, so its name is right: what the pod lacks is the credential that it was pulled with. */
function verifiedLoginSteps(finding: Finding): Step[] {
  return [
    ...knownSecretSteps(finding),
    { code: 'same-secret' },
    ...loginSteps(finding, 'missing'),
    ...correctedSecretSteps(finding),
    see('secrets'),
  ]
}

/** ECR and ACR answer 401 only to a missing or invalid login: an image that does not exist is a 404 there, and a missing role at ECR a 403. */
function lacksCloudLogin(finding: Finding): boolean {
  const cloud = cloudOf(finding.registry)
  return (
    (cloud === 'ecr' || cloud === 'acr') &&
    finding.credential.status !== 'usable' &&
    hasClue(finding, 'unauthorized')
  )
}

function cloudLoginSteps(finding: Finding): Step[] {
  const cloud = cloudOf(finding.registry)
  const likely = cloud !== null && isInCloud(finding, cloud)
  const provider: Step = { code: 'check-provider', cloud, sent: 'unknown', likely }
  return [...missingLoginSteps(finding, [provider]), ...checkNameSteps(finding), see('login')]
}
