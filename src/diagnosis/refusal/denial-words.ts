/** The words by which refusals are told apart: what a text alone proves about why a registry refused. */

import { OF_CACHE_RULE } from '../cache-rule.ts'
import { UPSTREAM_BLOCKED } from '../causes/registry-server-error.ts'
import type { DenialSubcause } from '../finding.ts'
import { DOWNLOADING } from '../text/download-host.ts'
import { firstMatch } from '../text/first-match.ts'
import { parsePullErrors } from '../text/pull-error.ts'
import { lapseIn } from './lapse.ts'
import { perimeterIn } from './perimeter.ts'

/** Google's registries know the account, and that it lacks the role; whatever wraps their words. */
export const GOOGLE = /\bpermission \\{0,3}["'`‹]?[\w.]*›?\\{0,3}["'`]? denied on resource\b/i
const AWS = /\bUser: arn:\S{1,200} is not authorized to perform\b/i

/** Whether a cloud names the identity that it refuses (AWS) or the permission that it lacks (Google); both answer anonymous requests otherwise. */
export function knewIdentity(text: string): boolean {
  return AWS.test(text) || GOOGLE.test(text)
}

/** What a login consists of, and whose it is. */
const LOGIN =
  '(?:credentials?|passwords?|user ?names?|logins?|(?:\\w+ )?tokens?|api ?keys?|(?:access|secret|service account|json) keys?|client secrets?(?: keys?)?|(?:robot|service|user) accounts?)'
const IS =
  "(?:(?: ‹\\w+›| that| you| we| was| were| is| are| has| have| been| provided| supplied| given| entered| used| sent| no longer| does| do| did| could| can|n't| not| for app ‹\\w+›)*)"
/** A name after the noun, in quotes or not. */
const NAME = `(?: ['"‹]?[\\w$+.‹›-]{1,80}['"›]?)?`
const FAULT =
  '(?:invalid|(?<=\\b(?:not|longer) )(?:valid|correct|active|accepted|recogni[sz]ed|authenticated|verified|match)|incorrect|wrong|expired|revoked|rejected|malformed|disabled|deactivated|suspended|deleted|locked|unknown)'

/** A registry's own sentence about the login that it got: it is wrong, expired, or revoked, or nobody has it. */
const REFUSED_LOGIN = new RegExp(
  [
    `\\b(?:${LOGIN}|(?:this|the|your) (?:user|robot))${NAME}${IS} ${FAULT}\\b`,
    `\\b(?:incorrect|invalid|wrong|bad|expired|unknown|revoked|malformed|unrecogni[sz]ed) (?:or (?:bad|invalid|unknown|expired|missing|wrong) )?(?:\\w+ )?${LOGIN}\\b`,
    "\\b(?:could|can)(?: not|n't|not) (?:find|verify|validate|authenticate|decode|parse) (?:the |this |your )?(?:robot|user|service account|account|json key|credentials?|(?:\\w+ )?token)\\b",
    '\\b(?:unable|failed) to (?:find|verify|validate|authenticate|parse) (?:the |this |your )?(?:robot|user|service account|json key|credentials?|access token|api key)\\b',
    '\\b(?:user|robot|service account|api key|access key|(?:access|deploy|robot) token)(?: account)?(?: [\'"‹]?[\\w$+.‹›-]{1,80}[\'"›]?)? (?:was |is |could |does )?(?:not (?:found|exist|be found)|unknown)\\b',
    `\\b(?:user|robot)${NAME}(?: owner${NAME})? (?:is|was|has been) (?:\\w+ )?(?:locked|disabled|deactivated|suspended|inactive)\\b`,
    // Microsoft Entra's errors of a login; those of conditional access are judged before.
    '\\baadsts\\d{5,7}\\b|\\btoken failed (?:verification|validation)\\b|\\bno such (?:user|robot|account|token)\\b',
  ].join('|'),
)

/**
 * A login that Docker tried by itself, with no repository in the request: it answers a refusal of the first request of a pull, to the same address,
 * by asking for a token. Clients that quote the registry's JSON may not.
 */
const LOGIN_ATTEMPT =
  /\bget \\*"?https?:\/\/[^\s"\\/]{1,255}\/v[12]\/\\*"?: (?:denied|unauthori[sz]ed)\b(?!: \{)|\blogin attempt to \S{1,300} failed with status: 40[13]\b/i

/** Whether it was a login that was refused, not a pull. @param text with its names */
export function refusesLogin(text: string): boolean {
  return LOGIN_ATTEMPT.test(text)
}

/** Words that runtimes and registries have for other refusals, too: CRI-O for any 401, and IBM Cloud. */
export const AMBIGUOUS =
  /unable to retrieve auth token: invalid username\/password|login credentials are not valid, or your ibm cloud account/i

