/** Steps about a login that was sent and refused, or that was not written as it was meant: another one, a longer-lived one, or none. */

import { clueOf, hasClue } from '../diagnosis/clues/clue.ts'
import { foreignWriter, usableAttempts, usableSecrets } from '../diagnosis/credential/pod-credential.ts'
import type { Finding } from '../diagnosis/finding.ts'
import { acrName, CLOUD_HOSTS, cloudOf, HUAWEI_CLOUD, ORACLE_CLOUD } from '../image/cloud-registries.ts'
import { repositoryOf } from '../image/reference.ts'
import { isOpenShiftService, isPublic, refusesWithBadLogin } from '../image/registries.ts'
import { isElsewhere, stepsIf } from './conditions.ts'
import { loginSteps, seeWhy } from './login.ts'
import { grantSteps, isOfOtherProject } from './permission.ts'
import { correctedSecretSteps, knownSecretSteps } from './pod-secrets.ts'
import { shortLived, writerSteps } from './renewals.ts'
import type { Step } from './step/step.ts'
import type { LoginReason, UserNames } from './step/step-for-access.ts'

/** The steps for a refused login: another one, a longer-lived one, or none. */
export function refusedLoginSteps(finding: Finding): Step[] {
  const ofOpenShift = openShiftTokens(finding)
  if (ofOpenShift.length > 0) return ofOpenShift
  const remove = removeSteps(finding)

  const others = isPublic(finding.reference)
    ? unneededLoginSteps(finding, remove)
    : [...replacedLoginSteps(finding), ...remove]
  return [...others, ...stepsIf(remove.length === 0, seeWhy('login'))]
}

/** How OpenShift names the pull secrets that it makes for service accounts (openshift/openshift-controller-manager, internalregistry). */
const GENERATED = /-dockercfg-[a-z0-9]{5}$/

/** OpenShift's registry in the cluster takes tokens of the cluster, which no login on this machine could renew: only nodes know its name. */
function openShiftTokens(finding: Finding): Step[] {
  const { registry, credential, namespace } = finding
  const secrets = usableSecrets(credential)
  if (registry === null || !isOpenShiftService(registry) || secrets.length === 0) return []
  return [
    ...secrets.map((secret): Step => {
      return { code: 'openshift-token', namespace, secret, generated: GENERATED.test(secret) }
    }),
    ...(isOfOtherProject(finding, registry) ? grantSteps(finding, registry) : []),
    seeWhy('login'),
  ]
}

/** Without the refused login, the pull is anonymous. No image of a private ECR registry is public. */
function removeSteps(finding: Finding): Step[] {
  const { namespace, registry } = finding
  const secrets = usableSecrets(finding.credential)
  return secrets.length === 0 || registry === null || cloudOf(registry) === 'ecr'
    ? []
    : [{ code: 'remove-login', namespace, secrets, registry, refused: true }]
}

/** The login may be all that is wrong with a pull that was refused without a reason. */
export function perhapsSpoiled({ namespace, registry, credential }: Finding): Step[] {
  const secrets = usableSecrets(credential)
  return registry === null || secrets.length === 0 || !refusesWithBadLogin(registry)
    ? []
    : [{ code: 'remove-login', namespace, secrets, registry, refused: false }]
}

/** The same of a login of the node, which is sent where the pod has none. Without any login, GitHub's registry answers 401. */
export function perhapsSpoiledByNode(finding: Finding): Step[] {
  const { registry, credential } = finding
  if (registry === null || credential.status !== 'none' || hasClue(finding.clues, 'unauthorized')) return []
  return refusesWithBadLogin(registry) ? [{ code: 'node-login', registry, perhaps: true }] : []
}

/** The image is public, so the refused login is the only obstacle. One that a fix distributed was meant to spare the anonymous limit. */
function unneededLoginSteps(finding: Finding, remove: Step[]): Step[] {
  const renew = loginSteps(finding, 'refused')
  return isDistributed(finding) ? [...renew, ...remove] : [...remove, ...nodeLogin(finding), ...renew]
}

