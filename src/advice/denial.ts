/** Steps for a refusal, by subcause. A login is proposed only if a login can help. */

import { clueOf, hasClue } from '../diagnosis/clues/clue.ts'
import type { DenialSubcause, Finding } from '../diagnosis/finding.ts'
import { cloudOf, eksRegistryOf, isOfEks } from '../image/cloud-registries.ts'
import { hidesMissing, isPublic, RED_HAT } from '../image/registries.ts'
import { blockedSteps, policySteps, refusingCache, upstreamSteps } from './closed-access.ts'
import { isElsewhere, stepsIf } from './conditions.ts'
import { deniedOrMissing, whoAnswered } from './denied-or-missing.ts'
import { isDefaultCatalog, loginSteps, nodesOwnLogin, otherLogin, seeWhy } from './login.ts'
import { nothingSent, podLoginSteps, withSecretMaker } from './missing-login.ts'
import { checkNameSteps } from './name-steps.ts'
import { callerOf, cloudPermission, grantPull, robotSteps } from './permission.ts'
import { hubNameSteps, knownSecretSteps, missingSlash, unnamedSecretSteps } from './pod-secrets.ts'
import { miswrittenLogins, passedOverLogins, perhapsSpoiled, refusedLoginSteps } from './refused-login.ts'
import { jobToken, renewSteps } from './renewals.ts'
import type { Step } from './step/step.ts'
import { unsentLogin } from './unsent-login.ts'
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
  return (
    unsentLogin(finding) ??
    refusingPage(finding) ??
    refusingCache(finding) ??
    acrossPartitions(finding) ??
    refusingRegistry(finding)
  )
}

/** Refusals whose text gives a reason, even in a web page. */
const WITH_REASON: readonly Finding['subcause'][] = ['blocked', 'policy', 'upstream']

function refusingPage(finding: Finding): Step[] | null {
  const isPage = hasClue(finding.clues, 'web-page') && !WITH_REASON.includes(finding.subcause)
  return isPage && finding.registry !== null ? pageSteps(finding) : null
}

/** No identity of the node's own is known where the registry is, so nothing about it can be repaired. */
function acrossPartitions(finding: Finding): Step[] | null {
  const parts = clueOf(finding.clues, 'other-partition')
  const { registry } = finding
  if (parts === undefined || registry === null) return null
  // Amazon has the images of EKS in each part: see the correction of the name.
  if (isOfEks(registry) && eksRegistryOf(parts.region) !== null) return [seeWhy('login')]
  const copy: Step = { ...parts, code: 'copy-to-partition', registry }
  const logins = podLoginSteps(finding)
  return [...(knownSecretSteps(finding).length > 0 ? [...logins, copy] : [copy, ...logins]), seeWhy('login')]
}

function refusingRegistry(finding: Finding): Step[] {
  const corrected = knownSecretSteps(finding).length > 0 ? [] : missingSlash(finding)
  const bySubcause = BY_SUBCAUSE[(finding.subcause ?? 'unspecified') as DenialSubcause]
  const ofNodes = nodesOwnLogin(finding)
  // Where images can be public, this one may only have been so when it was pulled to the others; a login of the pod helps in any case.
  const isLast =
    finding.subcause === 'no-credential-sent' &&
    hidesMissing(finding.registry ?? '') &&
    ofNodes[0]?.code === 'login-of-others'
  const own = termsSteps(finding, bySubcause(finding)).flatMap(step =>
    isLast && step.code === 'see-why' ? [...ofNodes, step] : [step],
  )
  return [
    ...passedOverLogins(finding),
    ...(isPublic(finding.reference) ? [] : hubNameSteps(finding)),
    ...miswrittenLogins(finding),
    ...unnamedSecretSteps(finding),
    ...clusterPullSecret(finding),
    ...otherLogin(finding),
    ...(isLast ? [] : ofNodes),
    ...corrected,
    ...withJobToken(
      finding,
      newLoginSteps(
        finding,
        corrected.length === 0 ? own : own.filter(({ code }) => code !== 'repair-secret'),
      ),
    ),
  ]
}

/** More rights would only last as long as the job. */
function withJobToken(finding: Finding, steps: Step[]): Step[] {
  const token = WITH_REASON.includes(finding.subcause) ? [] : jobToken(finding)
  return token.length === 0 || steps.some(({ code }) => code === 'short-lived-login')
    ? steps
    : [...token, ...steps.filter(({ code }) => code !== 'grant-pull')]
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
  'login-at-owner',
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
  if (hasClue(finding.clues, 'global-login')) return []
  const isCatalog = workload?.kind === 'CatalogSource' && !isDefaultCatalog(finding)
  const catalog = isCatalog ? workload.name : null
  return stepsIf(credential.status === 'none', { code: 'cluster-pull-secret', registry, catalog })
}

/** Whoever has accepted the terms of the image can pull it, and nobody else can: its name is right. */
function termsSteps(finding: Finding, steps: Step[]): Step[] {
  const { registry } = finding
  if (registry === null || !hasClue(finding.clues, 'terms')) return steps
  return [{ code: 'accept-terms', registry }, ...steps.filter(({ code }) => !ABOUT_NAME.includes(code))]
}

const ABOUT_NAME: readonly Step['code'][] = ['check-name', 'ask-registry', 'make-public']

function notPermitted(finding: Finding): Step[] {
  const { registry } = finding
  if (registry === null) return [seeWhy('name')]
  const cloud = cloudOf(registry)
  const permission = cloud === null ? null : cloudPermission(finding, cloud, { first: true })
  // Neither another name nor another login changes what a policy denies.
  if (permission?.code === 'lift-deny') return [permission, seeWhy('login')]
  const fromPod = finding.credential.status === 'usable'
  // Google's registries answer 403 to a pull without a login, too, and this node has no identity there that could lack a role.
  if (cloud === 'gar' && !fromPod && isElsewhere(finding) && finding.credential.ofNode !== true)
    return [...podLoginSteps(finding), ...checkNameSteps(finding), ...whoAnswered(finding), seeWhy('login')]
  return [
    ...stepsIf(hasClue(finding.clues, 'token-scope'), { code: 'token-scope', registry }),
    ...robotSteps(finding),
    permission !== null && !fromPod ? permission : grantPull(finding, registry),
    ...(hasClue(finding.clues, 'token-scope') ? [] : perhapsSpoiled(finding)),
    ...checkNameSteps(finding),
    // A cloud that names the identity has proven what that identity lacks.
    ...(permission !== null && callerOf(finding) !== null ? [] : loginSteps(finding, 'private')),
    ...whoAnswered(finding),
    seeWhy('login'),
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
