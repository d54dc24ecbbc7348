/** Steps for a refusal, by subcause. A login is proposed only if a login can help. */

import { clueOf } from '../diagnosis/clues.ts'
import { hidesMissing } from '../diagnosis/denial.ts'
import type { DenialSubcause, Finding } from '../diagnosis/finding.ts'
import type { Platform } from '../diagnosis/pulling-node.ts'
import { isDockerHub } from '../image/docker-hub.ts'
import { OFFICIAL_IMAGES } from '../image/official-images.ts'
import { cloudOf, isPublic } from '../image/registries.ts'
import { similarNames } from '../image/similar-names.ts'
import {
  correctedSecretSteps,
  knownSecretSteps,
  loginSteps,
  malformedSecrets,
  refusedLoginSteps,
  repositoryOf,
} from './login.ts'
import type { Grantor, Step } from './step.ts'

const BY_SUBCAUSE: Record<DenialSubcause, (finding: Finding) => Step[]> = {
  'no-credential-sent': nothingSent,
  'credential-refused': refusedLoginSteps,
  'not-permitted': notPermitted,
  'denied-or-missing': deniedOrMissing,
  blocked,
  policy: heldByPolicy,
  upstream: upstreamRefused,
  unspecified: deniedOrMissing,
}

/** The steps for a refusal. */
export function denialSteps(finding: Finding): Step[] {
  const malformed = malformedSecrets(finding)
  if (malformed.length > 0)
    return [...malformed.map(secret => repair(finding.namespace, secret)), see('secrets')]
  const { endpoint, registry, subcause } = finding
  // Only the mirror can end its refusal; the pod's rights at the registry are not known.
  if (endpoint?.role === 'mirror' && registry !== null && subcause !== 'policy' && subcause !== 'upstream')
    return [
      { code: 'check-mirror', host: endpoint.host, registry },
      { code: 'mirror-login', host: endpoint.host, registry },
      { code: 'upstream-login', host: endpoint.host, kind: 'other' },
      { code: 'mirror-settings', host: endpoint.host, registry, about: 'endpoint' },
      ...loginSteps(finding, 'missing'),
    ]
  return [
    ...cutUserNames(finding),
    ...paddedLogins(finding),
    ...BY_SUBCAUSE[(subcause ?? 'unspecified') as DenialSubcause](finding),
  ]
}

/** In double quotes, the shell expands `$team` in `robot$team+pull`, so the user name was cut off. */
function cutUserNames({ credential }: Finding): Step[] {
  return credential.attempts.flatMap(({ usable, secret, username }): Step[] =>
    usable && username !== null && /^robot$|\$$/.test(username)
      ? [{ code: 'cut-user-name', secret, username }]
      : [],
  )
}

/** A stray line feed, such as `echo` adds, becomes part of the password that the registry gets. */
function paddedLogins({ credential }: Finding): Step[] {
  return credential.attempts.flatMap(({ usable, secret, padded }): Step[] =>
    usable && padded === true ? [{ code: 'padded-login', secret }] : [],
  )
}

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
      ? [{ code: 'check-provider', cloud, refused: false }]
      : []
  // The provider asked the cloud for a login, and its answer names the identity that needs permission.
  const caller = clueOf(finding.clues, 'caller')?.name ?? null
  const failed = clueOf(finding.clues, 'credential-provider') !== undefined
  if (failed && cloud !== null && caller !== null)
    return [
      { code: 'grant-cloud-role', cloud, caller, first: true },
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
  return [
    ...again,
    ...(ofPod ? [...login, ...provider] : [...provider, ...login]),
    ...(isDockerHub(finding.registry ?? '') || failed ? [] : checkName(finding)),
    see('login'),
  ]
}

function notPermitted(finding: Finding): Step[] {
  const { registry, clues } = finding
  if (registry === null) return [see('name')]
  const cloud = cloudOf(registry)
  const caller = clueOf(clues, 'caller')?.name ?? null
  const repository = repositoryOf(finding)
  const fromPod = finding.credential.status === 'usable'
  const grant: Step[] =
    cloud !== null && !fromPod
      ? [{ code: 'grant-cloud-role', cloud, caller, first: true }]
      : [{ code: 'grant-pull', by: grantorOf(registry), registry, repository, caller }]
  const scope: Step[] = clueOf(clues, 'token-scope') === undefined ? [] : [{ code: 'token-scope', registry }]
  return [...scope, ...grant, ...checkName(finding), ...loginSteps(finding, 'private'), see('login')]
}

function grantorOf(registry: string): Grantor {
  if (registry === 'ghcr.io' || registry === 'docker.pkg.github.com') return 'github'
  if (/(?:^|\.)gitlab\./.test(registry)) return 'gitlab'
  if (
    /^image-registry\.openshift-image-registry\.svc|^default-route-openshift-image-registry\.|^docker-registry\.default\.svc/.test(
      registry,
    )
  )
    return 'openshift'
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
  const login = isPublic(finding.reference)
    ? []
    : [...knownSecretSteps(finding), ...loginSteps(finding, 'private')]
  const named = placeholder === undefined ? checkName(finding) : []
  const grant: Step[] =
    grantorOf(registry) === 'openshift'
      ? [{ code: 'grant-pull', by: 'openshift', registry, repository: repositoryOf(finding), caller: null }]
      : cloud !== null && finding.credential.status !== 'usable'
        ? [{ code: 'grant-cloud-role', cloud, caller: clueOf(clues, 'caller')?.name ?? null, first: false }]
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
  return [
    ...correctedSecretSteps(finding),
    ...named,
    ...(named.length > 0 ? ([{ code: 'ask-registry' }] as const) : []),
    ...grant,
    ...login,
    see('name'),
  ]
}

/** How to check the name, depending on what its registry shows to anonymous callers. */
function checkName(finding: Finding): Step[] {
  const { registry, reference } = finding
  if (registry === null) return []
  if (reference?.startsWith('docker.io/library/') === true) {
    const name = repositoryOf(finding).replace('library/', '')
    if (OFFICIAL_IMAGES.includes(name)) return [{ code: 'existing-official' }]
    const names = similarNames(name, OFFICIAL_IMAGES, 3)
    if (names.length > 0)
      return [
        { code: 'near-official', names },
        { code: 'check-name', how: 'official' },
      ]
  }
  const how = isPublic(finding.reference)
    ? isDockerHub(registry)
      ? 'official'
      : 'public'
    : hidesMissing(registry)
      ? 'hidden'
      : 'plain'
  return [{ code: 'check-name', how }]
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
        { code: 'allow-address', host, address, cloud },
        { code: 'test-connection', scheme: 'https', host, role: 'registry' },
        ...(isPublic(finding.reference) ? [other, { code: 'use-cache' } as const] : [other]),
      ]
}

function heldByPolicy(finding: Finding): Step[] {
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
