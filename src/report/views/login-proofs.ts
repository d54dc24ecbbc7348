/**
 * Renders messages about a login before it is distributed: that it works and what it can pull, or why it is not distributed, and who will
 * be able to use it.
 */

import { DOCKER_HUB } from '../../image/docker-hub.ts'
import type { Plan, PlanCredential, PlanScope, TokenKind } from '../../plan/plan.ts'
import type { QuotaOutcome } from '../../registry/outcome.ts'
import type { ProofFailure } from '../../snapshot/registry-answers.ts'
import { type Invocation, ownCommand } from '../invocation.ts'
import { sanitizeLine, shellWord } from '../sanitize.ts'
import { loginCommand } from '../words/credential/registry-logins.ts'
import { durationText } from '../words/duration.ts'
import { formatNumber, joinList, pluralize, registryLabel, shortList } from '../words/nouns.ts'
import { narrowedTo, scopeFlags } from '../words/plan/plan.ts'

export interface LoginSummary {
  registry: string
  username: string
  /** Where on this machine the login comes from. */
  origin: string
}

const FAILURES: Record<ProofFailure, (login: LoginSummary, image: string | null) => string> = {
  'wrong-credential': ({ registry, username, origin }) =>
    `${registryLabel(registry)} does not accept the login of ${username} (${origin}): ${origin === '--username' ? 'check the name, and what --password-stdin got' : `run \`${loginCommand(registry)}\` again`}`,
  'no-access': ({ registry, username }, image) =>
    `The login of ${username} works, but ${registryLabel(registry)} doesn't let it pull ${image ?? 'the image'}: check the name, or log in with an account that can pull it`,
  withheld: ({ registry }) =>
    `${registryLabel(registry)} sends logins to another site, so the password was not sent and the login could not be verified`,
  'not-asked-for': ({ registry }) =>
    `${registryLabel(registry)} never asks for a login, so there is nothing to verify, and a login would not help`,
  'rate-limited': ({ registry }) =>
    `${registryLabel(registry)} answers this machine with "too many requests", so the login can't be verified now: try again later`,
  unreachable: ({ registry }) =>
    `${registryLabel(registry)} can't be reached, so the login could not be verified`,
  'server-error': ({ registry }) =>
    `${registryLabel(registry)} returned a server error, so the login could not be verified`,
}

/** What can be done without the login, as flags. */
export interface Workarounds {
  plan: Plan
  /** Other registries whose logins are available. */
  others: string[]
  /** The run's flags about logins, which --no-authenticate replaces. */
  loginFlags: string[]
}

/** A login that could not be proven. */
export interface FailedProof {
  login: LoginSummary
  /** The image that the login was tried on; null if none is known. */
  image: string | null
  why: ProofFailure
  detail: string
}

/** Returns why the login is not distributed, in one sentence that ends by saying that nothing was changed. */
export function failedProofText(proof: FailedProof, workarounds: Workarounds): string {
  return sanitizeLine(`${failureText(proof)}. Nothing was changed. ${workaroundText(workarounds)}`)
}

/** For a plan that is only shown: says that the login could not be checked. */
export function uncheckedText(proof: FailedProof): string {
  return sanitizeLine(
    `Warning: ${failureText(proof)}. The login is checked again before anything is written.`,
  )
}

function failureText({ login, image, why, detail }: FailedProof): string {
  return `${FAILURES[why](login, image)}${detail === '' ? '' : ` (${detail})`}`
}

/** Lists the flags with which the fix can proceed without the login. */
function workaroundText({ plan, others, loginFlags }: Workarounds): string {
  const pods = plan.changes.some(({ target }) => target.kind === 'Pod')
  const flags = [
    ...(others.length === 0
      ? []
      : [
          `${others.map(one => `--registry ${shellWord(one)}`).join(' ')} distributes only the login${others.length === 1 ? '' : 's'} for ${joinList(others.map(registryLabel))}`,
        ]),
    `--no-authenticate${loginFlags.length === 0 ? '' : ` in place of ${joinList(loginFlags)}`} distributes no login`,
    ...(pods ? ['--no-recreate keeps the stuck pods'] : []),
    ...(plan.scope.namespaces === null ? ['-n limits the fix to one namespace'] : []),
  ]
  return `To go ahead anyway: ${flags.join(', ')}.`
}

