/**
 * The words of what refuses a pull besides its login and the rules around a registry: what no login ends, a reason in the registry's own
 * sentence, and what fails before the registry is asked.
 */

import type { AdvisedFinding } from '../../../advice/add-steps.ts'
import { clueOf, hasClue } from '../../../diagnosis/clues/clue.ts'
import type { DenialSubcause, Finding } from '../../../diagnosis/finding.ts'
import { cloudOf } from '../../../image/cloud-registries.ts'
import { DOCKER_HUB } from '../../../image/docker-hub.ts'
import { isLocal } from '../../../image/host.ts'
import { isOfficial } from '../../../image/official-images.ts'
import { PROVIDER_FAILED } from '../../../image/pull-messages.ts'
import { clip } from '../../screen/layout.ts'
import { type CauseContext, leads, type Sentence } from '../cause-words.ts'
import { capitalize, registryLabel, responderLabel } from '../nouns.ts'
import { lapseMeaning, lapseText } from './lapses.ts'

/** Refusals that no login of the pod ends. */
type Closed = Extract<DenialSubcause, 'blocked' | 'policy' | 'upstream'>

/** Whether the refusal gives no reason, and the host is known for such a list. */
const isPerhapsUnlisted = ({ clues }: Pick<Finding, 'clues'>) => clueOf(clues, 'served-list')?.said === false

const isOfStorage = ({ endpoint }: Pick<Finding, 'endpoint'>) => endpoint?.role === 'storage'

/** Whether nodes that have an identity at the registry's cloud asked without a login. */
function isPerhapsAddress({ steps }: AdvisedFinding): boolean {
  return steps.some(({ code }) => code === 'check-provider')
}

/** Whether no reason is given, and other nodes pulled the image the same way, so that their identity is not what is missing. */
function isOfSomeNodes({ clues }: Pick<Finding, 'clues'>): boolean {
  return hasClue(clues, 'runs-elsewhere') && hasClue(clues, 'bare-refusal')
}

/** Whether no reason is given, and it is not known who answered: ACR's own rules refuse so. */
function isOfAnyone({ steps }: AdvisedFinding): boolean {
  return steps.some(({ code }) => code === 'who-answered')
}

/** Whether OpenShift's registry was refused, where it has neither cache rules nor remote repositories. */
function isOfOpenShift({ steps }: AdvisedFinding): boolean {
  return steps.some(step => step.code === 'upstream-login' && step.kind === 'openshift')
}

export const CLOSED_TITLE: Record<Closed, Sentence> = {
  blocked: [
    [isOfStorage, { does: 'refused to deliver a layer' }],
    ['layer-refused', { does: "served the image's manifest, but a layer was refused" }],
    [
      'lapsed',
      first => `${capitalize(responderLabel(first))} does not serve this image: ${lapseText(first)}`,
    ],
    [
      first => isPerhapsAddress(first) || isOfSomeNodes(first),
      { does: 'refused the pull, most likely because of the address that it came from' },
    ],
    [isOfAnyone, { does: 'refused the pull without a reason' }],
    { does: 'does not let this address pull' },
  ],
  policy: [
    [isPerhapsUnlisted, { does: 'refused the pull, and serves only the images on its list' }],
    ['served-list', { does: 'serves only the images on its list, and this one is not on it' }],
    ['unscanned', { does: 'serves this image only after a scan, of which it has no result yet' }],
    [leads('unlock-image'), { does: 'does not allow pulls of this image: it is locked, or in quarantine' }],
    ['storage-quota', first => `The owner's storage quota at ${responderLabel(first)} is used up`],
    first => `A policy of ${responderLabel(first)} blocks this image`,
  ],
  upstream: [
    ['upstream-setup', { does: 'is a cache whose upstream repository is not set up properly' }],
    ['upstream-blocked', { does: 'is a cache that has blocked its upstream registry' }],
    { does: 'is a cache, and its upstream registry refused its request' },
  ],
}

