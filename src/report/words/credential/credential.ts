/** The words of credentials: what is wrong with one, and which ones a pull had. */

import { clueOf } from '../../../diagnosis/clues/clue.ts'
import type { CredentialHint, CredentialStatus } from '../../../diagnosis/credential/credential-report.ts'
import type { Finding } from '../../../diagnosis/finding.ts'
import { cloudOf } from '../../../image/cloud-registries.ts'
import { DOCKER_HUB, DOCKER_HUB_KEY } from '../../../image/docker-hub.ts'
import { isHosted, isPublic } from '../../../image/registries.ts'
import type { CauseWords } from '../cause-words.ts'
import { FARGATE_ROLE } from '../node/node-logins.ts'
import { countPods, formatNumber, namedList, pluralize, registryLabel } from '../nouns.ts'
import { problemText } from './credential-problems.ts'

type Hint<Code extends CredentialHint['code']> = Extract<CredentialHint, { code: Code }>

const HINT: { [Code in CredentialHint['code']]: (hint: Hint<Code>) => string } = {
  'service-account-changed-later': ({ serviceAccount, secrets, unlessListed }) =>
    `service account ${serviceAccount} now has ${namedList('secret', secrets)}, but only for new pods${unlessListed ? ' without a list of their own' : ''}`,
  'service-account-secrets-ignored': ({ serviceAccount, secrets }) =>
    `service account ${serviceAccount} has ${namedList('secret', secrets)}, which a pod that lists its own pull secrets does not get`,
  'not-named': ({ namespace, secret, misspelled, dropped }) =>
    `secret ${namespace}/${secret} has a login for the image, but the pod ${misspelled === undefined ? `does not reference it${dropped ? ', although its template does' : ''}` : `references ${misspelled} instead`}`,
  'on-service-account': ({ namespace, secret, serviceAccount }) =>
    `secret ${namespace}/${secret} has a login for the image, but belongs to service account ${serviceAccount}, which the pod does not use`,
  'in-namespace': ({ namespace, secret }) =>
    `secret ${namespace}/${secret} has a login for the image, but a pod can only use secrets of its own namespace`,
  'hub-name': ({ namespace, secret, name }) =>
    `secret ${namespace}/${secret} has a login for Docker Hub, which the kubelet uses only if the image is named ${name}`,
  'same-account': ({ namespace, secret, key, of }) =>
    `${key} takes the same login as ${registryLabel(of)}, but under the key ${key}, which secret ${namespace}/${secret} lacks`,
}

/** Returns where else a login for the image exists, as one clause. */
export function hintText(hint: CredentialHint): string {
  // Each code's words take that code's hint; the compiler can't follow the code through the union.
  return HINT[hint.code](hint as never)
}

/** A statement about a secret in a finding's credentials; the secret is null if the statement concerns none. */
interface CredentialNote {
  secret: string | null
  text: string
}

/** What becomes of an entry of imagePullSecrets without a name. */
export const UNNAMED = "an entry of the pod's imagePullSecrets has no name, and the kubelet skips it"

const STATUS: Record<CredentialStatus, (finding: Finding) => CredentialNote[]> = {
  none: finding =>
    finding.credential.unnamed
      ? [...problems(finding), { secret: null, text: `${UNNAMED}${withoutOne(finding)}` }]
      : orElse(problems(finding), `the pod has no login${withoutOne(finding)}`),
  broken: finding => [
    ...problems(finding),
    ...(finding.credential.unnamed ? [{ secret: null, text: UNNAMED }] : []),
  ],
  usable: ({ cause, credential: { attempts, contradicted, cameLater } }) =>
    attempts
      .filter(({ usable }) => usable)
      .map(({ secret, username }) => {
        const user = username === null ? '' : `, as user ${username}`
        if (cause === 'never-pull') return { secret, text: `has a login${user}` }
        if (cameLater) return { secret, text: `has a login${user}, but is newer than the last attempt` }
        return contradicted
          ? { secret, text: `should have been sent${user}; the registry saw no login` }
          : { secret, text: `was tried${user}` }
      }),
  unknown: finding =>
    orElse(problems(finding), "unknown: this image is pulled without the pod's pull secrets"),
}

