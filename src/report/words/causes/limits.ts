/** The words of pulls that were too many: a registry's limit, and the kubelet's own. */

import type { Finding, RateLimitSubcause } from '../../../diagnosis/finding.ts'
import { fixCommand, loginCommand, loginFixCommand } from '../commands.ts'
import { outOfReachSteps } from '../out-of-reach.ts'
import { type CauseWords, RegistryName, registryName, type Step, type Told } from '../told.ts'

const TITLE: Record<RateLimitSubcause, (registry: string | null) => string> = {
  anonymous: registry => `${RegistryName(registry)}'s limit for anonymous pulls is used up`,
  account: registry => `${RegistryName(registry)}'s pull limit of the account is used up`,
  abuse: registry => `${RegistryName(registry)} got too many requests at once`,
  unspecified: registry => `${RegistryName(registry)}'s pull rate limit is used up`,
}

const MEANING: Record<RateLimitSubcause, (registry: string | null) => string> = {
  anonymous: registry =>
    `Pulls without a credential share one limit with everybody behind the same address; ${registryName(registry)} refuses until some of it is free again.`,
  account: registry =>
    `${RegistryName(registry)} accepted the credential and counts too many pulls of its account; it refuses until some are free again.`,
  abuse: registry =>
    `${RegistryName(registry)} slows down an address that asks too often, whoever is logged in; it clears within minutes once the requests stop.`,
  unspecified: registry =>
    `${RegistryName(registry)} counts too many pulls, requests or bytes and refuses until its window has passed.`,
}

export const rateLimited: CauseWords = {
  tellsCredential: true,
  short: ({ findings: [{ registry }] }) => `${registryName(registry)}'s rate limit`,
  title: ({ findings: [first] }) => TITLE[first.subcause ?? 'unspecified'](first.registry),
  meaning: ({ findings: [first] }) => MEANING[first.subcause ?? 'unspecified'](first.registry),
  next: told => {
    // Bursts are counted by address, so that no login helps.
    if (told.findings[0].subcause === 'abuse') return [PATIENCE, ...sparingSteps(told)]
    const [first, ...rest] = [...credentialSteps(told), ...sparingSteps(told)]
    return first === undefined ? [PATIENCE] : [first, ...rest]
  },
}

const PATIENCE: Step = {
  say: 'Wait some minutes: the kubelet tries again by itself; start fewer new pods at once, or put a mirror in between',
}

function credentialSteps({ program, findings }: Told): Step[] {
  const [{ subcause, registry }] = findings
  const steps: Step[] = []
  const missing = having(findings, 'authenticate')
  if (missing.length > 0) {
    const say =
      subcause === 'account'
        ? `Use an account with a higher limit (\`${loginCommand(registry)}\` first)`
        : `Give the pods this machine's login for ${registryName(registry)} (\`${loginCommand(registry)}\` first), so that its own limit counts`
    steps.push({ say, command: loginFixCommand(program, missing) })
  }
  const older = having(findings, 'recreate')
  if (older.length > 0) {
    const say = 'Recreate the pods: they are older than the credential that new ones would get'
    steps.push({ say, command: loginFixCommand(program, older) })
  }
  return [...steps, ...outOfReachSteps(findings)]
}

/** At most one more way, for who has no credential or no quota left. */
function sparingSteps({ program, findings }: Told): Step[] {
  const elsewhere = having(findings, 'replace-registry')
  if (elsewhere.length === 0) return []
  const official = elsewhere.filter(({ reference }) => reference?.startsWith('docker.io/library/'))
  if (official.length === 0) return []
  const flags = '--replace-registry docker.io=public.ecr.aws/docker'
  return [
    { say: 'Or take official images from another registry', command: fixCommand(program, official, flags) },
  ]
}

function having(findings: readonly Finding[], remedy: Finding['remedies'][number]): Finding[] {
  return findings.filter(({ remedies }) => remedies.includes(remedy))
}

export const kubeletQps: CauseWords = {
  short: () => "the kubelet's own throttle",
  title: () => 'The kubelet itself holds back pulls (pull QPS exceeded)',
  meaning: () =>
    'Too many pods start on the node at once for the kubelet; no registry refused anything, and it clears by itself.',
  next: () => [
    { say: 'Wait a minute: the kubelet goes on by itself' },
    {
      say: "If it keeps happening, raise registryPullQPS (5) and registryBurst (10) in the kubelet's configuration",
    },
  ],
}