export const CLOSED_MEANING: Record<Closed, Sentence> = {
  blocked: [
    ['region', 'The registry does not serve this country or region. No login changes that.'],
    ['lapsed', lapseMeaning],
    [
      isOfStorage,
      'The registry allowed the pull and redirected the node to the host that stores the layers, which refused it: because of a rule of that storage, or because an address that was signed for a short time has expired. The login is not the problem.',
    ],
    [
      'layer-refused',
      'Registries redirect to other hosts for layers, so one of those may have refused, or a proxy or firewall on the way: neither the name nor the login is the problem.',
    ],
    [
      isPerhapsAddress,
      'Most likely, a firewall or network rule of the registry refused the request, as it answers 401 where only a role is missing. But the request had no login, so the nodes lack theirs too, unless everyone may pull there.',
    ],
    [
      isOfSomeNodes,
      'Most likely, a firewall or network rule of the registry refused the request because of the address that it came from: the image runs on other nodes without another login.',
    ],
    [
      mayBeSpoiled,
      ({ registry }) =>
        `Either a firewall, network rule, or address restriction refused the request, or the node itself sends a login that has expired, with which ${registryLabel(registry)} refuses even public images.`,
    ],
    [
      isOfAnyone,
      'Most likely, a firewall, network rule, or address restriction refused the request, and no login changes that.',
    ],
    'A firewall, network rule, or address restriction of the registry refused the request before any login was checked, so no login changes that.',
  ],
  policy: [
    ['served-list', 'Neither a login nor a role changes that.'],
    [
      'storage-quota',
      'The registry has to store something for this pull, such as what a proxy organization fetches, and refuses; this is neither a limit on pulls nor a problem with the login.',
    ],
    [
      leads('unlock-image'),
      'An image or its repository can be locked against reading there, and a new image can be held back until it is released. The login is not the problem.',
    ],
    [
      'unscanned',
      "The registry's policy withholds images until a scan has a result. That doesn't show that anything is wrong with this one, and the login is not the problem.",
    ],
    'The registry itself (its vulnerability, signature, or quarantine policy) refuses to serve this image; the login is not the problem.',
  ],
  upstream: [
    [
      'upstream-setup',
      {
        does: 'has to fetch the image from an upstream registry (a remote or proxy repository), and says that this is not configured properly; the login of the nodes and pods is not involved.',
      },
    ],
    [
      'upstream-blocked',
      {
        does: 'does not ask the registry behind its proxy repository at the moment; the login of the nodes and pods is not involved.',
      },
    ],
    [
      isOfOpenShift,
      {
        does: 'fetches the image from an upstream registry with logins of its own (those of the cluster and of the image stream), and was refused there; the login of the nodes and pods is not involved.',
      },
    ],
    {
      does: 'fetches the image from an upstream registry with its own login (that of the pull-through cache rule or remote repository), and was refused there; the login of the nodes and pods is not involved.',
    },
  ],
}

/** The most characters of a registry's own sentence that a report quotes outside the evidence. */
const MAX_QUOTE = 200

/** Returns the registry's own sentence in quotation marks. */
function quotedReason(reason: string): string {
  return `"${clip(reason, MAX_QUOTE)}"`
}

/** Returns what a refusal with such a sentence means. */
export function ownReasonMeaning({ clues }: Pick<Finding, 'clues'>): string {
  const reason = clueOf(clues, 'own-reason')?.text ?? ''
  return `It answered: ${quotedReason(reason)}. Whether a login or another name helps depends on that.`
}

/** Returns what to read, as in "Read …". */
export function reasonToHeed({ registry, reason }: { registry: string; reason: string }): string {
  return `what ${registryLabel(registry)} answered, and ask its administrators if that is not clear: ${quotedReason(reason)}`
}

/** Whether the registry is at the node's own loopback. */
export function isAtNode({ registry }: Pick<Finding, 'registry'>): boolean {
  return registry !== null && isLocal(registry)
}

export const AT_NODE =
  'That address is the node itself, where a registry, a cache, or the agent of one answered: it requires a login, was refused by its own upstream, or does not have the image; the answer does not say which.'

/** Whether a login was sent and the answer is only that access is forbidden, with no word of an identity or a permission. */
export function isUnexplained({ credential, evidence, clues }: Finding): boolean {
  const says = /permission|privilege|\brole\b|scope|not authorized to perform|no pull access/i
  return credential.status === 'usable' && !hasClue(clues, 'caller') && !says.test(evidence?.text ?? '')
}

/** Whether nothing shows that a login was sent: Google's registries answer 403 to a pull without one, too. */
export function isUnidentified({ registry, credential, clues }: Finding): boolean {
  const isKnown = credential.ofNode === true || hasClue(clues, 'caller')
  return cloudOf(registry) === 'gar' && credential.status !== 'usable' && !isKnown
}

