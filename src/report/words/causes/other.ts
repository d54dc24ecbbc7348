/** The words of canceled pulls, and of pulls whose reason is none of the causes. */

import { clueOf, hasClue } from '../../../diagnosis/clues/clue.ts'
import type { Finding } from '../../../diagnosis/finding.ts'
import { isContainerRegistry } from '../../../image/cloud-registries.ts'
import { isSilent } from '../../../image/pull-messages.ts'
import { type CauseWords, type FirstFinding, isOfMirror, leads } from '../cause-words.ts'
import { minuteOf } from '../duration.ts'
import { onNode, releaseOf } from '../node/node.ts'
import { dockerClient } from '../node/node-settings.ts'
import { capitalize, registryLabel, responderLabel } from '../nouns.ts'
import { isOfRuntime, lostMeaning, lostTitle } from './connection.ts'
import { isAtLimit } from './unpacking.ts'

export const canceledOrDeadline: CauseWords = {
  short: [[isOfRuntime, 'a container runtime that does not answer'], 'canceled pulls'],
  title: [[isOfRuntime, lostTitle], 'The pull was canceled before it finished'],
  meaning: [
    [isOfRuntime, lostMeaning],
    ['restarted', endedByStart],
    [
      isOfUnpacking,
      'The pull was canceled while a layer that had arrived was being unpacked: the runtime saw no progress for too long, or was restarted. Most likely, the network was not what was slow, and the login is not at fault.',
    ],
    [
      isUnpacking,
      'The pull was canceled while a layer was being unpacked: most likely, another layer was still on its way and did not arrive for too long, or the runtime was restarted. The login is not at fault.',
    ],
    'The pull made no progress for too long, took longer than the runtime allows, or was ended by a restart of the runtime; often the cause is a large image over a slow connection.',
  ],
}

/** Whether a layer was being unpacked at the time. */
function isUnpacking({ evidence }: Pick<Finding, 'evidence'>): boolean {
  return /\bfailed to extract layer\b/i.test(evidence?.text ?? '')
}

/**
 * Whether unpacking itself may have taken too long: only the transfer service, which the CRI plugin uses from containerd 2.1 on, counts it as no
 * progress; before, other layers were on their way, which did not arrive (containerd, pullProgressReporter).
 */
export function isOfUnpacking(first: Pick<FirstFinding, 'evidence' | 'host'>): boolean {
  const { runtime, version } = first.host
  const [major, minor] = releaseOf(version)
  const isBefore = runtime === 'containerd' && version !== null && (major < 2 || (major === 2 && minor < 1))
  return isUnpacking(first) && !isBefore
}

const STARTED = { machine: 'the machine', kubelet: 'the kubelet', runtime: 'the container runtime' }

/** What the events of the node explain; the reason of a canceled pull itself does not name who canceled it. */
function endedByStart({ clues, node }: FirstFinding): string {
  const started = clueOf(clues, 'restarted')
  if (started === undefined) return ''
  return `A restart of ${STARTED[started.of]} ${onNode({ node })} most likely ended the pull: by the node's events, it started at ${minuteOf(started.at)}, when the pull was canceled. Neither the image nor the login has anything to do with that.`
}

const isOfSnapshotter = leads('start-snapshotter')

/** Whether the guest's client (reqwest) got no answer, and its text does not say why. */
const isUnanswered = ({ clues, evidence }: FirstFinding) =>
  hasClue(clues, 'guest') && /\berror sending request for url\b/i.test(evidence?.text ?? '')

const isUnreadByKubelet = leads('match-docker')