/** Whether the text says of the login itself that it is wrong, expired, or revoked, or that nobody has it. @param said in lower case */
export function faultsLogin(said: string): boolean {
  return REFUSED_LOGIN.test(said.split(AMBIGUOUS).join(''))
}

/** What containers/image and Docker write of a blob that was refused, after the manifest was read; neither names the host. */
export const LAYER_REFUSED = new RegExp(String.raw`${DOWNLOADING}.{0,200}\b403\b`, 'is')

/** What proves that a request had no login, by the words of runtimes and registries in a masked text. */
const NOTHING_SENT =
  /\bunauthenticated\b(?!: user cannot be authenticated)|\banonymous(?:ly)?\b|\bno basic auth credentials\b|\bno credentials (?:found|available|provided)\b|\bnot logged in\b/

/** Whether every attempt in the text was made without a login. With several credentials, a single such attempt proves nothing. */
export function reportsNoCredentialSent(text: string): boolean {
  return parsePullErrors(text).attempts.every(({ masked }) => NOTHING_SENT.test(masked))
}

/** How containerd asks a token server for a token if it has a login, and only then; without one, it writes "anonymous token" (core/remotes/docker/authorizer.go). */
export const WITH_LOGIN = /\bfailed to fetch oauth token\b/i

/** A cache's own words for a remote (proxy) repository without a proper upstream. */
export const UPSTREAM_NOT_SET_UP = /\bupstream (?:repository|registry) is not configured\b/i

/**
 * A cache's own login at its upstream was refused. Artifactory's words (as Chainguard's documentation quotes them), those of GitLab's dependency
 * proxy (request_token_service.rb), and of Artifact Registry's remote repositories (hashicorp/terraform-provider-google#17589).
 */
const UPSTREAM_LOGIN =
  /\b(?:username\/password|credentials?|token) configured for remote (?:docker )?repository\b|\bexpected 200 response code for an access token\b|\b(?:unauthori[sz]ed|forbidden) error returned by the external repository\b/

/** The repository of Artifactory whose login at its upstream was refused; null if the text names none. */
export function remoteRepositoryIn(text: string): string | null {
  return (
    /\bconfigured for Remote (?:Docker )?repository: ([\w.-]{1,100}?)(?=[:,;.]?(?:\s|$))/i.exec(text)?.[1] ??
    null
  )
}

/** The repository from which OpenShift's registry wanted to fetch an image that it does not have itself (openshift/image-registry, pkg/errors); null if the text names none. */
export function passedOnFrom(text: string): string | null {
  return (
    /\bunable to pull manifest from ([\w.-]{1,253}(?::\d{1,5})?\/[\w./-]{1,300}?)(?:[@:]\S{1,200})?:? /i.exec(
      text,
    )?.[1] ?? null
  )
}

/** A host that serves only the images on a list, as public mirrors in China do (DaoCloud/public-image-mirror#2328). */
export const UNLISTED =
  /\b(?:image|repo(?:sitory)?|artifact|namespace)\b.{0,30}\bnot (?:in|on) (?:the |our |its |an? )?(?:allow|white)[ -]?list\b|不在白名单/i

/** GitHub's words to the token of a workflow or an app, which is one of its installation. */
export const INSTALLATION = /\binstallation not allowed to\b/i

