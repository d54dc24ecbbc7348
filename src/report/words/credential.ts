/** The words of credentials: what is wrong with one, and which ones a pull had. */

import { clueOf } from '../../diagnosis/clue.ts'
import type {
  Attempt,
  AttemptProblem,
  CredentialHint,
  CredentialStatus,
} from '../../diagnosis/credential-report.ts'
import type { Finding } from '../../diagnosis/finding.ts'
import type { KeyMismatch } from '../../dockerconfig/key-mismatch.ts'
import { DOCKER_HUB, DOCKER_HUB_KEY } from '../../image/docker-hub.ts'
import { cloudOf } from '../../image/registries.ts'
import type { CauseWords } from './cause-words.ts'
import { FARGATE_ROLE } from './node-logins.ts'
import { countPods, formatNumber, joinList, pluralize, registryLabel } from './nouns.ts'
import type { StepText } from './step-words.ts'

const keySuffix = (key: string | null) => (key === null ? '' : ` ${key}`)

/** Facts about an attempt in addition to its problem. */
type AttemptFacts = Pick<Attempt, 'key' | 'detail' | 'mismatch' | 'provenBy'> & { username?: string | null }

const PROVEN = {
  kubelet: ': the kubelet could not find it',
  dump: ": it is not among the dump's Secrets of its namespace",
}

const MISMATCH: Record<KeyMismatch, string> = {
  'port-missing': "lacks only the port of the image's registry",
  'port-extra': "has a port that the image's name does not have",
  'port-other': "has a different port than the image's registry",
  'slash-missing': 'lacks the trailing slash',
  'hub-alias': 'is a name that the kubelet never uses for Docker Hub',
  'web-site': 'is the host of the website, not of its registry',
  case: "differs from the image's name in upper or lower case",
  wildcard: 'has a * that matches only one part of a host name',
  unreadable: 'is not a URL',
  'odd-path': 'has a path that no repository has',
  path: 'is for another path of the registry',
  region: "is for a different region than the image's registry",
  misspelled: 'is almost, but not quite, the name of the registry',
  network: 'is the name of the same registry for another network, so the login is valid for both',
}

const LAYOUTS = new Map([
  ['config.json', 'has a top-level key auths, which type kubernetes.io/dockercfg does not have'],
  ['dockercfg', 'lacks the top-level key auths, which type kubernetes.io/dockerconfigjson needs'],
])

/** The text after the secret's name; `detail` is the type, data key, or layout that is wrong. */
const PROBLEM: Record<AttemptProblem, (attempt: AttemptFacts) => string> = {
  'secret-missing': ({ provenBy }) => `does not exist${provenBy === undefined ? '' : PROVEN[provenBy]}`,
  'impossible-name': () => 'does not exist: no Secret can have such a name',
  'secret-forbidden': () => "can't be read with your permissions",
  'secret-unread': () => 'could not be read',
  'wrong-type': ({ detail }) => `has the wrong type${keySuffix(detail ?? null)}, so the kubelet ignores it`,
  'wrong-key': ({ detail }) =>
    `lacks the data key of its type${detail === undefined ? '' : ` (it has ${detail})`}, so the kubelet ignores it`,
  'wrong-layout': ({ detail }) =>
    `${LAYOUTS.get(detail ?? '') ?? 'has the layout of another type'}, so the kubelet finds no login in it`,
  malformed: ({ key }) =>
    `is malformed${key === null ? '' : ` at ${key}`}, which fails every image of the pod`,
  'creds-store-only': () => 'has no login, only the name of a credential helper',
  'no-entries': () => 'has no login',
  'key-never-matches': ({ key, mismatch }) =>
    `has the key${keySuffix(key)}, which ${mismatch === undefined ? 'never matches an image' : mismatchText(mismatch)}`,
  'other-registry': ({ key, mismatch }) =>
    mismatch === undefined
      ? `is for${keySuffix(key) || ' another registry'} only`
      : `has the key${keySuffix(key)}, which ${mismatchText(mismatch)}`,
  'empty-auth': ({ key }) =>
    `has an empty login for${keySuffix(key) || ' the registry'}, so the pull is anonymous`,
  'token-only': () => 'has only an identity token, which the kubelet does not read',
  half: ({ username }) =>
    username === undefined
      ? 'has only a user name or only a password'
      : username === null
        ? 'has a password, but no user name'
        : 'has a user name, but its password is empty',
  shadowed: () => 'is not tried: another login for the same registry comes first',
}

/** Returns why the kubelet does not match a key with the image, to follow the key. */
export function mismatchText(mismatch: KeyMismatch): string {
  return MISMATCH[mismatch]
}

/** Returns why an attempt can't be used, to follow the secret's name. */
export function problemText(problem: AttemptProblem, attempt: AttemptFacts): string {
  return PROBLEM[problem](attempt)
}

/** Returns what is known to leave a login in a secret without its password, to follow the problem; empty for other problems. */
export function emptiedBy(
  problem: AttemptProblem,
  { username }: AttemptFacts,
  registry: string | null,
): string {
  if (problem === 'empty-auth')
    return ', which happens when a credential store (credsStore in config.json) keeps the password'
  return problem === 'half' && username != null && cloudOf(registry) === 'ecr'
    ? ', which happens when `aws ecr get-login-password` fails in the job or script that writes the secret'
    : ''
}

type Hint<Code extends CredentialHint['code']> = Extract<CredentialHint, { code: Code }>

const HINT: { [Code in CredentialHint['code']]: (hint: Hint<Code>) => string } = {
  'service-account-changed-later': ({ serviceAccount, secrets }) =>
    `service account ${serviceAccount} now has ${secretNames(secrets)}, but only for new pods`,
  'service-account-secrets-ignored': ({ serviceAccount, secrets }) =>
    `service account ${serviceAccount} has ${secretNames(secrets)}, which a pod that lists its own pull secrets does not get`,
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

function secretNames(secrets: readonly string[]): string {
  return `${secrets.length === 1 ? 'secret' : 'secrets'} ${joinList(secrets)}`
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

/** Whether the pull is known to have no login: a node can have one of its own, which no object of the cluster shows. */
export function isAnonymous({ subcause, evidence, endpoint, host, registry }: Finding): boolean {
  if (host.virtual === 'azure' || (host.virtual === 'fargate' && cloudOf(registry) !== 'ecr')) return true
  const isProven =
    subcause === 'no-credential-sent' ||
    subcause === 'anonymous' ||
    /\bfetch anonymous token\b/i.test(evidence?.text ?? '')
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

function problems({ credential }: Finding): CredentialNote[] {
  return credential.attempts.flatMap(attempt =>
    attempt.problem === null || attempt.problem === 'shadowed'
      ? []
      : { secret: attempt.secret, text: problemText(attempt.problem, attempt) },
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
  showsCredential: true,
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
  meaning: () =>
    'A pull secret that is not JSON, has a value of the wrong type, such as a list of logins, or has an auth that is not base64 of user:password fails every image of the pods that reference it; no other login helps.',
}

/** Returns where to run the command again, for a pull secret that could not be read. */
export function readSecret(
  namespace: string,
  problem: 'secret-forbidden' | 'secret-unread',
  secret: string,
): StepText {
  return {
    text:
      problem === 'secret-forbidden'
        ? `Ask for permission to get secrets in ${namespace}, then run the command again`
        : `Run the command again where secret ${secret} can be read: against the cluster, or on a dump that includes secrets`,
  }
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
