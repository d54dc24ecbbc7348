/** Steps for a pull without a login: the pod's own ways to one, and the node's. */

import { clueOf, hasClue } from '../diagnosis/clues/clue.ts'
import { foreignWriter } from '../diagnosis/credential/pod-credential.ts'
import type { Finding } from '../diagnosis/finding.ts'
import type { Platform } from '../diagnosis/node/node-platform.ts'
import { cloudOf, isContainerRegistry } from '../image/cloud-registries.ts'
import { isDockerHub } from '../image/docker-hub.ts'
import { missingNamespace } from '../image/mistakes/missing-namespace.ts'
import { isFreeOfChainguard, isOfOpenOwner } from '../image/registries.ts'
import { isElsewhere, isInCloud, stepsBeside, stepsIf } from './conditions.ts'
import { loginSteps, publicSteps, seeWhy } from './login.ts'
import { checkNameSteps } from './name-steps.ts'
import { callerOf, cloudPermission } from './permission.ts'
import {
  correctedSecretSteps,
  knownSecretSteps,
  misplacedLoginSteps,
  nearSecretSteps,
  unreadSecretSteps,
} from './pod-secrets.ts'
import type { Step } from './step/step.ts'

/** Distributions whose nodes run on any machine. */
const SELF_MANAGED: readonly Platform[] = ['k3s', 'rke2', 'k0s', 'microk8s', 'minikube', 'kind', 'openshift']

/** The steps where the registry says that no login was sent. */
export function nothingSent(finding: Finding): Step[] {
  // By now the secret exists, so the next attempt sends its login: another login would be no better.
  if (finding.credential.contradicted === true) return [{ code: 'restart-pull' }, seeWhy('login')]
  // Another attempt had that login, and did not get as far as a refusal.
  if (finding.credential.status === 'usable' && hasClue(finding.clues, 'failed-otherwise'))
    return [{ code: 'wait', for: 'registry' }, seeWhy('login'), { code: 'ask-registry' }]
  const cloud = cloudOf(finding.registry)
  // The provider asked the cloud for a login, and its answer names the identity that needs permission.
  if (cloud !== null && hasClue(finding.clues, 'credential-provider') && callerOf(finding) !== null)
    return [
      cloudPermission(finding, cloud, { first: true }),
      ...providerSteps(finding),
      ...loginSteps(finding, 'missing'),
      seeWhy('login'),
    ]
  const misnamed = likelyMisnamed(finding)
  if (misnamed !== null)
    return [
      { code: 'check-name', how: misnamed },
      { code: 'ask-registry' },
      ...stepsIf(misnamed === 'hidden', ...publicSteps(finding)),
      ...loginSteps(finding, 'private'),
      { code: 'set-image', known: 'nothing' },
      seeWhy('login'),
    ]
  // An image that is not free anymore is refused like this; no login brings it back (spiffe/helm-charts-hardened#567).
  if (isFreeOfChainguard(finding.reference) && finding.credential.status === 'none')
    return [
      { code: 'check-name', how: 'repository' },
      { code: 'ask-registry' },
      { code: 'set-image', known: 'nothing' },
      seeWhy('login'),
    ]
  return [
    ...unreadSecretSteps(finding),
    ...missingLoginSteps(finding, withAcrRole(finding, providerSteps(finding))),
    ...perhapsMissing(finding),
    seeWhy('login'),
  ]
}

/** Whether the pod has a login of the same account for another registry. */
function hasSisterKey({ credential: { hints = [] } }: Finding): boolean {
  return hints.some(({ code }) => code === 'same-account')
}

/** Whether a login lies ready in the namespace, and the nodes show no cloud: theirs is not what was meant. */
function isOutsideCloud({ host, credential: { hints = [] } }: Finding): boolean {
  const isReady = hints.some(({ code }) => code === 'not-named' || code === 'on-service-account')
  return host.cloud === 'none' && isReady
}

/** JFrog's provider exchanges the identity of a cloud's node for a login (jfrog/jfrog-credentials-provider); nothing shows whether the nodes have it. */
function mayBeJfrogs({ registry, host, credential }: Finding): boolean {
  const { cloud, virtual } = host
  const isInAny = cloud !== null && cloud !== 'none' && virtual === undefined
  return isInAny && credential.status === 'none' && /\.jfrog\.io$/.test(registry ?? '')
}

