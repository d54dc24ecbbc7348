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
  /** The web filter, as its block page names it; absent if it names none. */
  product?: string
}

/** The web filters whose block pages name them, in lower case. */
const FILTERS: [string, RegExp][] = [
  ['Zscaler', /\bzscaler\b/],
  ['FortiGuard', /\bforti(?:guard|net|gate)\b/],
  ['Palo Alto Networks', /\bpalo alto networks\b/],
  ['Cisco Umbrella', /\bcisco umbrella\b|\bopendns\b/],
  ['Forcepoint', /\bforcepoint\b|\bwebsense\b/],
  ['Sophos', /\bsophos\b/],
  ['Netskope', /\bnetskope\b/],
  ['Blue Coat', /\bblue ?coat\b/],
  ['Skyhigh', /\bskyhigh (?:security|secure web gateway)\b|\bmcafee web gateway\b/],
  ['Barracuda', /\bbarracuda (?:networks|web)\b/],
]

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
  // Block pages without a name, such as Palo Alto's, and Squid's refusal.
  [
    'web-filter',
    new RegExp(
      [
        ...FILTERS.map(([, { source }]) => source),
        '\\bweb page blocked\\b|\\bweb filter violation\\b|\\baccess control configuration prevents your request\\b',
      ].join('|'),
    ),
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
  const words = text.toLowerCase()
  const perimeter = perimeterIn(words)
  if (perimeter === null) return null
  const filter = perimeter === 'web-filter' ? FILTERS.find(([, pattern]) => pattern.test(words)) : undefined
  const id = IDENTIFIER.exec(text)?.[1]?.replace(/\.$/, '') ?? null
  return { perimeter, id, ...(filter && { product: filter[0] }) }
}