/** Whether containerd asked without a login in each attempt: with the node's own login, the kubelet goes on without one where that failed (Azure/AKS#4055). */
function isWithoutLogin(text: string): boolean {
  const attempts =
    text.match(
      /\bfailed to resolve reference\b|\bno match for platform\b|\bfailed to (?:copy|extract|commit)\b|\bfailed commit\b/gi,
    ) ?? []
  const anonymous = text.match(/\bfetch anonymous token\b/gi) ?? []
  return anonymous.length > 0 && anonymous.length >= attempts.length
}

/** Whether only some of a pull's attempts are known to have had no login, so that the node may have one. */
export function isPartlyAnonymous({ evidence }: Pick<Finding, 'evidence'>): boolean {
  const text = evidence?.text ?? ''
  return /\bfetch anonymous token\b/i.test(text) && !isWithoutLogin(text)
}

/** Whether the pull is known to have no login: a node can have one of its own, which no object of the cluster shows. */
export function isAnonymous(finding: Finding): boolean {
  const { subcause, evidence, endpoint, host, registry } = finding
  if (host.virtual === 'azure' || (host.virtual === 'fargate' && cloudOf(registry) !== 'ecr')) return true
  const isProven =
    (subcause === 'no-credential-sent' && !isPartlyAnonymous(finding)) ||
    subcause === 'anonymous' ||
    isWithoutLogin(evidence?.text ?? '')
  return isProven && endpoint?.role !== 'mirror'
}

/** Returns what happens to a pull without a credential; with policy Never, there is no pull. */
function withoutOne(finding: Finding): string {
  const { cause, registry, clues, host, credential } = finding
  if (cause === 'never-pull') return ''
  const caller = clueOf(clues, 'caller')?.name
  const who = caller === undefined ? '' : ` (${caller})`
  if (host.virtual === 'fargate' && cloudOf(registry) === 'ecr')
    return `; ${FARGATE_ROLE} ${credential.ofNode ? 'was' : 'is'} used${who}`
  if (credential.ofNode)
    return `; the node's ${cloudOf(registry) === null ? 'own login' : 'identity'} was used${who}`
  return isAnonymous(finding) ? ', so the pull is anonymous' : "; the node's own login is used, if it has one"
}

function orElse(notes: CredentialNote[], text: string): CredentialNote[] {
  return notes.length === 0 ? [{ secret: null, text }] : notes
}

function problems({ credential, cause, reference }: Finding): CredentialNote[] {
  const isOpen = cause === 'image-not-found' && isPublic(reference)
  const effect = isOpen ? '; that is not why this image, which is public, is missing' : ''
  return credential.attempts.flatMap(attempt =>
    attempt.problem === null || attempt.problem === 'shadowed'
      ? []
      : { secret: attempt.secret, text: `${problemText(attempt.problem, attempt)}${effect}` },
  )
}

const MAX_SHOWN = 3

const MAX_HINTS = 2

/**
 * Returns which credentials the pulls of these findings had, and where others exist: one sentence each, most frequent first, with a count
 * if it does not apply to all.
 */
export function credentialLines(findings: readonly Finding[]): string[] {
  const had = findings.flatMap(finding =>
    STATUS[finding.credential.status](finding).map(notes => ({ ...notes, finding })),
  )
  const hints = findings.flatMap(finding =>
    (finding.credential.hints ?? []).map(hint => ({ secret: null, text: hintText(hint), finding })),
  )
  return [...lines(had, MAX_SHOWN), ...lines(hints, MAX_HINTS)]
}

/** Whether the registry let the node look up the image already, or the node has another login. */
function hasAnswered({ endpoint, evidence }: Finding): boolean {
  return (
    endpoint?.role === 'storage' ||
    /\bfailed to (?:copy|fetch oauth token)\b|\bcopying system image\b|\b(?:reading|writing|storing|fetching) blob\b/i.test(
      evidence?.text ?? '',
    )
  )
}

