/** The words of the step that gives pods a login which this machine has, or gets first. */

import type { AdvisedFinding } from '../../../advice/add-steps.ts'
import type { Step, StepOf } from '../../../advice/step/step.ts'
import type { LoginReason } from '../../../advice/step/step-for-access.ts'
import { hasClue } from '../../../diagnosis/clues/clue.ts'
import { hasOwnList } from '../../../diagnosis/credential/credential-report.ts'
import { DOCKER_HUB } from '../../../image/docker-hub.ts'
import { isInDependencyProxy } from '../../../image/registries.ts'
import type { ObjectManager } from '../../../snapshot/fix-objects.ts'
import { loginFixCommand, missingSecret } from '../commands.ts'
import { sentFrom } from '../credential/credential.ts'
import { isOfGitLab, loginCommand, loginNote, PROXY_SCOPES } from '../credential/registry-logins.ts'
import { managerName } from '../edits/managers.ts'
import { namedList, registryLabel } from '../nouns.ts'
import type { StepWords } from '../step-words.ts'

interface LoginTerms {
  login: string
  registry: string
  refused: readonly string[]
  /** What to know about the registry's logins, after a semicolon; may be empty. */
  note: string
}

/** Returns what follows the login, which the command under the step does; a note on the login comes before it. */
const thenDo = (what: string, note: string) => (note === '' ? `, then ${what}` : `${note}. Then ${what}`)

const LOGIN: Record<LoginReason, (terms: LoginTerms) => string> = {
  opens: ({ registry, note }) =>
    `Distribute this machine's login for ${registry} to the pods: it can pull the image${note}`,
  missing: ({ login, note }) =>
    `Run ${login} with an account that can pull this image${thenDo("distribute that login (as a pull secret of the pods' service accounts)", note)}`,
  refused: ({ login, refused, note }) =>
    `Log in again on this machine (${login}) with an account that can pull the image${thenDo(`distribute that login${refused.length === 0 ? '' : ` (the one in ${namedList('secret', refused, 3)} was refused)`}`, note)}`,
  private: ({ login, note }) =>
    `If the image is private, run ${login} with an account that can pull it${thenDo('distribute that login', note)}`,
  limit: ({ login, registry, note }) =>
    `Give the pods this machine's login for ${registry} (run ${login} first), so their pulls count against that account${note}`,
  elsewhere: ({ login, registry, note }) =>
    `Then run ${login} with an account that can pull there${thenDo(`distribute that login once the pods ask ${registry}`, note)}`,
  stopgap: ({ login, registry, note }) =>
    `Run ${login} as a stopgap until the nodes' own identity works for ${registry}${thenDo('distribute that login, and remove it afterward', note)}`,
  'account-limit': ({ login, registry, note }) =>
    `${registry === 'Docker Hub' ? "Upgrade the account's plan (its login stays the same), or use" : 'Use'} an account with a higher limit (run ${login} first)${thenDo('distribute that login', note)}`,
}

/** Shorter words for steps that explain themselves. */
const BRIEF_LOGIN: Partial<typeof LOGIN> = {
  missing: ({ login, note }) =>
    `Run ${login} with an account that can pull the image${thenDo('distribute that login', note)}`,
  limit: ({ login, registry }) => `Give the pods your login for ${registry} (${login} first)`,
}

/** Returns how to create the pull secret that the pods name already, and what else may have been meant to create it. */
function named(
  secret: string,
  reason: LoginReason,
  { login, registry, note }: LoginTerms,
  { by, isSecond }: { by?: ObjectManager | undefined; isSecond: boolean },
): string {
  const other =
    by === undefined
      ? ''
      : ` (or add the secret to what ${managerName(by)} deploys, if it was meant to come from there)`
  const start = isSecond ? 'Or create' : reason === 'private' ? 'If the image is private, create' : 'Create'
  if (reason === 'opens')
    return `Create secret ${secret}, which the pods name, with this machine's login for ${registry}, which can pull the image${other}${note}`
  return `${start} secret ${secret}, which the pods name, with a login for ${registry}${other}: first run ${login} with an account that can pull the image${thenDo('run this', note)}`
}

/** Whether the step copies the same secret from another namespace, which makes this one unnecessary. */
function isCopyOf(step: Step, secret: string | undefined): boolean {
  return step.code === 'use-known-secret' && step.hint.code === 'in-namespace' && step.hint.secret === secret
}