/** The registry belongs to a cloud, or a credential provider failed or was meant to get the login: then the node's own login was missing. */
function providerSteps(finding: Finding): Step[] {
  const cloud = cloudOf(finding.registry)
  const failed = hasClue(finding.clues, 'credential-provider', 'annotated-provider')
  const isForeign = isOutsideCloud(finding)
  return [
    ...annotateSteps(finding),
    ...(failed ? [] : nodeScopes(finding)),
    // What pulls with a key of the same cloud has no node that logs in on its own, unless that is one of the cloud's.
    ...stepsIf(
      failed ||
        mayBeJfrogs(finding) ||
        (cloud !== null && !isForeign && (!hasSisterKey(finding) || isInCloud(finding, cloud))),
      {
        code: 'check-provider',
        cloud,
        sent: 'nothing',
        likely: failed || (cloud !== null && isInCloud(finding, cloud)),
      },
    ),
  ]
}

/**
 * GKE's nodes get no login for Google's registries if their node pool lacks the scope for it, or if their service account is gone
 * (kubeflow/kubeflow#1432, rancher/rancher#18440; cloud.google.com/kubernetes-engine/docs/how-to/access-scopes). Those of Autopilot are Google's to set.
 */
export function nodeScopes({ registry, host, credential }: Finding): Step[] {
  if (registry === null || cloudOf(registry) !== 'gar') return []
  const isOfPool = host.platform === 'gke' && host.virtual === undefined
  return stepsIf(isOfPool && credential.status === 'none', { code: 'node-scopes', registry })
}

/** The first kubelet that gives providers the tokens of service accounts (KEP-4412). */
const FIRST_WITH_TOKENS = 33

/** The difference to an account whose pods get a login from the provider. */
function annotateSteps({ clues, host: { kubeletMinor } }: Finding): Step[] {
  const other = clueOf(clues, 'unannotated-account')
  const isTooOld = kubeletMinor !== null && kubeletMinor < FIRST_WITH_TOKENS
  return other === undefined || isTooOld ? [] : [{ ...other, code: 'annotate-account' }]
}

/**
 * The check of the name, where the registry may answer so for an image that does not exist; a secret that has to be corrected goes before it.
 * Whoever published the image may have forgotten to make it public.
 */
function perhapsMissing(finding: Finding): Step[] {
  const { registry, credential } = finding
  const open = publicSteps(finding)
  if (isDockerHub(registry ?? '') || hasClue(finding.clues, 'credential-provider')) return open
  const name = checkNameSteps(finding)
  const isHidden = name.some(step => step.code === 'check-name' && step.how === 'hidden')
  const hasToCorrect = credential.status === 'usable' || hasUnusable(finding)
  return [...name, ...open, ...stepsIf(isHidden && !hasToCorrect, { code: 'ask-registry' })]
}

/**
 * Whether the name comes before a login, and how to check it: not if the cluster has a login for the image. Where images beside it are public,
 * it was most likely meant to be, too.
 *
 * GitHub's registry answers requests for an anonymous token with 403 mostly if no package has the name, and with 401 if it is private
 * (k0sproject/k0sctl#981, phusion/holy-build-box#62).
 */
function likelyMisnamed(finding: Finding): 'owner' | 'hidden' | 'namespace' | null {
  const { registry, reference, credential, remedies } = finding
  // No image has such a name there (zhangguanzhang/google_containers#5).
  if (missingNamespace(reference) !== null) return 'namespace'
  const hasLogin = knownSecretSteps(finding).length > 0 || remedies.includes('recreate')
  if (credential.status !== 'none' || hasLogin || hasClue(finding.clues, 'runs-elsewhere')) return null
  if (isOfOpenOwner(reference)) return 'hidden'
  if (registry === 'ghcr.io' && hasClue(finding.clues, 'bare-refusal')) return 'owner'
  // Without Google's nodes, most of what is pulled from there without a login was public, and whole projects were deleted since.
  const isGone = isContainerRegistry(registry) && finding.host.name !== null && !isInCloud(finding, 'gar')
  if (isGone && finding.moved === null && !hasClue(finding.clues, 'credential-provider')) return 'hidden'
  return hasClue(finding.clues, 'open-beside') ? 'hidden' : null
}

/** The pod's ways to a login, and the node's: whichever the pod uses comes first. @param provider the step for the node's login, if it can have one */
function missingLoginSteps(finding: Finding, provider: Step[]): Step[] {
  const { credential, host, registry } = finding
  const ofPod = podLoginSteps(finding)
  const cloud = cloudOf(registry)
  if (hasClue(finding.clues, 'annotated-provider', 'named-otherwise') || annotateSteps(finding).length > 0)
    return [...provider, ...ofPod]
  // Nodes outside a cloud have no identity there unless somebody set one up. A secret for ECR would only last for hours.
  const usesSecrets =
    credential.status === 'broken' ||
    credential.status === 'usable' ||
    (mayBeJfrogs(finding) && !hasClue(finding.clues, 'credential-provider')) ||
    (host.platform !== null && SELF_MANAGED.includes(host.platform)) ||
    isElsewhere(finding) ||
    (host.name !== null && cloud !== null && cloud !== 'ecr' && !isInCloud(finding, cloud))
  if (usesSecrets) return [...ofPod, ...provider]
  // Somebody made a secret for this registry, which lasts longer than a token of ECR: naming it is the smallest change.
  const isMade =
    cloud !== null && cloud !== 'ecr' && credential.ofNode !== true && !hasClue(finding.clues, 'aged-hint')
  const near = isMade ? nearSecretSteps(finding) : []
  return [...near, ...provider, ...stepsBeside(near, ofPod)]
}