function replacedLoginSteps(finding: Finding): Step[] {
  const { registry } = finding
  const secrets = usableSecrets(finding.credential)
  const cloud = cloudOf(registry)
  return [
    ...shortLived(finding),
    ...writerSteps(finding),
    ...stepsIf(cloud !== null && secrets.length === 0 && !isElsewhere(finding), {
      code: 'check-provider',
      cloud,
      sent: 'refused',
      likely: true,
    }),
    ...nodeLogin(finding),
    ...(secrets.length === 0 ? knownSecretSteps(finding) : []),
    ...adminUser(finding),
    ...loginSteps(finding, refusedReason(finding, secrets)),
    ...correctedSecretSteps(finding),
    ...(registry === null
      ? []
      : stepsIf(hasClue(finding.clues, 'token-scope'), { code: 'token-scope', registry })),
  ]
}

/** The admin user of Azure's registry, which is named like the registry, and is often disabled by a policy (learn.microsoft.com, ACR authentication). */
function adminUser({ registry, credential, evidence }: Finding): Step[] {
  // Microsoft Entra ID and service principals, of which these are errors, don't know that user.
  const isOfEntra = /\baadsts\d|\bclient ?id or client secret\b/i.test(evidence?.text ?? '')
  if (registry === null || cloudOf(registry) !== 'acr' || isOfEntra) return []
  const name = acrName(registry).toLowerCase()
  return usableAttempts(credential)
    .flatMap(({ secret, username }): Step[] =>
      username?.toLowerCase() === name ? [{ code: 'acr-admin', secret, registry }] : [],
    )
    .slice(0, 1)
}

/** A login was sent and refused, and the pod has none: it was the node's own. A cloud's credential provider has a step of its own, and nodes elsewhere mostly have none. */
function nodeLogin(finding: Finding): Step[] {
  const { credential, registry, containerKind } = finding
  return credential.status === 'none' &&
    containerKind !== 'sandbox' &&
    registry !== null &&
    (cloudOf(registry) === null || isElsewhere(finding)) &&
    !hasClue(finding.clues, 'ambiguous-refusal')
    ? [{ code: 'node-login', registry, perhaps: false }]
    : []
}

/** If the pod has no login, the node's own login was refused, or none was sent. */
function refusedReason(finding: Finding, secrets: string[]): LoginReason {
  if (secrets.length > 0) return 'refused'
  return hasClue(finding.clues, 'ambiguous-refusal') ? 'missing' : 'private'
}

/** Whether a usable secret of the pod was created by `pullguard fix`, whose next run renews its login. */
function isDistributed({ credential }: Finding): boolean {
  return usableAttempts(credential).some(({ writer }) => writer?.type === 'fix')
}

/** Logins that the kubelet can use, but that were not written as they were meant. */
export function miswrittenLogins(finding: Finding): Step[] {
  return [
    ...cutUserNames(finding),
    ...foreignUserNames(finding),
    ...unfilledPasswords(finding),
    ...paddedLogins(finding),
    ...overriddenLogins(finding),
  ]
}

/** In double quotes, the shell expands `$team` in `robot$team+pull`, so the user name was cut off. */
function cutUserNames({ credential, registry }: Finding): Step[] {
  // A robot of Quay is named so.
  const cut = registry === 'quay.io' ? /\$$/ : /^robot(?:\+.*)?$|\$$/
  return usableAttempts(credential).flatMap(({ secret, username }): Step[] =>
    username !== null && cut.test(username) ? [{ code: 'cut-user-name', secret, username }] : [],
  )
}

/**
 * The user names that each of these registries knows, whoever logs in (docs.aws.amazon.com/AmazonECR, docs.cloud.google.com/artifact-registry and
 * its docker-credential-gcr, docs.nvidia.com/ngc, docs.oracle.com, yandex.cloud/docs, support.huaweicloud.com/swr).
 */
