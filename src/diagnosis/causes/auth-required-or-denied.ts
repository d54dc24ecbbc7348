/** The registry refused this identity, or hides whether the image exists. Also credentials that the kubelet could not read. */

import { type CauseRule, FITS, ruleOf } from './cause-rule.ts'

/** 402 and 451 refuse the account or the country. A bare 412 says nothing of a credential. */
const REFUSALS = [401, 402, 403, 451]
/** What a token server says of a repository that it does not give out; 405 is a wrong or broken endpoint. */
const UNANSWERED = [404, 400]

export const refusedStatus: CauseRule = {
  cause: 'auth-required-or-denied',
  judge: ({ status, forToken }) =>
    status !== null && (REFUSALS.includes(status) || (forToken && UNANSWERED.includes(status))) ? FITS : null,
}

export const refused = ruleOf(
  'auth-required-or-denied',
  /\bunauthori[sz]ed\b|\bunauthenticated\b|\bforbidden\b/,
  // Without a word on what was asked for, "permission denied" is a file's on the node.
  /(?<!\bpermission )\bdenied\b|\bpermission denied (?:for|on|to)\b/,
  /\bauthentication (?:is )?(?:required|failed|error)\b|\bauthorization (?:is )?(?:required|failed)\b/,
  /\bnot (?:authori[sz]ed|authenticated|allowed access)\b|\bno pull access\b|\blogged in\b|\blogin (?:required|failed)\b/,
  /\bno basic auth credentials\b|\bno credentials (?:found|available|provided)\b/,
  /\binsufficient[_ ]scopes?\b|\baccess[_ ]?denied(?:exception)?\b|\bpermission_denied\b|\binvalid_(?:grant|client|token)\b/,
  /\b(?:incorrect|invalid|wrong|bad|expired) (?:user ?name|username\/password|credentials?|password|token|login|authorization)\b/,
  /\btoken (?:has |is )?(?:been )?(?:expired|invalid|revoked)\b|\breauthenticate\b/,
  /\b(?:do|does) ?(?:not|n't) have (?:\S+ ){0,3}(?:permissions?|access)\b|\bno permissions?\b|\bmissing permissions?\b/,
  /\bmay require\b|\brequires? (?:authentication|authorization|login)\b/,
  /\bconnectivity_refresh_token_error\b|\bproject_?policy_?violation\b|\bcannot be pulled due to configured policy\b/,
)

/** Nobody was asked: the kubelet (credentialprovider) can't read a pull secret, or a helper gives no credential. */
export const unreadableCredentials = ruleOf(
  'auth-required-or-denied',
  /\billegal base64 data\b|\bunable to parse auth field\b|\bunable to (?:decode|parse) .{0,20}dockercfg\b/,
  /\b(?:error|failed|failure) (?:getting|to get) credentials?\b|\bunable to retrieve (?:credentials|(?:\w+ )?registry auth)\b|\binvalid client secret\b/,
  // A line break in a user name or a password.
  /\binvalid header field value\b/,
)
