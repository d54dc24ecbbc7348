/** Steps for refusals that no login of the pod ends: a blocked address or account, a rule around the registry, a registry's policy, a cache's own login. */

import { clueOf, hasClue } from '../diagnosis/clues/clue.ts'
import type { Finding } from '../diagnosis/finding.ts'
import { nodeServiceAt } from '../diagnosis/node/node-services.ts'
import { passedOnFrom, remoteRepositoryIn } from '../diagnosis/refusal/denial-words.ts'
import { cloudOf } from '../image/cloud-registries.ts'
import { isOfficial } from '../image/official-images.ts'
import { repositoryOf } from '../image/reference.ts'
import { isEntitled, isFixedHost, isOpenMirror, isPublic } from '../image/registries.ts'
import { isInCloud, stepsIf } from './conditions.ts'
import { answeringHost, ofMirror, pullByHand } from './host.ts'
import { loginSteps, seeWhy } from './login.ts'
import { checkNameSteps } from './name-steps.ts'
import { perhapsSpoiledByNode } from './refused-login.ts'
import type { Step, StepOf } from './step/step.ts'

/** Registries that give layers to anyone without a token. */
const WITHOUT_TOKEN = ['registry.k8s.io', 'mcr.microsoft.com']

/** Asks for the layer that was refused, if anyone can. */
function openLayer({ registry, evidence }: Finding, host: string): Step[] {
  if (registry === null || !WITHOUT_TOKEN.includes(registry)) return []
  const [path] =
    /\/v2\/[a-z0-9][a-z0-9._/-]{0,255}\/blobs\/sha256:[0-9a-f]{64}/.exec(evidence?.text ?? '') ?? []
  return path === undefined ? [] : [{ code: 'ask-layer', host, layer: `https://${host}${path}` }]
}

/** The steps if the registry, or a rule around it, lets neither this address nor this account in. */
export function blockedSteps(finding: Finding): Step[] {
  const { registry, endpoint, clues } = finding
  const isOfLayer = hasClue(clues, 'layer-refused') && (endpoint === null || endpoint.role === 'registry')
  // Errors of pause images may not name the image.
  if (registry === null)
    return isOfLayer
      ? [{ code: 'layer-refused', host: endpoint?.host ?? null }, { code: 'show-proxy' }]
      : [seeWhy('name')]
  const blocked: Blocked = { finding, registry, host: answeringHost(finding) ?? '' }
  return (
    ofLapse(blocked) ??
    (hasClue(clues, 'region') ? [OTHER_SOURCE, { code: 'use-cache' }] : null) ??
    ofPerimeter(blocked) ??
    ofStorage(blocked) ??
    (isOfLayer ? ofLayer(blocked) : ofAddress(blocked))
  )
}

interface Blocked {
  finding: Finding
  registry: string
  /** The host that answered. */
  host: string
}

const OTHER_SOURCE: Step = { code: 'use-other-source', why: 'blocked' }

function ofLapse({ finding: { clues }, registry }: Blocked): Step[] | null {
  const lapsed = clueOf(clues, 'lapsed')
  if (lapsed === undefined) return null
  const { what, project, ofCaller } = lapsed
  return [
    { code: 'restore-service', registry, what, project, ofCaller },
    { code: 'use-other-source', why: 'closed' },
  ]
}

function ofPerimeter({ finding: { clues }, host }: Blocked): Step[] | null {
  const refusal = clueOf(clues, 'perimeter')
  if (refusal === undefined) return null
  const { perimeter, id } = refusal
  // Copies would evade what the organization decided; a filter of web traffic only has to learn about the host.
  const isOfTraffic = perimeter === 'web-filter' || perimeter === 'web-firewall'
  return [{ code: 'pass-perimeter', perimeter, id, host }, ...stepsIf(isOfTraffic, OTHER_SOURCE)]
}

/** The storage host's answer proves that the nodes reach it. */
function ofStorage({ finding: { clues, endpoint }, host }: Blocked): Step[] | null {
  if (endpoint?.role !== 'storage') return null
  return [
    { code: 'storage-refused', host },
    { code: 'show-proxy' },
    ...stepsIf(hasClue(clues, 'windows-base'), { code: 'newer-base' }),
  ]
}

