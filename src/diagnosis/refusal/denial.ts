/** Why a registry refused: no login was sent, the login was refused, the account lacks permission, or the answer does not say. */

import { cloudOf } from '../../image/cloud-registries.ts'
import { isDockerHub } from '../../image/docker-hub.ts'
import { fullName, type Reference } from '../../image/reference.ts'
import { isFixedHost, isPublic, servesList } from '../../image/registries.ts'
import { NODE_LOGIN } from '../causes/auth-required-or-denied.ts'
import { isPage } from '../causes/registry-server-error.ts'
import { type Clue, cluesIf, cluesWith } from '../clues/clue.ts'
import { PLUGIN_FAILED } from '../credential/credential-provider.ts'
import type { CredentialStatus } from '../credential/credential-report.ts'
import type { DenialSubcause, Finding } from '../finding.ts'
import type { Endpoint } from '../text/endpoint.ts'
import { asksForToken } from '../text/pull-error.ts'
import { demandsLogin, demandsTerms, servedAt } from './access-demands.ts'
import { faultsLogin, GOOGLE, LAYER_REFUSED, provenIn, refusesLogin } from './denial-words.ts'
import { isOfCaller, lapseIn, projectIn } from './lapse.ts'

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

/** Object stores answer in XML, where proxies send a page. */
const OF_STORE = /<\?xml\b/i

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
  if (isOffList(refusal)) return 'policy'
  // A token server that has no such address did not judge a login.
  if (refusal.status === 404 && asksForToken(masked)) return 'unspecified'
  if (isOfOtherServer(text, refusal)) return 'unspecified'
  const proven = provenByText(masked, text)
  if (isOfAcrNetwork(refusal, proven)) return 'blocked'
  // The registry gave out the manifest, so neither the name nor a right to pull is missing.
  if (proven === null && LAYER_REFUSED.test(text) && (OF_STORE.test(text) || !isPage(masked)))
    return 'blocked'
  // A web page that gives no reason is not the registry's answer.
  if (proven === null && isPage(masked)) return 'unspecified'
  if (proven !== 'credential-refused') {
    const isForAnyone = reference !== null && isPublic(fullName(reference))
    if (demandsTerms(text) || (isForAnyone && demandsLogin(text)))
      return credential === 'usable' ? 'not-permitted' : 'no-credential-sent'
    if (isForAnyone) return refusalOfPublic(refusal, proven)
  }
  return proven === null ? byStatus(refusal) : asMeant(proven, refusal)
}

/** What the text alone proves. The words for a pull that leave open why it was refused say nothing of a login without one. */
function provenByText(masked: string, text: string): DenialSubcause | null {
  const proven = provenIn(masked)
  const isUndecided = proven === null || proven === 'denied-or-missing'
  return isUndecided && refusesLogin(text) ? 'credential-refused' : proven
}

/**
 * ACR answers 401 for a login or a role that is missing, and 403 where its network rules shut the caller out (learn.microsoft.com, "Fail to pull
 * images from Azure Container Registry to Azure Kubernetes Service cluster"). If it gives no reason, the words are the runtime's, which only say what was asked for.
 */
function isOfAcrNetwork({ text, status, reference, endpoint }: Refusal, proven: DenialSubcause | null) {
  const isAcr = cloudOf(reference?.registry ?? null) === 'acr' && endpoint?.role !== 'mirror'
  const ofRuntime = proven === null || proven === 'no-credential-sent' || proven === 'credential-refused'
  return isAcr && status === 403 && ofRuntime && isBareRefusal(text) && !isOfLayer(text)
}

/** Whether the host refused what is not on the list of images that it serves. */
export function isOffList({
  status,
  reference,
  endpoint,
}: Pick<Refusal, 'status' | 'reference' | 'endpoint'>) {
  return status === 403 && servesList(endpoint?.host ?? reference?.registry ?? '')
}

/**
 * Whether the answer demanded a user name and password (Basic authentication), as none of the well-known registries does, which only take tokens:
 * a mirror or a proxy answered, whose name the text does not have (k0sproject/k0s#5478).
 */
