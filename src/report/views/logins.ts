/** What is said of a login before it is distributed: that it works and what it may pull, or why it is not distributed. */

import type { Plan } from '../../plan/plan.ts'
import type { ProofFailure, QuotaOutcome } from '../../registry/outcome.ts'
import { shellWord } from '../escape.ts'
import { type Invocation, ownCommand } from '../invocation.ts'
import { visible } from '../sanitise.ts'
import { loginCommand } from '../words/commands.ts'
import { amount, counted } from '../words/count.ts'
import { spell } from '../words/duration.ts'
import { registryName } from '../words/hosts.ts'

export interface ToldLogin {
  registry: string
  username: string
  /** Where on this machine it comes from. */
  origin: string
}

const FAILURES: Record<ProofFailure, (login: ToldLogin, image: string | null) => string> = {
  'wrong-credential': ({ registry, username, origin }) =>
    `${registryName(registry)} does not accept the login of ${username} (${origin}): ${origin === '--username' ? 'check the name, and what --password-stdin got' : `\`${loginCommand(registry)}\` again`}`,
  'no-access': ({ registry, username }, image) =>
    `The login of ${username} works, but ${registryName(registry)} does not open ${image ?? 'the image'} to it: check the name, or log in with an account that can pull it`,
  withheld: ({ registry }) =>
    `${registryName(registry)} sends logins to another site, so the password was not sent and the login is not proven`,
  'not-asked-for': ({ registry }) =>
    `${registryName(registry)} never asks for a login, so none can be proven, and none would help`,
  'rate-limited': ({ registry }) =>
    `${registryName(registry)} answers this machine with "too many requests", so the login can't be proven now: try again later`,
  unreachable: ({ registry }) => `${registryName(registry)} can't be reached, so the login is not proven`,
  'server-error': ({ registry }) => `${registryName(registry)} fails, so the login is not proven`,
}

/** What can be done without the login, as the flags that do it. */
export interface WayOut {
  plan: Plan
  /** Registries whose logins are at hand, too. */
  others: string[]
}

/** Why the login is not distributed, in one sentence that ends in nothing having been changed. */
export function proofRefusal(
  login: ToldLogin,
  image: string | null,
  why: ProofFailure,
  detail: string,
  wayOut: WayOut,
): string {
  return visible(`${failureText(login, image, why, detail)}. Nothing was changed. ${wayOutText(wayOut)}`)
}

/** For a plan that is only shown: nobody could check the login. */
export function uncheckedText(
  login: ToldLogin,
  image: string | null,
  why: ProofFailure,
  detail: string,
): string {
  return visible(
    `Warning: ${failureText(login, image, why, detail)}. It is checked again before anything is written.`,
  )
}

function failureText(login: ToldLogin, image: string | null, why: ProofFailure, detail: string): string {
  return `${FAILURES[why](login, image)}${detail === '' ? '' : ` (${detail})`}`
}

/** `--registry docker.io` where another login is at hand, else what needs none. */
function wayOutText({ plan, others }: WayOut): string {
  const pods = plan.changes.some(({ target }) => target.kind === 'Pod')
  const flags = [
    ...(others.length === 0
      ? []
      : [`${others.map(one => `--registry ${shellWord(one)}`).join(' ')} goes without it`]),
    '--no-authenticate distributes no login',
    ...(pods ? ['--no-recreate leaves the pods as they are'] : []),
    ...(plan.scope.namespaces === null ? ['-n takes one namespace'] : []),
  ]
  return `${flags.join(', ')}.`
}

/** The login works: what it can still pull, and what that means for a plan that may need `needed` pulls. */
export function provenText({ registry, username }: ToldLogin, quota: QuotaOutcome, needed: number): string {
  const proven = `The login of ${username} for ${registryName(registry)} works${quotaText(quota)}.`
  const scarce = quota.status === 'limited' && quota.remaining !== null && quota.remaining < needed
  const told = `The plan may need ${amount(needed)}: pods are recreated as far as the pulls last, and the rest wait for another fix.`
  return visible(scarce ? `${proven} ${told}` : proven)
}

function quotaText(quota: QuotaOutcome): string {
  if (quota.status === 'unlimited') return ', without a limit on pulls'
  if (quota.status !== 'limited' || quota.remaining === null) return ''
  const { remaining, limit, windowSeconds } = quota
  const window = windowSeconds === null ? '' : ` in ${spell(windowSeconds)}`
  return `: ${amount(remaining)} of ${counted(limit, 'pull')}${window} left`
}

/** The login works and has nothing left to pull with. */
export function usedUpText({ registry, username }: ToldLogin, quota: QuotaOutcome, wayOut: WayOut): string {
  return visible(
    `The login of ${username} for ${registryName(registry)} works, but its own pulls are used up${quotaText(quota)}, so it would not help now. Nothing was changed: try again later, or log in with another account. ${wayOutText(wayOut)}`,
  )
}

/** A login of some hours ends as a pull secret, too. */
export function shortLivedText({ registry, username, origin }: ToldLogin): string {
  return visible(
    `The login of ${username} for ${registryName(registry)} (${origin}) expires within hours; pods created after that can't pull with it.`,
  )
}

export interface ToldRotation {
  secrets: number
  registries: string[]
  allNamespaces: boolean
  namespace: string
}

/** Secrets that an earlier fix wrote hold another login than this machine has now. */
export function rotatedText(told: ToldRotation, invocation: Invocation): string {
  const { secrets, registries, allNamespaces, namespace } = told
  const scope = allNamespaces ? '--all-namespaces' : `-n ${shellWord(namespace)}`
  const flags = registries.map(name => `--registry ${shellWord(name)}`).join(' ')
  const names = registries.map(registryName).join(' and ')
  return visible(
    `${counted(secrets, 'secret')} of an earlier fix ${secrets === 1 ? 'holds' : 'hold'} another login for ${names} than this machine has now: \`${ownCommand(invocation, `fix ${scope} ${flags}`)}\` renews ${secrets === 1 ? 'it' : 'them'}.`,
  )
}