/** Returns the pull secrets that do not exist, where the pull failed for another reason: the next error would be about them. */
export function missingSecretLines(findings: readonly Finding[]): string[] {
  const missing = findings.flatMap(finding => {
    const { attempts, status } = finding.credential
    if (status !== 'broken' || isHosted(finding.registry ?? '') || hasAnswered(finding)) return []
    return attempts.flatMap(attempt =>
      attempt.problem === 'secret-missing'
        ? {
            secret: attempt.secret,
            text: 'does not exist, which is another fault: once the registry is reached, the pull lacks its login, which has to be for the host that the image names then',
            finding,
          }
        : [],
    )
  })
  return lines(missing, MAX_SHOWN)
}

function lines(notes: (CredentialNote & { finding: Finding })[], shown: number): string[] {
  const alike = [...Map.groupBy(notes, ({ secret, text }) => JSON.stringify([secret, text])).values()]
  const groups = alike
    .map(same => ({ same, pods: countPods(same.map(({ finding }) => finding)) }))
    .sort((a, b) => b.pods - a.pods)
  const all = countPods(notes.map(({ finding }) => finding))
  const sentences = groups.slice(0, shown).map(({ same, pods }) => {
    const sentence = `${subject(same)}${same[0]?.text ?? ''}`
    return pods === all ? sentence : `${sentence} (${pluralize(pods, 'pod')})`
  })
  return groups.length > shown ? [...sentences, `… and ${groups.length - shown} more`] : sentences
}

function subject(same: { secret: string | null; finding: Finding }[]): string {
  const secret = same[0]?.secret ?? null
  if (secret === null) return ''
  const [namespace, ...others] = new Set(same.map(({ finding }) => finding.namespace))
  return others.length === 0
    ? `secret ${namespace}/${secret} `
    : `secret ${secret} in ${formatNumber(others.length + 1)} namespaces `
}

/** Returns the pod's malformed pull secrets, each once. */
export function malformedSecretsOf({ credential }: Pick<Finding, 'credential'>): string[] {
  const malformed = credential.attempts.filter(({ problem }) => problem === 'malformed')
  return [...new Set(malformed.map(({ secret }) => secret))]
}

export const malformedSecret: CauseWords = {
  credentials: 'used',
  short: () => 'malformed pull secrets',
  title: ({ findings }) => {
    const secrets = findings.flatMap(finding =>
      malformedSecretsOf(finding).map(secret => `${finding.namespace}/${secret}`),
    )
    const [first, ...others] = new Set(secrets)
    if (first === undefined)
      return 'A pull secret of the pod is malformed, so the kubelet never asks the registry'
    return others.length === 0
      ? `Pull secret ${first} is malformed, so the kubelet never asks the registry`
      : `${pluralize(others.length + 1, 'pull secret')} are malformed, so the kubelet never asks the registry`
  },
  meaning: [
    [
      hasBadAuth,
      'The auth of a login in it is not base64, which it has to be, of user:password. That fails every image of the pods that reference the secret; no other login helps.',
    ],
    'A pull secret that is not JSON, has a value of the wrong type, such as a list of logins, or has an auth that is not base64 of user:password fails every image of the pods that reference it; no other login helps.',
  ],
}

/** Whether the kubelet stopped at an auth: Go's words (encoding/base64). */
export function hasBadAuth({ evidence }: Pick<Finding, 'evidence'>): boolean {
  return /\billegal base64 data at input byte \d/i.test(evidence?.text ?? '')
}

/** Returns the pull secrets whose login was sent. */
export function sentFrom(findings: readonly Finding[]): string[] {
  const sent = findings.flatMap(({ credential }) => credential.attempts.filter(({ usable }) => usable))
  return [...new Set(sent.map(({ secret }) => secret))]
}

/** Returns the key that matches a registry's images. */
export function authsKey(registry: string | null): string {
  return registry === DOCKER_HUB ? DOCKER_HUB_KEY : (registry ?? '')
}