/** The first pattern that matches decides. */
const PATTERNS: [DenialSubcause, RegExp][] = [
  [
    'upstream',
    /\b(?:authentication|authorization|login|credentials?)\b.{0,40}\bupstream\b|\bupstream\b.{0,80}\b(?:unauthori[sz]ed|authentication|denied|credential|forbidden)|\bhttp status code: 40[13], body\b/,
  ],
  ['upstream', UPSTREAM_LOGIN],
  // OpenShift's registry, which has logins of its own for that.
  [
    'upstream',
    /\bunable to pull manifest from .{1,400}\b(?:unauthori[sz]ed|denied|forbidden|authentication required|no basic auth credentials)\b/,
  ],
  ['upstream', UPSTREAM_NOT_SET_UP],
  ['upstream', OF_CACHE_RULE],
  ['upstream', UPSTREAM_BLOCKED],
  [
    'blocked',
    /\bnot allowed access\b|\bfirewall\b|\bexport control|\bembargo|\bsanction|\bnot available in your\b|\byour (?:location|country|region)\b|\blegal reasons\b|\bip allow list\b|\byour ip address is not (?:permitted|allowed)\b|\bip (?:address )?(?:‹name› )?(?:is |has been )?(?:not allowed|blocked|denied|banned|restricted)|\bblocked by (?:network|ip|geo)|\bnetwork (?:rule|access) |\bpublic (?:network )?access is (?:disabled|not permitted|not allowed)|\bauthorizationfailure\b|\brequest is not authorized to perform this operation\b|\b(?:private (?:link|endpoint)|vpc) (?:endpoint )?(?:is )?(?:required|only)/,
  ],
  [
    'policy',
    /\bvulnerabilit|\bconfigured policy\b|\bproject_?policy_?violation\b|\bquarantine|\bxray\b|\bquota has been exceeded on namespace\b|\bstorage quota\b|\bblocked by (?:a |the )?(?:\w+ )?(?:policy|curation)|\bcuration\b|\bnot (?:been )?scanned\b|\bpending scan\b|\bis not signed\b|\bnot signed in\b|\bpolicy (?:check|violation)|\bdownload blocking\b|\bimmutab|\bproject repository filter\b|\boperation is disallowed on this\b/,
  ],
  ['policy', UNLISTED],
  ['not-permitted', GOOGLE],
  // Docker Hub knows the token (docs.docker.com/security/access-tokens); other registries say so of an anonymous one, too.
  ['not-permitted', /\b(?:access )?token has insufficient scopes?\b/],
  // Gitea and Forgejo know the account, and that it has no access to the owner's packages (go-gitea/gitea#33732).
  ['not-permitted', /\breqpackageaccess\b/],
  // GHCR knows the app or the workflow whose token it got (actions/runner#1039).
  ['not-permitted', INSTALLATION],
  // GHCR and GitLab know the account behind the token, and what it lacks.
  [
    'not-permitted',
    /\bdoes not match (?:the )?expected scopes?\b|\bsaml (?:enforcement|sso)\b|\bfetch oauth token\b.{0,400}\baccess forbidden\b/,
  ],
  // Container Registry says so to anonymous requests, too (arrikto/oidc-authservice#127, kubernetes-sigs/promo-tools#632).
  ['denied-or-missing', /\byou may have invalid credentials\b/],
  [
    'credential-refused',
    /\bfetch oauth token\b(?!.{0,400}\b5\d\d\b)|\b(?:incorrect|invalid|wrong|bad) (?:user ?name|username\/password|password|credentials?|login|token|authorization)\b|\b(?:token|credentials?|password|login) (?:has |have |is |are )?(?:been )?(?:expired|invalid|revoked)\b|\bexpired (?:token|credential|password|login)|\breauthenticate\b|\bhttp basic: access denied\b|\bunable to retrieve auth token: invalid\b|\bauthentication failed\b|\binvalid_(?:grant|client|token)\b|\bconnectivity_refresh_token_error\b|\binvalid client(?: ?id or client)? secret\b|\bcannot be authenticated with the token\b|\bsecurity token included in the request is (?:invalid|expired)\b|\bpersonal access token\b|\bmfa\b|\btwo-factor\b/,
  ],
  ['credential-refused', REFUSED_LOGIN],
  [
    'not-permitted',
    /\btoken has insufficient scopes?\b|\bpermission_?denied\b|\bpermission [‹"'`]?\S{1,80} denied\b|\bnot authorized to perform\b(?! this operation: server returned)|(?<!\bdoes not exist or )\bno pull access\b|(?<!\bunauthenticated requests )\b(?:do|does) ?(?:not|n't) have (?:\S+ ){0,4}(?:permissions?|access|role)\b|\bno permissions?\b|\bmissing permissions?\b|\baccessdeniedexception\b|\binsufficient (?:permissions?|privileges?)\b|\bcannot get (?:resource )?\S{0,10}imagestreams?\b|\brequires? [^:]{0,40}\b(?:role|permission|scope)\b|\brepository polic|\bread_package\b/,
  ],
  ['no-credential-sent', NOTHING_SENT],
  [
    'no-credential-sent',
    /\byou may not login yet\b|\bmust (?:be logged in|authenticate|log ?in)\b|\bplease (?:log ?in|authenticate)\b|\blogin required\b|\bauthorize header needed\b/,
  ],
  [
    'denied-or-missing',
    /\brepository does not exist or may require\b|\bdoes not exist or no pull access\b|\bmay require\b|\binsufficient[_ ]scope|\brequested access to the resource is (?:denied|not authorized)|\baccess to the (?:requested )?resource is (?:denied|not authorized)|\bmay not exist\b|\bpull access denied\b|\bcheck the image and registry credential\b/,
  ],
]

/** What the text alone proves; null if it proves nothing. */
export function provenIn(masked: string): DenialSubcause | null {
  if (perimeterIn(masked) !== null) return 'blocked'
  const found = firstMatch(masked, PATTERNS)
  // What is switched off at the upstream of a cache is the upstream's.
  return found !== 'upstream' && lapseIn(masked) !== null ? 'blocked' : found
}