export const UNIDENTIFIED =
  "No login was sent, the identity that asked isn't allowed to pull from this repository, or the repository does not exist: the answer does not say which."

/** Whether it may be a login of the node that the registry refuses, as the pod has none. */
export function mayBeSpoiled({ steps }: CauseContext['findings'][0]): boolean {
  return steps.some(step => step.code === 'node-login' && step.perhaps)
}

/** Returns what a refusal means that may be of such a login. */
export function spoiledMeaning({ registry }: Pick<Finding, 'registry'>): string {
  return `The image is private or does not exist, or the node itself sends a login that has expired: ${registryLabel(registry)} gives the same answer for all three, and refuses even public images to such a login.`
}

/** Whether the image is an official one, or one of the node's distribution: anyone can pull it from Docker Hub. */
export function isOpenImage({ reference, steps }: AdvisedFinding): boolean {
  return isOfficial(reference) || steps.some(({ code }) => code === 'existing-official')
}

export function openTitle({ reference, registry }: AdvisedFinding): string {
  const what = isOfficial(reference) ? 'an official image' : "an image of the node's distribution"
  return `${registryLabel(registry)} refused ${what}, which anyone can pull`
}

export const OPEN_MEANING =
  'Docker Hub does not refuse such images, unless its token server has a fault: it was asked for another name, or something else answered in its place, such as a mirror that rewrites names.'

/** Returns what a refusal means where everything is public. */
export function publicMeaning({ registry }: Pick<Finding, 'registry'>): string {
  return registry === DOCKER_HUB
    ? 'Official images are public, so a refusal means that no image has this name.'
    : 'Everything there is public, so the name is wrong, not the login.'
}

/** Returns why the registry was not asked: what the node's plugin says. */
export function providerMeaning({ clues }: Pick<Finding, 'clues'>): string {
  const { reason, problem } = clueOf(clues, 'provider-reason') ?? {}
  return problem === 'program'
    ? `The kubelet gets logins from a program on the node, which could not be run, so the registry was not asked. The reason: "${reason}".`
    : `The plugin on the node that fetches logins failed, so the registry was not asked${reason === undefined ? '.' : `. Its reason: "${reason}".`}`
}

/** Returns what a failed plugin means for the registry. */
export function providerTitle({ registry, clues }: Pick<Finding, 'registry' | 'clues'>): string {
  return clueOf(clues, 'provider-reason')?.problem === 'program'
    ? `The credential provider on the node for ${registryLabel(registry)} could not be run`
    : `A credential provider or helper on the node has no login for ${registryLabel(registry)}`
}

/** Whether Azure Container Instances could not get the image for the pod, for whatever reason. */
export function isInaccessible({ evidence }: Pick<Finding, 'evidence'>): boolean {
  return /\bcheck the image and registry credential\b/i.test(evidence?.text ?? '')
}

export const INACCESSIBLE =
  "The image does not exist under this name, needs a login that the pod's pull secrets don't have, or its registry does not let Azure's addresses pull: the answer is the same for all three."

/** Whether the pull did not begin, because of a pull secret. */
export function isUnasked({
  clues,
  reason,
  evidence,
}: Pick<Finding, 'clues' | 'reason' | 'evidence'>): boolean {
  const isOfProvider = reason === PROVIDER_FAILED && !isInaccessible({ evidence })
  return isOfProvider || hasClue(clues, 'unreadable-secret')
}

export const UNASKED =
  "All pull secrets of a pod are read before its images are pulled, and one of them does not exist or can't be read."

export const UNREAD_LOGINS =
  "The runtime looks in that file for a login where the pod has none, and it can't read the file or what is in it; no registry was asked."

/** Returns what is not allowed; other pods that run the image show that it exists. */
export function notAllowed(finding: Finding): string {
  const isThere = hasClue(finding.clues, 'runs-elsewhere')
  if (isUnexplained(finding))
    return `The account or token in the pull secret isn't allowed to pull from this repository (or no longer is), or ${isThere ? 'the image was removed since other pods pulled it' : 'the repository does not exist'}: the answer does not say which.`
  return `The registry knows the identity that asked, and that identity isn't allowed to pull from this repository${isThere ? '' : ' (or the repository does not exist)'}.`
}