/** A login for the pod: one that the cluster has, a new one, or a corrected secret. */
export function podLoginSteps(finding: Finding): Step[] {
  const misplaced = misplacedLoginSteps(finding)
  const corrected = correctedSecretSteps(finding)
  // The pod's own secret needs no other name and no copy.
  const isOwn = misplaced.some(step => step.code === 'repair-secret' && step.problem !== 'impossible-name')
  // What writes the pod's own secret would overwrite another login in it.
  const isWritten = misplaced.length === 0 && corrected.some(step => isWrittenSecret(finding, step))
  const login = loginSteps(finding, 'missing')
  // A login of the secret that only lacks another key is the better correction of it.
  const isAdded = (step: Step) =>
    step.code === 'repair-secret' &&
    login.some(other => other.code === 'add-key' && other.secret === step.secret)
  return [
    ...(isOwn ? nearSecretSteps(finding) : knownSecretSteps(finding)),
    ...misplaced,
    ...(isWritten ? corrected : []),
    ...login.filter(({ code }) => code !== 'add-key' || !isWritten),
    ...(misplaced.length > 0 || isWritten ? [] : corrected.filter(step => !isAdded(step))),
  ]
}

function isWrittenSecret({ credential: { attempts } }: Finding, step: Step): boolean {
  return (
    step.code === 'repair-secret' &&
    attempts.some(attempt => attempt.secret === step.secret && foreignWriter(attempt) !== null)
  )
}

/** Whether a pull secret of the pod serves no image; one for other images of the registry may be right. */
export function hasUnusable({ credential: { status, attempts } }: Finding): boolean {
  return status === 'broken' && attempts.some(({ problem }) => problem !== 'other-registry')
}

/**
 * ECR and ACR answer 401 only to a missing or invalid login: an image that does not exist is a 404 there, and a missing role at ECR a 403.
 * Azure Container Instances has nothing but the pod's pull secrets for them.
 */
export function lacksCloudLogin(finding: Finding): boolean {
  const cloud = cloudOf(finding.registry)
  return (
    (cloud === 'ecr' || cloud === 'acr') &&
    finding.credential.status !== 'usable' &&
    (hasClue(finding.clues, 'unauthorized') || finding.host.virtual === 'azure')
  )
}

/**
 * Where the identity has no role, the pull ends in a 401, too, also to a request for an anonymous token (learn.microsoft.com, "Fail to pull images
 * from Azure Container Registry"). Azure's own nodes have the provider, and AKS has a test of the role.
 */
function withAcrRole(finding: Finding, provider: Step[]): Step[] {
  const { registry, credential, host } = finding
  const mayLack = cloudOf(registry) === 'acr' && isInCloud(finding, 'acr') && credential.status === 'none'
  if (!mayLack || hasClue(finding.clues, 'credential-provider') || host.virtual !== undefined) return provider
  const grant = cloudPermission(finding, 'acr', { first: false })
  return host.platform === 'aks' ? [...provider, grant] : [grant, ...provider]
}

export function cloudLoginSteps(finding: Finding): Step[] {
  const cloud = cloudOf(finding.registry)
  const likely = cloud !== null && isInCloud(finding, cloud)
  const provider: Step = { code: 'check-provider', cloud, sent: 'unknown', likely }
  const isForeign = isOutsideCloud(finding)
  const ofNode = [...annotateSteps(finding), ...withAcrRole(finding, stepsIf(!isForeign, provider))]
  return [...missingLoginSteps(finding, ofNode), ...checkNameSteps(finding), seeWhy('login')]
}

/** A Secret that is created by hand is in the way of the resource that would make it, and is not renewed. */
export function withSecretMaker({ credential, namespace }: Finding, steps: Step[]): Step[] {
  const missing = credential.attempts.find(
    ({ problem, maker }) => problem === 'secret-missing' && maker !== undefined,
  )
  if (missing?.maker === undefined) return steps
  const { secret, maker } = missing
  const creates = (step: Step) =>
    ((step.code === 'distribute-login' || step.code === 'cluster-login') && step.secret === secret) ||
    (step.code === 'use-known-secret' && step.hint.code === 'in-namespace' && step.hint.secret === secret)
  return [{ code: 'secret-maker', namespace, secret, maker }, ...steps.filter(step => !creates(step))]
}
