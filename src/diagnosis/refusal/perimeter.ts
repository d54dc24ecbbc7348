/** Rules around a registry that refuse a request before the registry looks at the login or the image: a cloud's perimeter, an organization's policy, a web firewall. */

import { firstMatch } from '../text/first-match.ts'

/** Whose rule refused, and so who can allow the request. `web-filter`: on the nodes' side; `web-firewall`: on the registry's. */
export type Perimeter =
  | 'vpc-service-controls'
  | 'conditional-access'
  | 'organization-policy'
  | 'web-filter'
  | 'web-firewall'

/** A refusal by such a rule. */
export interface PerimeterRefusal {
  perimeter: Perimeter
  /** The number under which the log of the rule's owner shows the refusal, as the text names it; null if it names none. */
  id: string | null
}

/** What gives each away, in lower case, in an error text or a web page; the first that matches decides. */
const PERIMETERS: [Perimeter, RegExp][] = [
  // Google's words are the same for every service behind a perimeter (cloud.google.com/vpc-service-controls/docs/troubleshooting).
  [
    'vpc-service-controls',
    /\bvpcservicecontrolsuniqueid|\bvpc service controls\b|\bsecurity_policy_violated\b|\bnetwork security perimeter\b/,
  ],
  // Microsoft Entra's errors of conditional access, and IBM Cloud's context-based restrictions.
  ['conditional-access', /\baadsts5300\d\b|\bconditional access polic|\bcontext-based restriction/],
  [
    'organization-policy',
    /\b(?:prohibited|denied|blocked|disallowed|forbidden|restricted|not allowed) by (?:the |your |an? )?(?:org|organi[sz]ation(?:al|'s)?|compan(?:y|y's)|corporate|enterprise)(?: \w+)? polic|\bdisallowed ?by ?policy\b|\bdisallowed by organi[sz]ation's\b|\b(?:registry|image) access management\b/,
  ],
  // The block pages of Zscaler, FortiGuard, Palo Alto, Cisco Umbrella, Forcepoint, and Sophos, and Squid's refusal.
  [
    'web-filter',
    /\bzscaler\b|\bfortiguard\b|\bfortinet\b|\bweb page blocked\b|\bweb filter violation\b|\bcisco umbrella\b|\bforcepoint\b|\bsophos\b|\baccess control configuration prevents your request\b/,
  ],
  // Those of F5, Imperva, Cloudflare, CloudFront, Akamai, and Azure's gateways.
  [
    'web-firewall',
    /\bthe requested url was rejected\b|\bincapsula incident\b|\byou have been blocked\b|\battention required! \| cloudflare\b|\berror code: 10(?:0[678]|1[02]|20)\b|\brequest blocked\b|\bedgesuite\b|\bblocked by (?:the |a )?(?:web application firewall|waf)\b|\bmicrosoft-azure-application-gateway\b/,
  ],
]

/** The perimeter whose rule refused; null if the text shows none. @param words the text in lower case */
export function perimeterIn(words: string): Perimeter | null {
  return firstMatch(words, PERIMETERS)
}

const IDENTIFIER =
  /\b(?:vpcservicecontrolsuniqueid(?:entifier)?|support id(?: is)?|incident id|ray id|trace id|correlation id|request id|reference)[\s:#"'=]{1,6}(?:<[^>]{1,80}>\s{0,4})?([\w.-]{6,120}={0,2})/i

/** The refusal by a rule around the registry, with its number; null if the text shows none. */
export function perimeterRefusal(text: string): PerimeterRefusal | null {
  const perimeter = perimeterIn(text.toLowerCase())
  return perimeter === null ? null : { perimeter, id: IDENTIFIER.exec(text)?.[1]?.replace(/\.$/, '') ?? null }
}
