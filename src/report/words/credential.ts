/** The words of credentials: what is wrong with one, and which ones a pull had. */

import type { Attempt, AttemptProblem, CredentialStatus, Finding } from '../../diagnosis/finding.ts'
import { cloudOf } from '../../image/registries.ts'
import { amount, counted } from './count.ts'
import { countPods } from './pods.ts'

const named = (key: string | null) => (key === null ? '' : ` ${key}`)

/** What follows the name of the secret; `detail` is the type or the data key that is wrong. */
const PROBLEM: Record<AttemptProblem, (attempt: Pick<Attempt, 'key' | 'detail'>) => string> = {
  'secret-missing': () => 'does not exist',
  'secret-forbidden': () => "can't be read with your permissions",
  'secret-unread': () => 'could not be read',
  'wrong-type': ({ detail }) => `has the wrong type${named(detail ?? null)}, so the kubelet ignores it`,
  'wrong-key': ({ detail }) =>
    `lacks the data key of its type${detail === undefined ? '' : ` (it has ${detail})`}, so the kubelet ignores it`,
  malformed: ({ key }) =>
    `is malformed${key === null ? '' : ` at ${key}`}, which fails every image of the pod`,
  'creds-store-only': () => 'only names the credential store of another machine and holds no login',
  'no-entries': () => 'holds no login',
  'key-never-matches': ({ key }) => `has the key${named(key)}, which never matches an image`,
  'other-registry': ({ key }) => `is for${named(key) || ' another registry'} only`,
  'empty-auth': ({ key }) =>
    `has an empty login for${named(key) || ' the registry'}, so the pull is anonymous`,
  'token-only': () => 'holds only an identity token, which the kubelet does not read',
  half: () => 'holds a user name or a password, not both',
  shadowed: () => 'is not tried: another login for the same registry comes first',
}

/** Why an attempt does not serve, to follow the secret's name. */
export function problemText(problem: AttemptProblem, attempt: Pick<Attempt, 'key' | 'detail'>): string {
  return PROBLEM[problem](attempt)
}

/** What one finding says of its credentials: of which secret (null: of none), and what. */
interface Said {
  secret: string | null
  text: string
}

const STATUS: Record<CredentialStatus, (finding: Finding) => Said[]> = {
  none: finding => orElse(problems(finding), `no credential in the pod${withoutOne(finding)}`),
  broken: problems,
  usable: ({ cause, credential }) =>
    credential.attempts
      .filter(({ usable }) => usable)
      .slice(0, 1)
      .map(({ secret, username }) => {
        const text = cause === 'never-pull' ? 'holds a login' : 'was tried'
        return { secret, text: username === null ? text : `${text}, as user ${username}` }
      }),
  unknown: finding => orElse(problems(finding), 'unknown: what the pull had could not be read'),
}

/** What becomes of a pull that brings no credential; with policy Never there is no pull. */
function withoutOne({ cause, registry }: Finding): string {
  if (cause === 'never-pull') return ''
  return cloudOf(registry) !== null
    ? ", so the node's own counts, if it has one"
    : ', so the pull is anonymous'
}

function orElse(said: Said[], text: string): Said[] {
  return said.length === 0 ? [{ secret: null, text }] : said
}

function problems({ credential }: Finding): Said[] {
  return credential.attempts.flatMap(attempt =>
    attempt.problem === null || attempt.problem === 'shadowed'
      ? []
      : { secret: attempt.secret, text: problemText(attempt.problem, attempt) },
  )
}

const SHOWN = 3

/** Which credentials the pulls of these findings had: one sentence each, the most frequent first, with its count if it is not all. */
export function credentialLines(findings: readonly Finding[]): string[] {
  const said = findings.flatMap(finding =>
    STATUS[finding.credential.status](finding).map(({ secret, text }) => ({ secret, text, finding })),
  )
  const alike = [...Map.groupBy(said, ({ secret, text }) => JSON.stringify([secret, text])).values()]
  const told = alike
    .map(same => ({ same, pods: countPods(same.map(({ finding }) => finding)) }))
    .sort((a, b) => b.pods - a.pods)
  const lines = told.slice(0, SHOWN).map(({ same, pods }) => {
    const sentence = `${subject(same)}${same[0]?.text ?? ''}`
    return told.length === 1 ? sentence : `${sentence} (${counted(pods, 'pod')})`
  })
  return told.length > SHOWN ? [...lines, `… and ${told.length - SHOWN} more`] : lines
}

function subject(same: { secret: string | null; finding: Finding }[]): string {
  const secret = same[0]?.secret ?? null
  if (secret === null) return ''
  const [namespace, ...others] = new Set(same.map(({ finding }) => finding.namespace))
  return others.length === 0
    ? `secret ${namespace}/${secret} `
    : `secret ${secret} in ${amount(others.length + 1)} namespaces `
}
