/** Why a registry refused: no login was sent, the login was refused, the account lacks permission, or the answer does not say. */

import { isDockerHub } from '../image/docker-hub.ts'
import { fullName, type Reference } from '../image/reference.ts'
import { cloudOf, isPublic } from '../image/registries.ts'
import { demandsLogin, demandsTerms, servedAt } from './access-demands.ts'
import { OF_CACHE_RULE } from './cache-rule.ts'
import { NODE_LOGIN } from './causes/auth-required-or-denied.ts'
import { isPage, UPSTREAM_BLOCKED } from './causes/registry-server-error.ts'
import type { Clue } from './clue.ts'
import { PLUGIN_FAILED } from './credential-provider.ts'
import type { Endpoint } from './endpoint.ts'
import type { CredentialStatus, DenialSubcause, Finding } from './finding.ts'
import { isOfCaller, lapseIn, projectIn } from './lapse.ts'
import { perimeterIn } from './perimeter.ts'

/** The facts of one refusal. */
export interface Refusal {
  /** The runtime's text without names (see maskNames). */
  masked: string
  /** The text with its names. */
  text: string
  status: number | null
  reference: Reference | null
  endpoint: Endpoint | null
  credential: CredentialStatus
}

/** Google's registries know the account, and that it lacks the role; whatever wraps their words. */
const GOOGLE = /\bpermission \\{0,3}["'`‹]?[\w.]*›?\\{0,3}["'`]? denied on resource\b/i
const AWS = /\bUser: arn:\S{1,200} is not authorized to perform\b/i

/** Whether a cloud names the identity that it refuses (AWS) or the permission that this lacks (Google); to anonymous requests both answer otherwise. */
export function knewIdentity(text: string): boolean {
  return AWS.test(text) || GOOGLE.test(text)
}

/** What a login consists of, and who it is of. */
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

/** What containers/image and Docker write of a blob that was refused, after the manifest was read; neither names the host. */
export const LAYER_REFUSED =
  /\b(?:(?:reading|fetching) (?:partial |config )?blob|error pulling image configuration|download failed after attempts=\d+)\b.{0,200}\b403\b/is

/** Object stores answer in XML, where proxies send a page. */
const OF_STORE = /<\?xml\b/i

/** What proves that a request had no login, by the words of runtimes and registries in a masked text. */
export const NOTHING_SENT =
  /\bunauthenticated\b(?!: user cannot be authenticated)|\banonymous(?:ly)?\b|\bno basic auth credentials\b|\bno credentials (?:found|available|provided)\b|\bnot logged in\b/

/** A cache's own words for a remote (proxy) repository without a proper upstream. */
export const UPSTREAM_NOT_SET_UP = /\bupstream (?:repository|registry) is not configured\b/i

/** A host that serves only the images on a list, as public mirrors in China do (DaoCloud/public-image-mirror#2328). */
export const UNLISTED =
  /\b(?:image|repo(?:sitory)?|artifact|namespace)\b.{0,30}\bnot (?:in|on) (?:the |our |its |an? )?(?:allow|white)[ -]?list\b|不在白名单/i

/** What the text alone proves; the first pattern that matches decides. */
const PATTERNS: [DenialSubcause, RegExp][] = [
  [
    'upstream',
    /\b(?:authentication|authorization|login|credentials?)\b.{0,40}\bupstream\b|\bupstream\b.{0,80}\b(?:unauthori[sz]ed|authentication|denied|credential|forbidden)|\bhttp status code: 40[13], body\b/,
  ],
  ['upstream', UPSTREAM_NOT_SET_UP],
  ['upstream', OF_CACHE_RULE],
  ['upstream', UPSTREAM_BLOCKED],
  [
    'blocked',
    /\bnot allowed access\b|\bfirewall\b|\bexport control|\bembargo|\bsanction|\bnot available in your\b|\byour (?:location|country|region)\b|\blegal reasons\b|\bip allow list\b|\byour ip address is not (?:permitted|allowed)\b|\bip (?:address )?(?:‹name› )?(?:is |has been )?(?:not allowed|blocked|denied|banned|restricted)|\bblocked by (?:network|ip|geo)|\bnetwork (?:rule|access) |\bpublic (?:network )?access is (?:disabled|not permitted|not allowed)|\bauthorizationfailure\b|\bnot authorized to perform this operation\b|\b(?:private (?:link|endpoint)|vpc) (?:endpoint )?(?:is )?(?:required|only)/,
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
    /\btoken has insufficient scopes?\b|\bpermission_?denied\b|\bpermission [‹"'`]?\S{1,80} denied\b|\bnot authorized to perform\b|(?<!\bdoes not exist or )\bno pull access\b|(?<!\bunauthenticated requests )\b(?:do|does) ?(?:not|n't) have (?:\S+ ){0,4}(?:permissions?|access|role)\b|\bno permissions?\b|\bmissing permissions?\b|\baccessdeniedexception\b|\binsufficient (?:permissions?|privileges?)\b|\bcannot get (?:resource )?\S{0,10}imagestreams?\b|\brequires? [^:]{0,40}\b(?:role|permission|scope)\b|\brepository polic|\bread_package\b/,
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

/** Whether the text is about a layer, which is asked for with the token that the manifest was read with. */
export function isOfLayer(text: string): boolean {
  return /\/v2\/[^\s"?]{1,300}\/blobs\/sha256:/.test(text) || LAYER_REFUSED.test(text)
}

/**
 * The subcause of a refusal: from the text if a pattern matches, else from the status and the pod's credential. Never claims more than
 * they prove: a 401 does not show whether the image exists.
 */
export function denialOf(refusal: Refusal): DenialSubcause {
  const { masked, text, reference, credential } = refusal
  if (servedAt(text, reference?.registry ?? null) !== null) return 'policy'
  // The kubelet's plugin failed, so no registry was asked.
  if (PLUGIN_FAILED.test(masked)) return 'no-credential-sent'
  // No registry was asked, not even one that is open to all.
  if (NODE_LOGIN.test(masked)) return 'unspecified'
  const proven = provenIn(masked)
  if (isOfAcrNetwork(refusal, proven)) return 'blocked'
  // The registry gave out the manifest, so neither the name nor a right to pull is missing.
  if (proven === undefined && LAYER_REFUSED.test(text) && (OF_STORE.test(text) || !isPage(masked)))
    return 'blocked'
  // A web page that gives no reason is not the registry's answer.
  if (proven === undefined && isPage(masked)) return 'unspecified'
  if (proven !== 'credential-refused') {
    const open = reference !== null && isPublic(fullName(reference))
    if (demandsTerms(text) || (open && demandsLogin(text)))
      return credential === 'usable' ? 'not-permitted' : 'no-credential-sent'
    if (open) return closedToAll(refusal, proven)
  }
  return proven === undefined ? byStatus(refusal) : asMeant(proven, refusal)
}

/**
 * ACR answers 401 for a login or a role that is missing, and 403 where its network rules shut the caller out (learn.microsoft.com, "Fail to pull
 * images from Azure Container Registry to Azure Kubernetes Service cluster"). Without words of its own, the runtime's only say what it asked for.
 */
function isOfAcrNetwork({ text, status, reference, endpoint }: Refusal, proven: DenialSubcause | undefined) {
  const isAcr = cloudOf(reference?.registry ?? null) === 'acr' && endpoint?.role !== 'mirror'
  const ofRuntime = proven === undefined || proven === 'no-credential-sent' || proven === 'credential-refused'
  return isAcr && status === 403 && ofRuntime && isBareRefusal(text) && !isOfLayer(text)
}

/** Whether the text ends with the status 403, without a reason. */
export function isBareRefusal(text: string): boolean {
  return /\b403(?: forbidden)?[\s"'`)\]}.,;]{0,8}$/i.test(text)
}

/** What the words mean at this registry, and for this login. */
function asMeant(proven: DenialSubcause, { masked, status, reference, credential }: Refusal): DenialSubcause {
  const isCloud = cloudOf(reference?.registry ?? null) !== null
  const leavesOpen = /\bmay not exist\b|\breqpackageaccess\b/.test(masked) && !GOOGLE.test(masked)
  if (proven === 'not-permitted' && leavesOpen && credential === 'none' && !isCloud)
    return 'denied-or-missing'
  // The cloud's token server knew the node's identity and did not allow it.
  const expired = /\b(?:expired|reauthenticate)\b/.test(masked)
  if (proven === 'credential-refused' && status === 403 && credential !== 'usable' && isCloud && !expired)
    return 'not-permitted'
  return proven
}

/** The HTTP status, and the image's registry. */
interface Asked {
  status: number | null
  registry: string | null
}

/** The reason of a refusal in the registry's words: what is switched off, or a reason that is not known. 402 asks for a payment. */
export function refusalClues(words: string, text: string, { status, registry }: Asked): Clue[] {
  const said = words.toLowerCase()
  const what = lapseIn(said) ?? (status === 402 ? 'plan' : null)
  // NGC serves images by the entitlements of the account whose key it gets (docs.nvidia.com/ngc), and gives no other 402.
  const ofCaller = isOfCaller(said) || (status === 402 && registry === 'nvcr.io')
  if (what !== null) return [{ code: 'lapsed', what, project: projectIn(text), ofCaller }]
  const reason = ownReason(text)
  return reason === null ? [] : [{ code: 'own-reason', text: reason }]
}

/** What the text alone proves; undefined if it proves nothing. */
function provenIn(masked: string): DenialSubcause | undefined {
  if (perimeterIn(masked) !== null) return 'blocked'
  const found = PATTERNS.find(([, pattern]) => pattern.test(masked))?.[0]
  // What is switched off at the upstream of a cache is the upstream's.
  return found !== 'upstream' && lapseIn(masked) !== null ? 'blocked' : found
}

/** What follows a registry's code of a refusal, the last one in the text. */
const MESSAGE = /^.*\b(?:denied|unauthori[sz]ed|forbidden|unauthenticated): (.*)$/is
/** Messages that only repeat the code. */
const REPEATED =
  /\b(?:unauthori[sz]ed to access|authentication (?:is )?required|requested (?:access to the )?resource|access (?:is |was )?(?:denied|forbidden)|not authori[sz]ed|permission denied|pull access|(?:repository|image|manifest|artifact|project|name) .{0,60}(?:not found|not exist|unknown))\b/i

/** The reason that the registry wrote for its refusal, if it says more than that it refuses; null without one. */
function ownReason(text: string): string | null {
  const message = MESSAGE.exec(text)?.[1]?.replace(/(?<![\s"'}\])])[\s"'}\])]+$/, '') ?? ''
  const words = message.match(/(?<![\w‹/.:-])[a-z]{2,}(?![\w›/:-])/gi) ?? []
  return words.length < 4 || REPEATED.test(message) ? null : message
}

function closedToAll(refusal: Refusal, proven: DenialSubcause | undefined): DenialSubcause {
  const { status, endpoint, reference, credential } = refusal
  if (proven === 'blocked' || proven === 'policy' || proven === 'upstream') return proven
  // Its logins last for 12 hours, and it answers 403 to one that has expired (awslabs/eksdemo#68; docs.aws.amazon.com/AmazonECR, public-troubleshooting).
  const isExpired = reference?.registry === 'public.ecr.aws' && credential === 'usable'
  if (status === 403 && isExpired && endpoint?.role === 'registry') return 'credential-refused'
  // 403 comes from a firewall; Docker Hub itself answers 401 for a name that does not exist.
  return status === 403 && endpoint?.role !== 'mirror' ? 'blocked' : 'denied-or-missing'
}

/** From the status and the place: 403 means a known account; 401 shows neither whether a login was sent nor whether the image exists. */
function byStatus({ masked, text, status, reference, endpoint, credential }: Refusal): DenialSubcause {
  const registry = reference?.registry ?? null
  if (ownReason(masked) !== null) return 'unspecified'
  if (status === 402 || status === 451) return 'blocked'
  if (status === 403) {
    // No login is sent with this first request, so none was judged (containers/image).
    if (/\bpinging (?:container|docker) registry\b/.test(masked)) return 'blocked'
    if (endpoint?.role === 'storage' || (endpoint?.role === 'registry' && isOfLayer(text))) return 'blocked'
    if (credential === 'usable' || cloudOf(registry) !== null) return 'not-permitted'
    // Docker Hub answers 401 for an image that is private or does not exist.
    return endpoint?.role === 'registry' && isDockerHub(registry ?? '') ? 'blocked' : 'denied-or-missing'
  }
  if (status === 401) return 'denied-or-missing'
  if (/\bforbidden\b/.test(masked)) return credential === 'usable' ? 'not-permitted' : 'denied-or-missing'
  return /\bunauthori[sz]ed\b|\bdenied\b|\bauthentication required\b|\bauthorization required\b/.test(masked)
    ? 'denied-or-missing'
    : 'unspecified'
}

/**
 * Whether anyone can pull the image, as far as is known: everything at its registry is public, and the registry did not say that this
 * repository needs a login.
 */
export function isOpenToAll({ reference, subcause }: Pick<Finding, 'reference' | 'subcause'>): boolean {
  return isPublic(reference) && subcause !== 'no-credential-sent' && subcause !== 'not-permitted'
}