/** What an earlier step gives the pods already, so that a new login is another way, and not the next thing to do. */
function secretBefore({ steps }: AdvisedFinding): string | null {
  const place = steps.findIndex(({ code }) => code === 'distribute-login')
  const known = steps.slice(0, Math.max(place, 0)).find(step => step.code === 'use-known-secret')
  if (known?.code !== 'use-known-secret') return null
  return 'secret' in known.hint ? `secret ${known.hint.secret}` : 'those secrets'
}

/** Returns what to know about the registry's logins, or else what its answer asks for. */
function noteFor(registry: string, { clues, reference, credential, evidence }: AdvisedFinding): string {
  if (isInDependencyProxy(reference)) return `; the login is a deploy token of the group with ${PROXY_SCOPES}`
  const asksForToken = hasClue(clues, 'token-wanted')
  // GitLab says so of any wrong login, even of a token, which has user names of its own (docs.gitlab.com/user/project/deploy_tokens).
  const isPerson = credential.attempts.some(
    ({ usable, username }) => usable && !OF_TOKEN.test(username ?? ''),
  )
  // docker/for-win#3212, docker/cli#961.
  if (
    registry === DOCKER_HUB &&
    credential.attempts.some(({ usable, username }) => usable && username?.includes('@'))
  )
    return '; the user name is the Docker ID: Docker Hub has refused e-mail addresses in its place'
  const [, project] = OF_HARBOR.exec(evidence?.text ?? '') ?? []
  if (project !== undefined && !OF_TENCENT.test(registry))
    return `; the account has to be a member of project ${project} there, or a robot account of that project which can pull`
  const isGitLab = isOfGitLab({ registry, evidence })
  const note = loginNote(registry) || (isGitLab ? loginNote('registry.gitlab.com') : '')
  if (asksForToken && isGitLab) {
    const rule = 'GitLab takes no password from an account with two-factor authentication'
    return isPerson ? `${note}${note === '' ? `; ${rule}` : ` (${rule})`}` : note
  }
  return (
    note ||
    (asksForToken ? `; ${registryLabel(registry)} asks for a personal access token as the password` : '')
  )
}

/** User names that only go with tokens. */
const OF_TOKEN = /^(?:gitlab\+deploy-token-|gitlab-ci-token$|(?:project|group)_\d+_bot)/

/** Harbor's words to whoever is not allowed to pull from a project, with its name. */
const OF_HARBOR = /\bunauthorized to access repository: ([\w.-]{1,255})\/[^,\s]{1,255}, action: pull\b/i

/** Registries of Tencent Cloud, which write Harbor's words, and give permissions to accounts of the cloud. */
const OF_TENCENT = /\.tencentcloudcr\.com$/

/** The words of that step. */
export const distributeLogin: StepWords<StepOf<'distribute-login'>>['distribute-login'] = (
  { reason, registry },
  { invocation, findings },
) => {
  const secret = missingSecret(findings)
  const login = `\`${loginCommand(registry)}\``
  const label = registryLabel(registry)
  const note = noteFor(registry, findings[0])
  const terms = { login, registry: label, refused: sentFrom(findings), note }
  const plain = { ...terms, note: '' }
  const short = BRIEF_LOGIN[reason]
  const isSecond = findings[0].steps.some(step => isCopyOf(step, secret))
  const brief = secret === undefined ? short?.(plain) : named(secret, reason, plain, { isSecond })
  const [known = null, ...otherwise] = new Set(findings.map(secretBefore))
  const orInstead = (text: string) =>
    known === null || otherwise.length > 0 ? text : text.replace(/^Run /, `Or, in place of ${known}, run `)
  // A pod with a list of its own gets nothing from its service account.
  const isOfAccount = reason !== 'missing' || !findings.some(hasOwnList)
  return {
    text:
      secret === undefined
        ? orInstead(((isOfAccount ? undefined : short) ?? LOGIN[reason])(terms))
        : named(secret, reason, terms, { by: findings[0].managedBy, isSecond }),
    ...(brief === undefined ? {} : { brief: orInstead(brief) }),
    command: loginFixCommand(
      invocation,
      findings.map(finding => ({ ...finding, registry })),
    ),
  }
}