/** The manifest was given, so only the way to the layers is blocked. */
function ofLayer({ finding, registry, host }: Blocked): Step[] {
  return [
    // IBM Cloud's registries (cloud.ibm.com/docs/Registry, registry_quota and ts-app-image-pull).
    ...stepsIf(/(?:^|\.)icr\.io$/.test(registry) && !isEntitled(registry), { code: 'pull-quota' }),
    ...openLayer(finding, host),
    { code: 'layer-refused', host },
    // Its download hosts have failed so for everyone (k0sproject/k0s#3713).
    ...stepsIf(isFixedHost(host) && !WITHOUT_TOKEN.includes(registry), {
      code: 'status-page',
      host,
      registry,
      role: 'registry',
    }),
    { code: 'show-proxy' },
    OTHER_SOURCE,
  ]
}

/** The caller's address is blocked, or whoever answered does not say why. */
function ofAddress({ finding, registry, host }: Blocked): Step[] {
  const address = clueOf(finding.clues, 'caller-address')?.address ?? null
  const allow: Step = { code: 'allow-address', host, address, cloud: cloudOf(registry) }
  const test: Step = { code: 'test-connection', scheme: 'https', host, role: 'registry' }
  const isBare = hasClue(finding.clues, 'bare-refusal')
  const unblock: Step[] =
    isBare && cloudOf(registry) === 'acr'
      ? // Whether it is shut out, and which address is, depends on whether the name leads to a private endpoint.
        [allow, ...unidentifiedNodes(finding), { code: 'resolve-host', host }, { code: 'show-proxy' }]
      : isBare
        ? [
            { code: 'who-answered', host },
            ...stepsIf(host === registry, ...perhapsSpoiledByNode(finding)),
            { code: 'show-proxy' },
            allow,
          ]
        : [allow, test]
  return [...unblock, OTHER_SOURCE, ...stepsIf(isPublic(finding.reference), { code: 'use-cache' })]
}

/**
 * A request without a login shows that nodes of AKS have none, besides where they are (Azure/AKS#2000, MicrosoftDocs/azure-docs#83824). Where other
 * nodes pull the image with the same identity, their credential provider has only met the same refusal, as it gets the login from the registry.
 */
function unidentifiedNodes(finding: Finding): Step[] {
  const isAnonymous = /\banonymous\b/i.test(finding.evidence?.text ?? '')
  const isOfOthers = hasClue(finding.clues, 'runs-elsewhere')
  return stepsIf(
    isAnonymous && !isOfOthers && finding.credential.status !== 'usable' && isInCloud(finding, 'acr'),
    {
      code: 'check-provider',
      cloud: 'acr',
      sent: 'nothing',
      likely: true,
    },
  )
}

