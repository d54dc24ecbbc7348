/** Steps for a refusal, by subcause. A login is proposed only if a login can help. */

import { clueOf } from '../diagnosis/clue.ts'
import type { DenialSubcause, Finding } from '../diagnosis/finding.ts'
import type { Platform } from '../diagnosis/pulling-node.ts'
import { isDockerHub } from '../image/docker-hub.ts'
import { type Cloud, cloudOf, isOpenShiftRegistry, isPublic } from '../image/registries.ts'
import { cloudPermission } from './cloud-role.ts'
import { checkNameSteps } from './image-steps.ts'
import {
  correctedSecretSteps,
  knownSecretSteps,
  loginSteps,
  malformedSecrets,
  missingSlash,
  miswrittenLogins,
  refusedLoginSteps,
  repositoryOf,
} from './login.ts'
import { targetHost, testConnection } from './network.ts'
import type { Grantor, Step } from './step.ts'

const BY_SUBCAUSE: Record<DenialSubcause, (finding: Finding) => Step[]> = {
  'no-credential-sent': nothingSent,
  'credential-refused': refusedLoginSteps,
  'not-permitted': notPermitted,
  'denied-or-missing': deniedOrMissing,
  blocked,
  policy: blockedByPolicy,
  upstream: upstreamRefused,
  unspecified: deniedOrMissing,
}

