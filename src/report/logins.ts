/** What is said of a login before it is handed out: that it works and what it may pull, or why it is not handed out. */

import type { ProofFailure, QuotaOutcome } from '../registry/outcome.ts'
import { visible } from './sanitise.ts'
import { loginCommand } from './words/commands.ts'
import { amount, counted } from './words/count.ts'
import { registryName } from './words/hosts.ts'

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
    `The login of ${username} works, but ${registryName(registry)} does not open ${image ?? 'the image'} to it: check the name, or log in with an account that may pull it`,
  withheld: ({ registry }) =>
    `${registryName(registry)} sends logins to another site, so the password was not sent and the login is not proven`,
  'not-asked-for': ({ registry }) =>
    `${registryName(registry)} never asks for a login, so none can be proven, and none would help`,
  'rate-limited': ({ registry }) =>
    `${registryName(registry)} answers this machine with "too many requests", so the login can't be proven now: try again later`,
  unreachable: ({ registry }) => `${registryName(registry)} can't be reached, so the login is not proven`,
  'server-error': ({ registry }) => `${registryName(registry)} fails, so the login is not proven`,
}

/** Why the login is not handed out, in one sentence that ends in nothing having been changed. */
export function proofRefusal(
  login: ToldLogin,
  image: string | null,
  why: ProofFailure,
  detail: string,
): string {
  const more = detail === '' ? '' : ` (${detail})`
  return visible(`${FAILURES[why](login, image)}${more}. Nothing was changed.`)
}

/** The login works: what it may still pull, and what that means for a plan that may need `needed` pulls. */
export function provenText({ registry, username }: ToldLogin, quota: QuotaOutcome, needed: number): string {
  const proven = `The login of ${username} for ${registryName(registry)} works${quotaText(quota)}.`
  const scarce = quota.status === 'limited' && quota.remaining !== null && quota.remaining < needed
  const told = `The plan may need ${amount(needed)}: pods are recreated as far as the pulls go, and the rest waits for another fix.`
  return visible(scarce ? `${proven} ${told}` : proven)
}

function quotaText(quota: QuotaOutcome): string {
  if (quota.status === 'unlimited') return ', without a limit on pulls'
  if (quota.status !== 'limited' || quota.remaining === null) return ''
  const { remaining, limit, windowSeconds } = quota
  const window = windowSeconds === null ? '' : ` in ${windowText(windowSeconds)}`
  return `: ${amount(remaining)} of ${counted(limit, 'pull')}${window} left`
}

function windowText(seconds: number): string {
  return seconds % 3600 === 0 ? counted(seconds / 3600, 'hour') : counted(Math.round(seconds / 60), 'minute')
}

/** The login works and has nothing left to pull with. */
export function usedUpText({ registry, username }: ToldLogin, quota: QuotaOutcome): string {
  return visible(
    `The login of ${username} for ${registryName(registry)} works, but its own pulls are used up${quotaText(quota)}, so it would not help now. Nothing was changed: try again later, or log in with another account.`,
  )
}

/** A login of some hours ends as a pull secret, too. */
export function shortLivedText({ registry, username, origin }: ToldLogin): string {
  return visible(
    `The login of ${username} for ${registryName(registry)} (${origin}) ends within hours; pods made after that can't pull with it.`,
  )
}