export function isOfOtherServer(
  text: string,
  { reference, endpoint }: Pick<Refusal, 'reference' | 'endpoint'>,
): boolean {
  const isKnown = reference !== null && isFixedHost(reference.registry)
  const isDemanded = /\bno basic auth credentials\b/i.test(text) && !OF_SNAPSHOTTER.test(text)
  return isKnown && endpoint?.role !== 'mirror' && isDemanded
}

/** A lazy snapshotter pulls by itself. */
const OF_SNAPSHOTTER = /\bfailed to prepare extraction snapshot\b/i

/** Whether the text ends with the status 403, without a reason. */
export function isBareRefusal(text: string): boolean {
  return /\b403(?: forbidden)?[\s"'`)\]}.,;]{0,8}$/i.test(text)
}

/** What the words mean at this registry, and for this login. */
function asMeant(proven: DenialSubcause, refusal: Refusal): DenialSubcause {
  const { masked, text, status, reference, endpoint, credential } = refusal
  const cloud = cloudOf(reference?.registry ?? null)
  const isCloud = cloud !== null
  // GitHub's registry names the scope to callers without a token, too (kedacore/http-add-on#48).
  const leavesOpen =
    (/\bmay not exist\b|\breqpackageaccess\b/.test(masked) && !GOOGLE.test(masked)) ||
    /\bread_package\b/i.test(text)
  if (proven === 'not-permitted' && leavesOpen && credential === 'none' && !isCloud)
    return 'denied-or-missing'
  // The cloud's token server knew the node's identity and did not allow it. Google's answers 401 to a login that it does not accept, and 403 where
  // the role is missing, or the repository (docs.cloud.google.com, Config Sync's troubleshooting: "denied ... (or it may not exist)").
  const expired = /\b(?:expired|reauthenticate)\b/.test(masked)
  // A mirror or another token server in between says nothing of what Google knows.
  const isOfGoogle = cloud === 'gar' && (endpoint === null || cloudOf(endpoint.host) === 'gar')
  const isKnown = isCloud && (credential !== 'usable' || isOfGoogle)
  if (proven === 'credential-refused' && status === 403 && isKnown && !expired) return 'not-permitted'
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
  return [
    ...cluesIf(faultsLogin(said), { code: 'faulted-login', robot: NO_ROBOT.test(said) }),
    ...cluesWith('own-reason', reason === null ? null : { text: reason }),
  ]
}

/** Quay, of a robot account that was deleted or has another token by now (quay/quay, data/model/user.py). */
const NO_ROBOT = /\bcould not find robot with (?:specified )?username\b/

/** What follows a registry's code of a refusal, the last one in the text. */
const MESSAGE = /^.*\b(?:denied|unauthori[sz]ed|forbidden|unauthenticated): (.*)$/is
/** An error document of the registry that the runtime shows whole. */
const NESTED = /^\{\\*"errors\\*":.{0,80}?\\*"message\\*":\s?\\*"([^"\\]{1,600})/is
/** Messages that only repeat the code. */
const REPEATED =
  /\b(?:unauthori[sz]ed to access|(?:authentication|authorization) (?:is )?required|requested (?:access to the )?resource|access (?:is |was )?(?:denied|forbidden)|not authori[sz]ed|permission denied|pull access|(?:repository|image|manifest|artifact|project|name) .{0,60}(?:not found|not exist|unknown))\b/i

/** The reason that the registry wrote for its refusal, if it says more than that it refuses; null without one. */
function ownReason(text: string): string | null {
  const answer = MESSAGE.exec(text)?.[1]?.replace(/(?<![\s"'}\])])[\s"'}\])]+$/, '') ?? ''
  const message = NESTED.exec(answer)?.[1] ?? answer
  const words = message.match(/(?<![\w‹/.:-])[a-z]{2,}(?![\w›/:-])/gi) ?? []
  return words.length < 4 || REPEATED.test(message) ? null : message
}

/** The refusal of an image that anyone can pull, as far as is known. */
function refusalOfPublic(refusal: Refusal, proven: DenialSubcause | null): DenialSubcause {
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