/** The steps for a refusal. */
export function denialSteps(finding: Finding): Step[] {
  const malformed = malformedSecrets(finding)
  if (malformed.length > 0)
    return [...malformed.map(secret => repair(finding.namespace, secret)), see('secrets')]
  if (clueOf(finding.clues, 'unreadable-secret') !== undefined) return [see('secrets')]
  const { endpoint, registry, subcause } = finding
  if (clueOf(finding.clues, 'web-page') !== undefined && registry !== null && !WITH_REASON.includes(subcause))
    return [
      { code: 'mirror-settings', host: endpoint?.host ?? null, registry, about: 'web-page' },
      testConnection(finding, targetHost(finding)),
      { code: 'show-proxy' },
    ]
  // Only the mirror can end its refusal; the pod's rights at the registry are not known.
  if (endpoint?.role === 'mirror' && registry !== null && subcause !== 'policy' && subcause !== 'upstream')
    return [
      { code: 'check-mirror', host: endpoint.host, registry },
      { code: 'mirror-login', host: endpoint.host, registry },
      { code: 'upstream-login', host: endpoint.host, kind: 'other' },
      { code: 'mirror-settings', host: endpoint.host, registry, about: 'endpoint' },
      ...loginSteps(finding, 'missing'),
    ]
  const corrected = knownSecretSteps(finding).length > 0 ? [] : missingSlash(finding)
  return [
    ...miswrittenLogins(finding),
    ...corrected,
    ...BY_SUBCAUSE[(subcause ?? 'unspecified') as DenialSubcause](finding).filter(
      step => step.code !== 'repair-secret' || corrected.length === 0,
    ),
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
const ANYWHERE: readonly Platform[] = ['k3s', 'rke2', 'microk8s', 'minikube', 'kind', 'openshift']

function nothingSent(finding: Finding): Step[] {
  const cloud = cloudOf(finding.registry)
  // The registry belongs to a cloud, or a credential provider failed: then the node's own login was missing.
  const provider: Step[] =
    cloud !== null || clueOf(finding.clues, 'credential-provider') !== undefined
      ? [{ code: 'check-provider', cloud, sent: 'nothing' }]
      : []
  // The provider asked the cloud for a login, and its answer names the identity that needs permission.
  const caller = clueOf(finding.clues, 'caller')?.name ?? null
  const failed = clueOf(finding.clues, 'credential-provider') !== undefined
  if (failed && cloud !== null && caller !== null)
    return [
      cloudPermission(finding, cloud, true),
      ...provider,
      ...loginSteps(finding, 'missing'),
      see('login'),
    ]
  // By now the secret exists, so the next attempt sends its login.
  const again: Step[] = finding.credential.contradicted === true ? [{ code: 'restart-pull' }] : []
  const login = [
    ...knownSecretSteps(finding),
    ...loginSteps(finding, 'missing'),
    ...correctedSecretSteps(finding),
  ]
  const { platform } = finding.host
  // Nodes outside a cloud have no identity there unless somebody set one up.
  const ofPod =
    finding.credential.status === 'broken' ||
    finding.credential.status === 'usable' ||
    (platform !== null && ANYWHERE.includes(platform))
  const named = isDockerHub(finding.registry ?? '') || failed ? [] : checkNameSteps(finding)
  // The pod has no login that would have to be corrected, and the name may be wrong as well.
  const hidesName =
    finding.credential.status === 'none' &&
    named.some(step => step.code === 'check-name' && step.how === 'hidden')
  return [
    ...again,
    ...(ofPod ? [...login, ...provider] : [...provider, ...login]),
    ...named,
    ...(hidesName ? ([{ code: 'ask-registry' }] as const) : []),
    see('login'),
  ]
}

function notPermitted(finding: Finding): Step[] {
  const { registry, clues } = finding
  if (registry === null) return [see('name')]
  const cloud = cloudOf(registry)
  const caller = clueOf(clues, 'caller')?.name ?? null
  const permission = cloud === null ? null : cloudPermission(finding, cloud, true)
  // Neither another name nor another login changes what a policy denies.
  if (permission?.code === 'lift-deny') return [permission, see('login')]
  const repository = repositoryOf(finding)
  const fromPod = finding.credential.status === 'usable'
  const grant: Step[] =
    permission !== null && !fromPod
      ? [permission]
      : [{ code: 'grant-pull', by: grantorOf(registry), registry, repository, caller }]
  const scope: Step[] = clueOf(clues, 'token-scope') === undefined ? [] : [{ code: 'token-scope', registry }]
  return [
    ...scope,
    ...grant,
    ...checkNameSteps(finding),
    ...loginSteps(finding, 'private'),
    ...whoAnswered(finding),
    see('login'),
  ]
}

/** A refusal that gives no reason may come from a proxy or firewall in between, whose answer looks the same. */
function whoAnswered({ clues, endpoint }: Finding): Step[] {
  return clueOf(clues, 'bare-refusal') !== undefined && endpoint?.role === 'registry'
    ? [{ code: 'who-answered', host: endpoint.host }]
    : []
}

function grantorOf(registry: string): Grantor {
  if (registry === 'ghcr.io' || registry === 'docker.pkg.github.com') return 'github'
  if (/(?:^|\.)gitlab\./.test(registry)) return 'gitlab'
  if (isOpenShiftRegistry(registry)) return 'openshift'
  return 'registry'
}

/** The name comes first: registries give the same answer for a private image and a misspelled one. */
function deniedOrMissing(finding: Finding): Step[] {
  const { registry, clues } = finding
  if (registry === null) return [see('name')]
  // The image is on the node, so its name is right: what the pod lacks is the credential that it was pulled with.
  if (clueOf(clues, 'on-node') !== undefined && finding.credential.status !== 'usable')
    return [
      ...knownSecretSteps(finding),
      { code: 'same-secret' },
      ...loginSteps(finding, 'missing'),
      ...correctedSecretSteps(finding),
      see('secrets'),
    ]
  const placeholder = clueOf(clues, 'placeholder')
  const cloud = cloudOf(registry)
  if (hidesWhetherImageExists(finding)) return cloudLoginSteps(finding, cloud)
  const login = isPublic(finding.reference)
    ? []
    : [...knownSecretSteps(finding), ...loginSteps(finding, 'private')]
  const named = placeholder === undefined ? checkNameSteps(finding) : []
  const openshift = grantorOf(registry) === 'openshift'
  const grant: Step[] = openshift
    ? [{ code: 'grant-pull', by: 'openshift', registry, repository: repositoryOf(finding), caller: null }]
    : cloud !== null && finding.credential.status !== 'usable'
      ? [cloudPermission(finding, cloud, false)]
      : []
  // The pod's secret has no usable login, which has to be fixed whether or not the name is right.
  if (finding.credential.status === 'broken' && login.length > 0)
    return [
      ...knownSecretSteps(finding),
      ...loginSteps(finding, 'missing'),
      ...correctedSecretSteps(finding),
      see('secrets'),
      ...named,
      ...grant,
    ]
  const nameMayBeWrong = named.some(({ code }) => code !== 'existing-official')
  // Service accounts of another project may not pull, whatever the name is.
  const first = openshift && !repositoryOf(finding).startsWith(`${finding.namespace}/`)
  return [
    ...correctedSecretSteps(finding),
    ...(first ? grant : []),
    ...named,
    ...(named.length > 0 ? ([{ code: 'ask-registry' }] as const) : []),
    ...(first ? [] : grant),
    ...(isDockerHub(registry) && finding.credential.status === 'usable' && login.length > 0
      ? ([{ code: 'hub-plan', repository: repositoryOf(finding) }] as const)
      : []),
    ...login,
    ...(nameMayBeWrong ? ([{ code: 'set-image', known: 'nothing' }] as const) : []),
    ...whoAnswered(finding),
    see('name'),
  ]
}

/** ECR and ACR answer 401 only to a missing or invalid login: an image that does not exist is a 404 there, and a missing role at ECR a 403. */
function hidesWhetherImageExists({ registry, clues, credential }: Finding): boolean {
  const cloud = cloudOf(registry)
  return (
    (cloud === 'ecr' || cloud === 'acr') &&
    credential.status !== 'usable' &&
    clueOf(clues, 'unauthorized') !== undefined
  )
}

function cloudLoginSteps(finding: Finding, cloud: Cloud | null): Step[] {
  const { platform } = finding.host
  const provider: Step = { code: 'check-provider', cloud, sent: 'unknown' }
  const login = [
    ...knownSecretSteps(finding),
    ...loginSteps(finding, 'missing'),
    ...correctedSecretSteps(finding),
  ]
  const ofPod = finding.credential.status === 'broken' || (platform !== null && ANYWHERE.includes(platform))
  return [...(ofPod ? [...login, provider] : [provider, ...login]), ...checkNameSteps(finding), see('login')]
}

function blocked(finding: Finding): Step[] {
  const { registry, endpoint, clues } = finding
  if (registry === null) return [see('name')]
  const other: Step = { code: 'use-other-source', why: 'blocked' }
  if (clueOf(clues, 'suspended') !== undefined) return [{ code: 'restore-account', registry }, other]
  if (clueOf(clues, 'region') !== undefined) return [other, { code: 'use-cache' }]
  const host = endpoint?.host ?? registry
  const address = clueOf(clues, 'caller-address')?.address ?? null
  const cloud = cloudOf(registry)
  return endpoint?.role === 'storage'
    ? [
        { code: 'open-host', host, role: 'storage' },
        { code: 'test-connection', scheme: 'https', host, role: 'storage' },
      ]
    : [
        ...(clueOf(clues, 'bare-refusal') === undefined
          ? ([
              { code: 'allow-address', host, address, cloud },
              { code: 'test-connection', scheme: 'https', host, role: 'registry' },
            ] as const)
          : ([
              { code: 'who-answered', host },
              { code: 'show-proxy' },
              { code: 'allow-address', host, address, cloud },
            ] as const)),
        ...(isPublic(finding.reference) ? [other, { code: 'use-cache' } as const] : [other]),
      ]
}

function blockedByPolicy(finding: Finding): Step[] {
  const { clues, registry, endpoint } = finding
  const host = endpoint?.host ?? registry ?? ''
  const about =
    clueOf(clues, 'storage-quota') !== undefined
      ? 'storage-quota'
      : clueOf(clues, 'vulnerabilities') !== undefined
        ? 'vulnerabilities'
        : 'policy'
  return [
    { code: 'ask-registry-admin', about, host },
    { code: 'use-other-source', why: 'policy' },
  ]
}

function upstreamRefused(finding: Finding): Step[] {
  const { registry, endpoint } = finding
  const host = endpoint?.host ?? registry ?? ''
  const kind = cloudOf(registry) === 'ecr' ? 'ecr' : 'other'
  return [
    { code: 'upstream-login', host, kind },
    { code: 'check-name', how: 'plain' },
  ]
}
