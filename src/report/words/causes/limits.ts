/** The words of pulls that were too many: a registry's limit, and the kubelet's own. */

import type { RateLimitSubcause } from '../../../diagnosis/finding.ts'
import { RegistryName, registryName, WhoAnswered, whoAnswered } from '../hosts.ts'
import type { CauseWords, Told } from '../told.ts'

type Sentence = (told: Told) => string

/** Whose limit it is: a mirror's or a token server's answer is its own. */
const whose = ({ findings: [first] }: Told) =>
  first.endpoint?.role === 'mirror' ? whoAnswered(first) : registryName(first.registry)

const TITLE: Record<RateLimitSubcause, Sentence> = {
  anonymous: ({ findings: [{ registry, endpoint }] }) =>
    `${RegistryName(registry)}'s limit for anonymous pulls is used up${endpoint?.role === 'mirror' ? ` (answered through ${endpoint.host})` : ''}`,
  account: ({ findings: [{ registry }] }) =>
    `${RegistryName(registry)}'s pull limit of the account is used up`,
  abuse: ({ findings: [first] }) => `${WhoAnswered(first)} got too many requests at once`,
  unspecified: told =>
    told.findings[0].endpoint?.role === 'mirror'
      ? `${WhoAnswered(told.findings[0])} refuses: it got too many requests, or its upstream limits it`
      : `${RegistryName(told.findings[0].registry)}'s pull rate limit is used up`,
}

const MEANING: Record<RateLimitSubcause, Sentence> = {
  anonymous: ({ findings: [{ registry }] }) =>
    `Anonymous pulls are limited per IP address, shared with everyone behind it. ${RegistryName(registry)} refuses more until the limit resets.`,
  account: ({ findings: [{ registry }] }) =>
    `${RegistryName(registry)} accepted the login and counts too many pulls of its account; it refuses more until the limit resets.`,
  abuse: told =>
    `${WhoAnswered(told.findings[0])} slows down an address that asks too often, whoever is logged in; it clears within minutes once the requests stop.`,
  unspecified: told =>
    told.findings[0].endpoint?.role === 'mirror'
      ? `The limit is the one of the mirror or of its own upstream login, shared by all nodes behind it; the pods' logins don't matter.`
      : `${RegistryName(told.findings[0].registry)} counts too many pulls, requests, or bytes and refuses more until its limit resets.`,
}

const subcauseOf = ({ findings: [{ subcause }] }: Told) => (subcause ?? 'unspecified') as RateLimitSubcause

export const rateLimited: CauseWords = {
  tellsCredential: true,
  short: told =>
    subcauseOf(told) === 'unspecified' && told.findings[0].endpoint?.role === 'mirror'
      ? `the limit of ${whose(told)}`
      : `${registryName(told.findings[0].registry)}'s rate limit`,
  title: told => TITLE[subcauseOf(told)](told),
  meaning: told => MEANING[subcauseOf(told)](told),
}

export const kubeletQps: CauseWords = {
  short: () => "the kubelet's own throttle",
  title: () => 'The kubelet throttles its own pulls (pull QPS exceeded)',
  meaning: () =>
    'Too many pods start on the node at once for the kubelet; no registry refused anything, and it clears by itself.',
}
