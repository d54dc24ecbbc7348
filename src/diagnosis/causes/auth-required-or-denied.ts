/** The registry refused the request, perhaps to hide that the image does not exist. Also credentials that the kubelet could not read. */

import { CLOUD_HOSTS } from '../../image/cloud-registries.ts'
import type { Clue } from '../clues/clue.ts'
import type { Cause, DenialSubcause } from '../finding.ts'
import { demandsTerms, servedAt } from '../refusal/access-demands.ts'
import { provenIn } from '../refusal/denial-words.ts'
import { lapseIn } from '../refusal/lapse.ts'
import { type PullError, parsePullErrors } from '../text/pull-error.ts'
import { type CauseRule, ruleOf } from './cause-rule.ts'

/** 402 and 451 refuse the account or the country. 412 is not about a credential. */
const REFUSALS = [401, 402, 403, 451]
/** A token server's statuses for a repository that it gives no token for; 405 means a wrong or broken endpoint. */
const UNANSWERED = [404, 400]
/** Reasons of a registry's own policy, which runtimes show without the status: Harbor's for signatures and for what a proxy project may fetch, and ACR's for a lock. */
const OWN_POLICY =
  /\bimage is not signed (?:by|in) (?:cosign|notation|notary)\b|\bdoes not match project repository filter\b|\boperation is disallowed on this registry\b/

/** A token server's status that refuses the repository. A 405 does so only with a reason: Quay's, for a namespace that is disabled. */
function refusesToken(error: PullError): boolean {
  const { status, masked } = error
  if (status === null || lacksRepository(error)) return false
  return UNANSWERED.includes(status) || (status === 405 && /\bdenied\b/.test(masked))
}

/** The registry of the image, where containerd names no host in its answer (before 1.7.3). */
const RESOLVED = /\bfailed to resolve reference "([^\s"/]{1,255})\//i

/**
 * Whether Google's token server has no such repository: unlike others, it looks for the repository before it gives a token, and answers 404 to
 * callers with and without a login (seen on GKE 1.36). A login that it does not accept is a 401, and a missing role a 403.
 */
export function lacksRepository({ status, forToken, hosts, text }: PullError): boolean {
  const [asked = RESOLVED.exec(text)?.[1] ?? ''] = hosts
  return forToken && status === 404 && CLOUD_HOSTS.gar.test(asked)
}

export const refusedStatus: CauseRule<'auth-required-or-denied'> = {
  cause: 'auth-required-or-denied',
  matches: error =>
    (error.status !== null && REFUSALS.includes(error.status)) ||
    (error.forToken && refusesToken(error)) ||
    OWN_POLICY.test(error.masked),
}