const USER_NAMES: Record<UserNames, [registry: RegExp, name: RegExp]> = {
  ecr: [CLOUD_HOSTS.ecr, /^AWS$/],
  google: [CLOUD_HOSTS.gar, /^(?:_\w+|oauth2accesstoken|gclouddockertoken)$/],
  ngc: [/^nvcr\.io$/, /^\$oauthtoken$/],
  oracle: [ORACLE_CLOUD, /^[^/]+\/./],
  yandex: [/^cr\.yandex$/, /^(?:oauth|iam|json_key|api_key)$/],
  huawei: [HUAWEI_CLOUD, /^[\w-]+@./],
}

/** Refusals that leave open whether the login was accepted, or prove that it was not. */
const MAY_BE_LOGIN: readonly Finding['subcause'][] = [
  'credential-refused',
  'denied-or-missing',
  'unspecified',
]

/** A user name of a form that the registry does not know, such as a person's own where all users have one name. */
function foreignUserNames({ credential, registry, reference, subcause }: Finding): Step[] {
  if (!MAY_BE_LOGIN.includes(subcause)) return []
  const found = Object.entries(USER_NAMES).find(([, [host]]) => host.test(registry ?? ''))
  if (found === undefined || registry === null) return []
  const [form, [, known]] = found as [UserNames, [RegExp, RegExp]]
  const path = repositoryOf(reference)
  return usableAttempts(credential).flatMap(({ secret, username }): Step[] =>
    username !== null && !known.test(username) && !/\$$/.test(username)
      ? [{ code: 'foreign-user-name', secret, username, registry, form, path }]
      : [],
  )
}

/** Registries that take a service account's key as the password, which is JSON. */
const TAKES_KEY: readonly RegExp[] = [CLOUD_HOSTS.gar, /^cr\.yandex$/]

/** A password such as `./key.json`, which whoever made the Secret took for the way to give the key (`--docker-password` takes the password itself). */
function unfilledPasswords({ credential, registry, subcause, namespace }: Finding): Step[] {
  if (!MAY_BE_LOGIN.includes(subcause)) return []
  const takesKey = TAKES_KEY.some(host => host.test(registry ?? ''))
  return usableAttempts(credential).flatMap((attempt): Step[] => {
    const { secret, mistake, username } = attempt
    if (mistake === undefined || (mistake === 'no-key' && !takesKey)) return []
    const step = { code: 'write-password', namespace, secret, username: username ?? '', mistake } as const
    return [{ ...step, writer: foreignWriter(attempt) }]
  })
}

/** A stray line feed, such as `echo` adds, becomes part of the password that the registry gets. */
function paddedLogins({ credential }: Finding): Step[] {
  return usableAttempts(credential).flatMap(({ secret, padded }): Step[] =>
    padded === true ? [{ code: 'padded-login', secret }] : [],
  )
}

/** A password that was changed beside `auth`, or the reverse. */
function overriddenLogins({ credential }: Finding): Step[] {
  return usableAttempts(credential).flatMap(({ secret, overridden }): Step[] =>
    overridden === true ? [{ code: 'overridden-login', secret }] : [],
  )
}

/** A login that the registry refused although the pull went on: it costs each pull an attempt, and fails alone. */
export function passedOverLogins(finding: Finding): Step[] {
  const { clues, credential, registry, cause } = finding
  const found = clueOf(clues, 'login-passed-over')
  if (found === undefined || credential.status !== 'usable' || registry === null) return []
  const { status, places, of } = found
  const sent = usableAttempts(credential)
  // Equal errors are listed once, and the node may have logins of its own, which come last.
  const isEach = sent.length === of
  const refused = places.flatMap(place => sent[place]?.secret ?? [])
  const isFirst = places.includes(0)
  if (of > sent.length && !isFirst) return []
  const among = isEach
    ? refused
    : (of > sent.length ? sent.slice(0, 1) : sent.slice(isFirst ? 0 : 1)).map(({ secret }) => secret)
  const secrets = [...new Set(among)]
  const others = isEach ? usableSecrets(credential).filter(secret => !secrets.includes(secret)) : []
  const step = { code: 'replace-passed-over' as const, secrets, status, registry }
  return cause === 'auth-required-or-denied' ? [{ ...step, others }] : [step, ...shortLived(finding)]
}