/** Says that the login works, what it can still pull, and what that means for a plan that may need `needed` pulls. */
export function provenText(
  { registry, username }: LoginSummary,
  quota: QuotaOutcome,
  needed: number,
): string {
  const proven = `The login of ${username} for ${registryLabel(registry)} works${quotaText(quota)}.`
  const scarce = quota.status === 'limited' && quota.remaining !== null && quota.remaining < needed
  const shortage = `The plan may need ${formatNumber(needed)}: pods are recreated while pulls remain, and the rest wait for another fix.`
  return sanitizeLine(scarce ? `${proven} ${shortage}` : proven)
}

function quotaText(quota: QuotaOutcome): string {
  if (quota.status === 'unlimited') return ', without a limit on pulls'
  if (quota.status !== 'limited' || quota.remaining === null) return ''
  const { remaining, limit, windowSeconds } = quota
  const window = windowSeconds === null ? '' : ` in this ${windowText(windowSeconds)} window`
  return `: ${formatNumber(remaining)} of ${pluralize(limit, 'pull')} left${window}`
}

function windowText(seconds: number): string {
  return seconds % 3600 === 0 ? `${seconds / 3600}-hour` : `${Math.round(seconds / 60)}-minute`
}

/** When to try again. A window slides or restarts, and no header says which; in both cases, pulls become available within its length. */
function resetText(quota: QuotaOutcome): string {
  const seconds = quota.status === 'limited' ? quota.windowSeconds : null
  return seconds === null
    ? 'Try again later, or log in with another account'
    : `Pulls become available again within ${durationText(seconds)}; until then, log in with another account`
}

/** Says that the login works but has no pulls left. */
export function usedUpText(
  { registry, username }: LoginSummary,
  quota: QuotaOutcome,
  workarounds: Workarounds,
): string {
  return sanitizeLine(
    `The login of ${username} for ${registryLabel(registry)} works, but has no pulls left${quotaText(quota)}. Nothing was changed. ${resetText(quota)}. ${workaroundText(workarounds)}`,
  )
}

/** Warns that a login valid for some hours also expires as a pull secret. */
export function expiringLoginText({ registry, username, origin }: LoginSummary): string {
  return sanitizeLine(
    `The login of ${username} for ${registryLabel(registry)} (${origin}) expires within hours; pods created after that can't pull with it.`,
  )
}

const KINDS: Record<TokenKind, string> = {
  'personal-token': 'a personal access token',
  'organization-token': 'an organization access token',
  'short-lived': "a token made for this machine's own identity",
}

const DOCKER_TOKEN =
  'An access token with read-only permission is safer: https://app.docker.com/settings/personal-access-tokens.'

/** Which token can only pull, and where to create it. */
const TOKENS: Record<string, string> = {
  [DOCKER_HUB]: DOCKER_TOKEN,
  'dhi.io': DOCKER_TOKEN,
  'ghcr.io': 'A token with only the scope read:packages is safer: https://github.com/settings/tokens.',
  'quay.io':
    'A robot account with read permission is safer: https://docs.quay.io/glossary/robot-accounts.html.',
  'registry.gitlab.com':
    'A deploy token with only the scope read_registry is safer: https://docs.gitlab.com/user/project/deploy_tokens.',
}
const OTHER_TOKEN = 'A read-only robot account or deploy token is safer.'

/** Returns one paragraph for each login that the plan writes; none if it writes none. */
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

/** The number of service accounts to list individually. */
const ACCOUNTS = 4

/** Returns what else will pull with the login if the plan is limited to some workloads or labels, one paragraph each. */
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

/** Returns, for example, `jane for Docker Hub, a personal access token from file ~/.docker/config.json`. */
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

export interface OutdatedSecrets {
  secrets: number
  registries: string[]
  /** The scope of the fix that found the Secrets. */
  scope: PlanScope
}

/** Says that Secrets of an earlier fix contain a different login than this machine now has. */
export function outdatedSecretsText(shortage: OutdatedSecrets, invocation: Invocation): string {
  const { secrets, registries, scope } = shortage
  const flags = registries.map(name => `--registry ${shellWord(name)}`).join(' ')
  const names = registries.map(registryLabel).join(' and ')
  return sanitizeLine(
    `${pluralize(secrets, 'secret')} of an earlier fix ${secrets === 1 ? 'has' : 'have'} another login for ${names} than this machine has now: \`${ownCommand(invocation, `fix ${scopeFlags({ ...scope, affected: false })} ${flags}`)}\` renews ${secrets === 1 ? 'it' : 'them'}.`,
  )
}