export const refused = ruleOf(
  'auth-required-or-denied',
  /\bunauthori[sz]ed\b|\bunauthenticated\b|\bforbidden\b/,
  // "permission denied" that does not go on with for, on, or to is about a file on the node.
  /(?<!\bpermission )\bdenied\b|\bpermission denied (?:for|on|to)\b/,
  /\bauthentication (?:is )?(?:required|failed|error)\b|\bauthorization (?:is )?(?:required|failed)\b/,
  /\bnot (?:authori[sz]ed|authenticated|allowed access)\b|\bno pull access\b|\blogged in\b|\blogin (?:required|failed)\b/,
  // containerd, of a registry that wants a token and does not say for what (core/remotes/docker/auth/fetch.go).
  /\bno scope specified for token auth challenge\b/,
  /\bno basic auth credentials\b|\bno credentials (?:found|available|provided)\b/,
  /\binsufficient[_ ]scopes?\b|\baccess[_ ]?denied(?:exception)?\b|\bpermission_denied\b|\binvalid_(?:grant|client|token)\b/,
  /\b(?:incorrect|invalid|wrong|bad|expired) (?:user ?name|username\/password|credentials?|password|token|login|authorization)\b/,
  /\btoken (?:has |is )?(?:been )?(?:expired|invalid|revoked)\b|\breauthenticate\b/,
  /\b(?:do|does) ?(?:not|n't) have (?:\S+ ){0,3}(?:permissions?|access)\b|\bno permissions?\b|\bmissing permissions?\b/,
  /\bmay require\b|\brequires? (?:authentication|authorization|login)\b/,
  /\bconnectivity_refresh_token_error\b|\bproject_?policy_?violation\b|\bcannot be pulled due to configured policy\b/,
  // Artifactory's Xray, and Harbor before 2.0.
  /\bdownload blocking policy\b|\bseverity of vulnerability of the image\b/,
  // AWS, for a wrong or expired key.
  /\bsecurity token included in the request is (?:invalid|expired)\b/,
  // Azure Container Instances.
  /\bis not accessible\. please check the image and registry credential\b/,
  // Google, for a key that was pasted incompletely, and a general one.
  /\bunable to parse json key\b|\bcredentials (?:provided )?are (?:not valid|invalid|incorrect|expired)\b/,
)

/**
 * The registry gives its images only at another host, or to accounts that accepted its terms, or says that what it depends on is switched off,
 * without a word of a refusal: `unknown: Namespace acme has been disabled` of Quay.
 */
export const conditional: CauseRule<'auth-required-or-denied'> = {
  cause: 'auth-required-or-denied',
  matches: ({ text, masked }) =>
    servedAt(text, null) !== null || demandsTerms(text) || lapseIn(masked) !== null,
}

/** What the kubelet puts before an error: of a pull, of its waiting state, or of a sync (before 1.6). */
const OPENING =
  '(?:failed to pull image "[^"]*": |back-off pulling image "[^"]*": |error syncing pod, skipping: |failed to "startcontainer" for "[^"]*" with errimagepull: "?|errimagepull: "?)*'

/**
 * The kubelet's own error for a pull secret that it can't read (credentialprovider: Go's errors for JSON and base64, with nothing of a
 * runtime before them), or its names for what it reads there. A web page is not a pull secret: a runtime got it.
 */
export const UNREADABLE_SECRET = new RegExp(
  `^${OPENING}(?:json: cannot unmarshal |invalid character (?!'<')|unexpected end of json input|illegal base64 data|unable to parse auth field)|\\bcannot unmarshal .{0,80}\\b(?:dockerconfig(?:json|entry\\w*)?)\\b`,
  'i',
)

/** The runtime's own file of logins can't be read (containers/image, pkg/docker/config). */
export const NODE_LOGIN =
  /\bgetting username and password: .{0,200}\b(?:reading json file|unmarshaling json at)\b/

/** Judged before the broken answers of a registry, which Go describes in the same words. */
export const unreadableSecret: CauseRule<'auth-required-or-denied'> = {
  cause: 'auth-required-or-denied',
  matches: ({ grpc, text, masked }) =>
    (grpc === null && UNREADABLE_SECRET.test(text)) || NODE_LOGIN.test(masked),
}

/** A virtual kubelet's words for a pull secret that it can't use (azure-aci, provider/aci.go); it stops at the first one. */
export const UNUSABLE_SECRET =
  /\bimage pull secret\b|\bdocker(?:cfg|configjson)\b.{0,20} in secret\b|\bin auth config for server\b/

/** The kubelet could not run its credential provider, so no registry was asked; its reason may have the words of any other cause. */
export const providerFailed = ruleOf(
  'auth-required-or-denied',
  /\berror execing credential provider plugin\b/,
)

/** No registry was contacted: the kubelet (credentialprovider) can't read a pull secret, or a helper returns no credential. */
export const unreadableCredentials = ruleOf(
  'auth-required-or-denied',
  /\billegal base64 data\b|\bunable to parse auth field\b|\bunable to (?:decode|parse) .{0,20}dockercfg\b/,
  /\b(?:error|failed|failure) (?:getting|to get) credentials?\b|\bunable to retrieve (?:credentials|(?:\w+ )?registry auth)\b|\binvalid client secret\b/,
  UNUSABLE_SECRET,
  // The same, of a secret that does not exist.
  /^secrets? \S{1,260} not found$/,
  // A line break in a user name or a password.
  /\binvalid header field value\b/,
)

/** Causes that only an attempt which was authorized can have. */
const AUTHORIZED: readonly Cause[] = [
  'corrupt-or-unpack',
  'disk-full',
  'platform-mismatch',
  'unsupported-manifest',
  'signature-policy',
  'image-not-found',
]

/** The clue that another attempt of the same pull, such as with another login, was answered with a server error. */
export function failedOtherwise(text: string, cause: Cause): Clue[] {
  if (cause !== 'auth-required-or-denied') return []
  const status = parsePullErrors(text).attempts.find(attempt => (attempt.status ?? 0) >= 500)?.status
  return status === undefined || status === null ? [] : [{ code: 'failed-otherwise', status }]
}

/** Refusals of the image, which a registry has for a login that it did not refuse. */
const OF_IMAGE: readonly (DenialSubcause | null)[] = ['denied-or-missing', 'not-permitted']

/**
 * The clue that one of several logins was refused: the kubelet tries the next one after a failed attempt, and reports all attempts. It tries the
 * pod's before the node's, so only the first is surely the pod's.
 */
export function passedOver(text: string, cause: Cause): Clue[] {
  const { attempts } = parsePullErrors(text)
  if (cause === 'auth-required-or-denied') return refusedBeside(attempts)
  if (!AUTHORIZED.includes(cause)) return []
  const [first, ...others] = attempts.map(({ status }) => status)
  return (first === 401 || first === 403) && others.length > 0
    ? [{ code: 'login-passed-over', status: first, places: [0], of: attempts.length }]
    : []
}

/** A token server may say so of a good login, too, whose account may not pull the image (GitHub's does). */
const TOKEN_FORBIDDEN = /\bfetch oauth token\b.{0,400}(?:\b403 forbidden\b|\bdenied: denied\b)/i

/** Some of the logins were refused themselves, and others only this image. */
function refusedBeside(attempts: readonly PullError[]): Clue[] {
  const answers = attempts.map(({ masked }) => (TOKEN_FORBIDDEN.test(masked) ? null : provenIn(masked)))
  const places = answers.flatMap((answer, place) => (answer === 'credential-refused' ? [place] : []))
  if (places.length === 0 || !answers.some(answer => OF_IMAGE.includes(answer))) return []
  const status = attempts[places[0] ?? 0]?.status ?? 401
  return [{ code: 'login-passed-over', status, places, of: attempts.length }]
}
