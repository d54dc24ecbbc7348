/** Who will be able to use the logins of a plan, and which login would be the better one to distribute. */

import type { Plan, PlanCredential, TokenKind } from '../../plan/plan.ts'
import { pluralize, shortList } from './count.ts'
import { registryLabel } from './labels.ts'
import { narrowedTo } from './plan.ts'

const KINDS: Record<TokenKind, string> = {
  'personal-token': 'a personal access token',
  'organization-token': 'an organization access token',
  'short-lived': "a token made for this machine's own identity",
}

const DOCKER_TOKEN =
  'An access token with read-only permission is safer: https://app.docker.com/settings/personal-access-tokens.'

/** Which token can only pull, and where it is made. */
const TOKENS: Record<string, string> = {
  'docker.io': DOCKER_TOKEN,
  'dhi.io': DOCKER_TOKEN,
  'ghcr.io': 'A token with only the scope read:packages is safer: https://github.com/settings/tokens.',
  'quay.io':
    'A robot account with read permission is safer: https://docs.quay.io/glossary/robot-accounts.html.',
  'registry.gitlab.com':
    'A deploy token with only the scope read_registry is safer: https://docs.gitlab.com/user/project/deploy_tokens.',
}
const OTHER_TOKEN = 'A read-only robot account or deploy token is safer.'

/** One paragraph a login that the plan writes; none where it writes none. */
export function loginExposure(plan: Plan, failing: readonly string[]): string[] {
  return plan.credentials.flatMap(login => {
    const namespaces = plan.changes.flatMap(change =>
      'keys' in change && change.keys.includes(login.key) ? [change.target.namespace] : [],
    )
    return namespaces.length === 0
      ? []
      : [`${exposureSentence(login, namespaces)} ${saferSentence(login, plan, namespaces, failing)}`]
  })
}

/** How many service accounts are told one by one. */
const ACCOUNTS = 4

/** What else will pull with the login, where the plan is for some workloads or labels only: one paragraph each. */
export function sharedLogins({ scope, changes, secretName }: Plan): string[] {
  if (narrowedTo(scope) === null) return []
  const shared = changes.flatMap(change =>
    change.action === 'patch-serviceaccount' && change.sharedWith?.length !== 0 ? [change] : [],
  )
  const updated = changes.flatMap(({ action, target }) =>
    action === 'update-secret' ? [target.namespace] : [],
  )
  const hidden = shared.length - ACCOUNTS
  return [
    ...shared
      .slice(0, ACCOUNTS)
      .map(({ target: { namespace, name }, sharedWith }) =>
        sharedWith == null
          ? `Other pods in ${namespace} that run as service account ${name} will get pull secret ${secretName} too when they are created.`
          : `Service account ${name} of namespace ${namespace} is also used by ${shortList(sharedWith, 5)}: pods created for ${sharedWith.length === 1 ? 'it' : 'them'} will get pull secret ${secretName} too.`,
      ),
    ...(hidden > 0
      ? [`The same goes for ${pluralize(hidden, 'more service account')} (-o json shows all).`]
      : []),
    ...(updated.length === 0
      ? []
      : [
          `Other pods in ${shortList(updated, 3)} that use pull secret ${secretName} will pull with this login too.`,
        ]),
  ]
}

/** `jane for Docker Hub, a personal access token from file ~/.docker/config.json`. */
export function loginName({ registry, username, token, origin }: PlanCredential): string {
  const what = token === undefined ? '' : `${KINDS[token]} `
  return `${username} for ${registryLabel(registry)} (${what}from ${origin})`
}

function exposureSentence(login: PlanCredential, namespaces: string[]): string {
  const where =
    namespaces.length > 3 ? `these ${pluralize(namespaces.length, 'namespace')}` : shortList(namespaces, 3)
  return `Anyone who can read Secrets or create pods in ${where} will be able to read and use the login of ${loginName(login)}.`
}

function saferSentence(
  { registry }: PlanCredential,
  { scope }: Plan,
  namespaces: string[],
  failing: readonly string[],
): string {
  const safer = TOKENS[registry] ?? OTHER_TOKEN
  const wide = scope.namespaces === null && !scope.affected
  const needed = namespaces.filter(name => failing.includes(name)).length
  if (!wide || needed === 0 || needed === namespaces.length) return safer
  return `${safer} With --affected only the ${pluralize(needed, 'namespace')} with failing pods ${needed === 1 ? 'gets' : 'get'} it.`
}