/** Harbor's words for an image without the signature that its project demands. */
const UNSIGNED =
  /\bimage is not signed (?:by|in) (?:cosign|notation|notary)\b|\bdoes(?:n't| not) pass (?:cosign|notation|notary) signature verification\b/i

/** The steps if the registry's own policy holds the image back, which only its administrators can change. */
export function policySteps(finding: Finding): Step[] {
  if (hasClue(finding.clues, 'served-list')) return unlistedSteps(finding)
  const scan = clueOf(finding.clues, 'unscanned')?.scan
  // No vulnerability is known yet that could be exempted, and another version needs a scan, too.
  if (scan !== undefined) return [{ code: 'finish-scan', scan, host: answeringHost(finding) ?? '' }]
  const host = answeringHost(finding)
  // A mirror may have the image in another repository, and another registry may pass these words on from Azure's.
  if (
    hasClue(finding.clues, 'locked-image') &&
    host !== null &&
    host === finding.registry &&
    cloudOf(host) === 'acr'
  )
    return [{ code: 'unlock-image', registry: host }]
  const known = (['storage-quota', 'vulnerabilities'] as const).find(code => hasClue(finding.clues, code))
  const about = known ?? (UNSIGNED.test(finding.evidence?.text ?? '') ? 'signature' : 'policy')
  return [
    { code: 'ask-registry-admin', about, host: answeringHost(finding) ?? '' },
    // A full quota holds back every version alike.
    ...stepsIf(about !== 'storage-quota', { code: 'use-other-source', why: 'policy' }),
  ]
}

/**
 * The steps for an image that is not on the list of those that a mirror or a registry serves: any other source has it. Where the text does not
 * say so, the name may be wrong, too, as no list has a misspelled one (DaoCloud/public-image-mirror#45622, #42559).
 */
function unlistedSteps(finding: Finding): Step[] {
  const said = clueOf(finding.clues, 'served-list')?.said === true
  const others = otherSources(finding)
  return said ? others : [...nameOffList(finding), ...others]
}

function nameOffList(finding: Finding): Step[] {
  if (isOfficial(finding.reference)) return []
  const typo = checkNameSteps(finding).filter(({ code }) => code === 'near-official')
  return [...typo, { code: 'check-name', how: 'plain' }]
}

function otherSources({ endpoint, registry }: Finding): Step[] {
  const host = (endpoint?.role === 'mirror' ? endpoint.host : registry) ?? ''
  const add: Step = { code: 'ask-registry-admin', about: 'list', host }
  return endpoint?.role === 'mirror' && registry !== null
    ? [{ code: 'mirror-settings', host, registry, about: 'list' }, add]
    : [{ code: 'use-other-source', why: 'blocked' }, add]
}

/** The steps if a cache's own login at its upstream was refused, or its upstream is not set up. */
export function upstreamSteps(finding: Finding): Step[] {
  const host = answeringHost(finding) ?? ''
  if (hasClue(finding.clues, 'upstream-blocked')) return [{ code: 'unblock-upstream', host }]
  const ofRule = cacheRuleSteps(finding, 'source', 'login')
  if (ofRule.length > 0) return ofRule
  const source = passedOnFrom(finding.evidence?.text ?? '')
  if (source !== null) return [{ code: 'upstream-login', host, kind: 'openshift', repository: source }]
  const setup = hasClue(finding.clues, 'upstream-setup')
  const isKeeper = nodeServiceAt({ host, role: 'registry' }) === 'kube-image-keeper'
  const kind = setup ? 'setup' : cloudOf(finding.registry) === 'ecr' ? 'ecr' : isKeeper ? 'of-pods' : 'other'
  const repository = remoteRepositoryIn(finding.evidence?.text ?? '')
  const name: Step = { code: 'check-name', how: 'plain' }
  // A valid login is refused as well, for an image that it may not pull or that is not there: token servers such as GitLab's refuse both.
  if (repository !== null) return [{ code: 'upstream-login', host, kind: 'other', repository }, name]
  const login: Step = { code: 'upstream-login', host, kind }
  if (setup) return [login]
  // Docker Hub refuses names that it does not have, such as that of an official image without library/.
  return kind === 'other' && repositoryOf(finding.reference).split('/').length === 2
    ? [name, login]
    : [login, name]
}

/**
 * The steps for a mirror, whose refusal only the mirror can end, or for a cache on the node's loopback: the pod's rights at the registry are not
 * known. Null if neither refused.
 */
export function refusingCache(finding: Finding): Step[] | null {
  const { endpoint, registry, subcause } = finding
  if (hasClue(finding.clues, 'basic-demanded') && registry !== null)
    return [{ code: 'mirror-settings', host: null, registry, about: 'basic' }, ...pullByHand(finding)]
  if (endpoint?.role !== 'mirror' || registry === null || subcause === 'policy' || subcause === 'upstream')
    // Such a cache asks its upstream with its own login, or with the pods', which the runtime does not send it.
    return hasClue(finding.clues, 'relays') && hasClue(finding.clues, 'loopback')
      ? upstreamSteps(finding)
      : null
  const { host } = endpoint
  const settings = ofMirror(finding, endpoint)
  // ECR has no log of it, and serves nobody without a login, which lasts for hours (bottlerocket-os/bottlerocket#2427).
  if (cloudOf(host) === 'ecr') return [{ code: 'name-at-mirror', host, registry }, ...settings]
  // It knows nodes by their certificates, not by logins.
  if (clueOf(finding.clues, 'peers-only')?.by === 'embedded-registry')
    return [...settings, { code: 'runtime-log' }]
  const looked: Step = { code: 'check-mirror', host, registry }
  if (isOpenMirror(host)) return [looked, ...settings]
  const sent = subcause === 'no-credential-sent' ? 'nothing' : 'unknown'
  const login: Step = { code: 'mirror-login', host, registry, sent }
  return [
    ...(sent === 'nothing' ? [login, looked] : [looked, login]),
    { code: 'upstream-login', host, kind: 'other' },
    ...settings,
    ...loginSteps(finding, 'missing'),
  ]
}

/** What to look at in the rule by which Azure Container Registry fetches the image; nothing if the text names none. */
export function cacheRuleSteps(
  { registry, clues }: Finding,
  ...about: StepOf<'cache-rule'>['about'][]
): StepOf<'cache-rule'>[] {
  const failed = clueOf(clues, 'cache-rule')
  if (failed === undefined || registry === null) return []
  const { rule, source } = failed
  return about.map(each => ({ code: 'cache-rule', about: each, registry, rule, source }))
}
