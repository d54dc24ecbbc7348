/** What a registry depends on, and what is switched off or overdue: its owner has to restore it, and no login changes that. */

import { firstMatch } from '../text/first-match.ts'

/**
 * `account`: an account, a namespace, or an organization, for any reason. `plan`: what 402 asks for, without a word of the reason.
 * `key`: the customer's own key, by which a registry encrypts what it stores.
 */
export type Lapse = 'billing' | 'api' | 'project' | 'subscription' | 'license' | 'account' | 'plan' | 'key'

const OFF = '(?:disabled|suspended|deactivated|closed|terminated|deleted|locked|inactive)'
const IS = '(?: ‹\\w+›)?(?: (?:is|was|has|have|are|been|currently))*'

/** What is suspended is the caller's login, so another one helps; `account` alone is the owner's. */
const LOGIN = `\\b(?:user|robot|token|key|login|credentials?)(?: account)?(?: \\S{1,80})?${IS}`

/** What gives each away, in lower case, in an error text with or without its names; the first that matches decides. */
const LAPSES: [Lapse, RegExp][] = [
  // Google's errors of Service Usage and Cloud Storage (cloud.google.com/service-infrastructure, cloud.google.com/storage/docs/xml-api/reference-status).
  [
    'billing',
    /\bbilling_disabled\b|\b(?:requires?|enable|configured|no|without) billing\b|\bbilling (?:account|is|has|to be)\b|\buserprojectaccountproblem\b|\bunpaid\b|\boverdue\b|\barrears?\b|\bout of credits?\b|\bspending limit\b/,
  ],
  [
    'api',
    /\bservice_disabled\b|\bapi (?:has not been used|is not enabled|is disabled)\b|\bplease enable (?:the )?(?:[\w‹›-]{1,30} ){1,5}(?:api|in cloud console)\b/,
  ],
  [
    'project',
    new RegExp(
      `\\bconsumer_(?:suspended|invalid)\\b|\\b(?:project|consumer)\\b(?: ['"#‹]?[\\w:#/.‹›-]{1,60}['"›]?)?${IS} (?:${OFF}|pending deletion|marked for deletion)\\b`,
    ),
  ],
  [
    'subscription',
    new RegExp(
      `\\b(?:subscription|plan)\\b(?: ['"‹]?[\\w.‹›-]{1,60}['"›]?)?${IS} (?:${OFF}|expired|not (?:active|registered|found))\\b|\\b(?:readonlydisabledsubscription|subscriptionnotfound|optinrequired)\\b|\\b(?:needs a|not) subscri(?:ption|bed) (?:for|to) (?:the |this )?service\\b`,
    ),
  ],
  // Azure and Google; AWS says of keys what an identity lacks.
  ['key', /\bkey ?vault\b|\bcustomer[- ]managed (?:encryption )?key\b|\bcmek\b|\bcloud kms key\b/],
  ['license', /\blicen[cs]e\b(?: \w+){0,6} (?:expired|invalid|not valid|exceeded)\b/],
  [
    'account',
    new RegExp(
      `\\bsuspended\\b(?<!${LOGIN} suspended)|\\b(?<!\\buser |\\brobot |\\bservice |\\bor your .{0,30})(?:account|namespace|organi[sz]ation|tenancy|tenant|registry instance)\\b(?: \\S{1,80})?${IS} (?:${OFF}|blocked|not active)\\b|\\bproblem with your (?:\\w+ )?account\\b`,
    ),
  ],
  // The second is GitHub's (yogeshojha/rengine#224).
  ['plan', /\bpayment (?:is )?required\b|\bbilling(?:[- ]related)? (?:error|status|problem|issue|failure)\b/],
]

/** What is switched off or overdue; null if the text shows nothing of the kind. @param words the text in lower case */
export function lapseIn(words: string): Lapse | null {
  return firstMatch(words, LAPSES)
}

/** Whether a text speaks of what belongs to the caller, whom another login would replace, and not of the image's owner. @param words in lower case */
export function isOfCaller(words: string): boolean {
  return /\byour (?:[\w-]+ ){0,3}(?:account|subscription|plan|organi[sz]ation|namespace)\b(?!['’]s| (?:admin|manager|owner|representative|team))/.test(
    words,
  )
}

/** How texts name a project: `project #123`, `project 123`, `project 'p'`, `project_number:123`, `projects/p`. */
const PROJECT = /\bproject(?:_number|_id|s)?(?: ?[#:=/] ?| ?(?=['"‘“])| (?=\d))['"‘“]?([a-z\d][\w.-]{2,62})/i

/** The project that a text names; null if it names none. */
export function projectIn(text: string): string | null {
  return PROJECT.exec(text)?.[1] ?? null
}