export const other: CauseWords = {
  credentials: 'used',
  short: [
    [isOfSnapshotter, 'a snapshotter that does not answer'],
    [isOfRuntime, 'a container runtime that does not answer'],
    ['docker-api', ({ host }) => `a Docker too new for ${dockerClient(host)}`],
    [isUnreadByKubelet, 'a Docker version too new for the kubelet'],
    ['no-image-volumes', "runtimes that can't mount images as volumes"],
    ['no-image-config', "images that cri-dockerd can't read"],
    ['precondition-failed', 'a registry that answers 412'],
    ['registry-closed', 'a registry that is shut down'],
    [isAtLimit, 'limits on open files'],
    ['no-host', 'settings that leave no host to pull from'],
    ['old-settings', 'settings for registries in an old format'],
    ['tls-for-http', 'contradictory settings for registries and mirrors'],
    ['mirror-config', 'unreadable settings for registries and mirrors'],
    ['realm-scheme', 'an unusable token address'],
    ['endpoint-scheme', 'a malformed mirror address'],
    [hasNoReason, 'reason no longer recorded'],
    [isUnanswered, 'guest VMs that get no answer'],
    'an unknown cause',
  ],
  title: [
    [
      isOfSnapshotter,
      first => `The snapshotter that serves images to the kubelet ${onNode(first)} does not answer`,
    ],
    ['docker-api', first => `Docker ${onNode(first)} is too new for ${dockerClient(first.host)}`],
    [isUnreadByKubelet, first => `The kubelet can't read what Docker reports of the image ${onNode(first)}`],
    ['no-image-volumes', first => `The container runtime ${onNode(first)} can't mount an image as a volume`],
    ['no-image-config', first => `cri-dockerd can't read what Docker reports of the image ${onNode(first)}`],
    [isOfRuntime, lostTitle],
    [
      'precondition-failed',
      ({ registry }) => `${capitalize(registryLabel(registry))} answers 412 (precondition failed)`,
    ],
    ['registry-closed', ({ registry }) => `${capitalize(registryLabel(registry))} says that it is shut down`],
    [isAtLimit, first => `The container runtime ${onNode(first)} reached a limit on open files`],
    ['no-host', "The node's settings leave no host to pull the image from"],
    [
      'old-settings',
      first =>
        `The file ${clueOf(first.clues, 'settings-file')?.path ?? 'registries.conf'} ${onNode(first)} has a format that its runtime does not read`,
    ],
    ['tls-for-http', "The node's settings for registries and mirrors contradict each other"],
    ['mirror-config', "The node's settings for registries and mirrors can't be read"],
    ['realm-scheme', { does: 'announces an address for tokens that no client can use' }],
    ['endpoint-scheme', "The address of the node's mirror has no scheme, or has two"],
    [hasNoReason, 'The pull is failing, but the reason is no longer recorded'],
    [isUnanswered, first => `The guest VM got no answer that it could use from ${responderLabel(first)}`],
    [
      isStatus,
      first =>
        `${capitalize(responderLabel(first))} answered with status ${clueOf(first.clues, 'status')?.status}, for a reason that pullguard doesn't recognize`,
    ],
    [
      isOfMirror,
      ({ endpoint }) =>
        `The pull through the mirror ${endpoint?.host} is failing for a reason that pullguard doesn't recognize`,
    ],
    "The pull is failing for a reason that pullguard doesn't recognize",
  ],
  meaning: [
    [
      isOfSnapshotter,
      "The kubelet asks the snapshotter's socket for images, in place of the runtime's; no registry was asked.",
    ],
    [
      'docker-api',
      first =>
        `Docker refuses version ${clueOf(first.clues, 'docker-api')?.client} of its API, with which ${dockerClient(first.host)} asks it: the one was updated without the other. No registry was asked.`,
    ],
    [
      isUnreadByKubelet,
      'Docker 25 no longer reports a size (VirtualSize) that older clients need; the image is on the node, and no registry was asked.',
    ],
    [
      'no-image-volumes',
      'The kubelet pulled the image, but the runtime does not know volumes of images: it takes one for a folder of the node, and finds its path empty. Neither the image nor its registry is at fault.',
    ],
    [
      'no-image-config',
      'The image is on the node, but Docker reports it without its configuration; no registry was asked, so neither the name nor the login is at fault.',
    ],
    [isOfRuntime, lostMeaning],
    ['precondition-failed', preconditionMeaning],
    [
      'registry-closed',
      'The registry no longer serves images that were not moved; the login is not the problem.',
    ],
    [
      isAtLimit,
      'Connections count as open files, so the runtime could not open one: no host was asked, and the image is not at fault.',
    ],
    [
      'no-host',
      ({ clues }) =>
        `In the runtime's settings for this registry, no host is allowed to ${clueOf(clues, 'no-host')?.able === 'resolve' ? 'look up a tag' : 'send images'}, so no host was asked: that says nothing about the image.`,
    ],
    [
      'old-settings',
      'The file is in version 1 of its format, and the runtime reads only version 2: it stops there, before it asks any registry.',
    ],
    [
      'tls-for-http',
      ({ clues }) =>
        `They have settings for TLS with ${clueOf(clues, 'tls-for-http')?.host}, whose endpoint begins with http://: Talos stops there, before it asks any registry.`,
    ],
    ['mirror-config', 'The runtime stops at a mistake in these settings, before it asks any registry.'],
    [
      'realm-scheme',
      ({ clues }) =>
        `The host answered, and named ${clueOf(clues, 'realm-scheme')?.realm} as the address for tokens, which is not an HTTP URL: its own address is misconfigured, or its reverse proxy does not forward the scheme. Neither the node nor the login is at fault.`,
    ],
    ['endpoint-scheme', "The runtime can't use the address of a mirror as configured."],
    [
      hasNoReason,
      ({ clues }) =>
        `Events are kept for only an hour, and the pod's status gives no reason. ${hasClue(clues, 'node-silent') ? 'Nothing is tried until the node is back.' : 'The next attempt, within five minutes, records a new event.'}`,
    ],
    [isStatus, "The status alone does not say why: the host's log does, or that of a proxy in front of it."],
    [
      isUnanswered,
      'Its request failed before an answer came: the message does not say whether name resolution, the network, a proxy, or trust in the certificate is the reason. Neither the name of the image nor a login is known to be at fault.',
    ],
    "The kubelet's message matches no known cause; read it in full.",
  ],
}

/** Whether a registry answered with a status that no cause stands for. */
function isStatus({ clues, endpoint }: Pick<Finding, 'clues' | 'endpoint'>): boolean {
  return endpoint?.role === 'registry' && hasClue(clues, 'status')
}

function preconditionMeaning({ registry }: Pick<Finding, 'registry'>): string {
  return isContainerRegistry(registry)
    ? 'Google Container Registry was shut down in 2025: projects that were not moved to Artifact Registry answer 412. The login is not the problem.'
    : "The registry refuses because one of its own conditions isn't met, such as a scan or signature policy; the login is not the problem."
}

/** Whether the reason was in an event that is no longer there. */
export function hasNoReason({ evidence }: Pick<Finding, 'evidence'>): boolean {
  return isSilent(evidence?.text ?? '')
}
