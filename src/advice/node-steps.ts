/** Steps for problems on the node: its disk, layers, platform, policies, and runtime. */

import { clueOf } from '../diagnosis/clue.ts'
import type { Finding } from '../diagnosis/finding.ts'
import { cloudOf } from '../image/registries.ts'
import { ofMirror, pullByHand, silentMirror, targetHost, testConnection } from './network.ts'
import type { Step } from './step.ts'

const imageName = ({ reference, image }: Finding) => reference ?? image

export function diskSteps({ clues, host }: Pick<Finding, 'clues' | 'host'>): Step[] {
  if (clueOf(clues, 'memory') !== undefined)
    return [
      { code: 'show-memory' },
      // Windows does not kill processes to free memory.
      ...(host.os === 'windows' ? [] : ([{ code: 'show-killed' }] as const)),
      { code: 'more-memory' },
    ]
  const full = clueOf(clues, 'full-place')
  const show: Step = { code: 'show-disk', path: full?.path ?? null }
  // Removing images frees nothing in a temporary folder.
  return full?.temporary === true
    ? [show, { code: 'free-temporary', path: full.path }]
    : [{ code: 'prune-images' }, show, { code: 'larger-disk' }]
}

/** Steps for an answer that was a web page instead of a registry's; null for any other answer. */
function webPageSteps(finding: Finding): Step[] | null {
  const { clues, registry, endpoint } = finding
  if (clueOf(clues, 'web-page') === undefined || registry === null) return null
  return [
    { code: 'mirror-settings', host: endpoint?.host ?? null, registry, about: 'web-page' },
    testConnection(finding, targetHost(finding)),
  ]
}

export function corruptSteps(finding: Finding): Step[] {
  const { clues } = finding
  const webPage = webPageSteps(finding)
  if (webPage !== null) return webPage
  if (clueOf(clues, 'snapshotter-gone') !== undefined)
    return [{ code: 'start-snapshotter' }, { code: 'runtime-log' }]
  if (clueOf(clues, 'no-unpacker') !== undefined)
    return [{ code: 'define-unpacker' }, { code: 'runtime-log' }]
  if (clueOf(clues, 'other-layers') !== undefined) return [{ code: 'not-an-image' }, { code: 'push-again' }]
  const empty = clueOf(clues, 'arrived')?.bytes === 0
  if (clueOf(clues, 'other-manifest') !== undefined && !empty)
    return [{ code: 'other-bytes', host: targetHost(finding).host }, ...pullByHand(finding)]
  if (clueOf(clues, 'discarded') !== undefined) return downloadSteps(finding)
  if (clueOf(clues, 'attestation') !== undefined) return attestationSteps(finding)
  if (clueOf(clues, 'layer-type') !== undefined) return [{ code: 'rebuild-layers' }, { code: 'runtime-log' }]
  if (clueOf(clues, 'user-namespace') !== undefined) return [{ code: 'more-ids' }, { code: 'runtime-log' }]
  if (clueOf(clues, 'file-system') !== undefined) return [{ code: 'move-store' }, { code: 'runtime-log' }]
  if (clueOf(clues, 'busy-mount') !== undefined)
    return [{ code: 'release-mount' }, { code: 'runtime-log' }, { code: 'restart-pull' }]
  if (clueOf(clues, 'disk-fault') !== undefined) return [{ code: 'check-disk' }, { code: 'runtime-log' }]
  if (clueOf(clues, 'content-gone') !== undefined)
    return [
      { code: 'remove-image', image: imageName(finding) },
      { code: 'keep-layers' },
      { code: 'runtime-log' },
    ]
  if (clueOf(clues, 'damaged-store') !== undefined)
    return [
      { code: 'remove-image', image: imageName(finding) },
      { code: 'restart-pull' },
      { code: 'runtime-log' },
      { code: 'check-store' },
    ]
  const format: Step[] = clueOf(clues, 'layer-format') === undefined ? [] : [{ code: 'update-runtime' }]
  return [
    { code: 'remove-image', image: imageName(finding) },
    ...format,
    { code: 'runtime-log' },
    { code: 'push-again' },
  ]
}

/** What arrived was discarded, so the node has no image to remove: the next attempt downloads it again, along the same way. */
function downloadSteps(finding: Finding): Step[] {
  const target = targetHost(finding)
  const empty = clueOf(finding.clues, 'arrived')?.bytes === 0
  return [
    ...pullByHand(finding),
    { code: 'check-download', host: target.host },
    { code: 'show-proxy' },
    ...ofMirror(finding, target),
    ...(empty ? [] : ([{ code: 'push-again' }] as const)),
  ]
}

function attestationSteps(finding: Finding): Step[] {
  return [
    { code: 'not-the-attestation', image: imageName(finding) },
    { code: 'set-image', known: 'repository' },
  ]
}

export function platformSteps(finding: Finding): Step[] {
  const { os, architecture, kernel } = finding.host
  if (os === 'windows') {
    const build = clueOf(finding.clues, 'windows-build')?.build ?? null
    const image: Step = { code: 'windows-image', kernel }
    const elsewhere: Step = { code: 'schedule-elsewhere', os, architecture, build }
    const anyOs = clueOf(finding.clues, 'any-os') ?? clueOf(finding.clues, 'for-linux')
    // Most pods that don't ask for Windows were meant for Linux.
    return build === null && anyOs !== undefined
      ? [elsewhere, image, { code: 'show-platforms' }]
      : [image, elsewhere, { code: 'show-platforms' }]
  }
  const platform = `${os ?? 'linux'}/${architecture ?? wantedIn(finding) ?? '<arch>'}`
  return [
    { code: 'show-platforms' },
    { code: 'build-for', platform },
    { code: 'set-image', known: 'repository' },
    { code: 'schedule-elsewhere', os, architecture, build: null },
  ]
}

/** The architecture in Docker's message, which names the platform that it looked for; null if there is none. */
function wantedIn({ evidence }: Finding): string | null {
  return /\b(?:linux|windows)\/(\w+)/.exec(evidence?.text ?? '')?.[1]?.replace('unknown', '') || null
}

export function manifestSteps(finding: Finding): Step[] {
  const { clues } = finding
  const webPage = webPageSteps(finding)
  if (webPage !== null) return [...webPage, { code: 'remove-image', image: imageName(finding) }]
  const set: Step = { code: 'set-image', known: 'repository' }
  if (clueOf(clues, 'attestation') !== undefined) return attestationSteps(finding)
  if (clueOf(clues, 'artifact') !== undefined) return [{ code: 'not-an-image' }, set]
  return [{ code: 'push-current-format' }, set]
}

export function neverSteps(finding: Finding): Step[] {
  const allow: Step = { code: 'allow-pull' }
  const { platform } = finding.host
  const image = imageName(finding)
  // With this policy, images of a cluster on one machine are mostly built there.
  if (platform === 'kind' || platform === 'minikube')
    return [{ code: 'load-image', image: finding.image, tool: platform }, allow]
  const preload: Step = { code: 'preload', image }
  return mayBeUnverified(finding) ? [{ code: 'same-secret' }, allow] : [allow, preload]
}

/** Whether the node may have the image, but for another credential: kubelet 1.33 and later use the same message for that (KEP-2535). */
function mayBeUnverified({ subcause, host }: Pick<Finding, 'subcause' | 'host'>): boolean {
  return subcause === 'not-verified' && (host.kubeletMinor === null || host.kubeletMinor >= 33)
}

export function signatureSteps({ clues, host }: Finding): Step[] {
  const kind =
    clueOf(clues, 'source-blocked') !== undefined
      ? 'blocked'
      : clueOf(clues, 'not-listed') !== undefined
        ? 'rejected'
        : 'signature'
  return [
    // OpenShift writes its nodes' lists of registries from an object.
    kind !== 'signature' && host.platform === 'openshift'
      ? { code: 'show-image-settings' }
      : { code: 'show-policy', kind },
    { code: 'satisfy-policy', kind },
  ]
}

export function canceledSteps(finding: Finding): Step[] {
  const target = targetHost(finding)
  return [
    ...silentMirror(finding, target),
    { code: 'restart-pull' },
    ...ofMirror(finding, target),
    { code: 'runtime-log' },
    ...pullByHand(finding),
    { code: 'slow-pull' },
  ]
}

/** Steps for unknown causes; some have clues. */
export function otherSteps(finding: Finding): Step[] {
  const { clues, endpoint, evidence } = finding
  if (endpoint?.role === 'runtime')
    return [{ code: 'start-runtime', socket: endpoint.host }, { code: 'runtime-log' }]
  // A registry of one's own refuses for a policy, such as Harbor's; only Google's answers so because it was shut down.
  if (clueOf(clues, 'precondition-failed') !== undefined && cloudOf(finding.registry) !== 'gar')
    return [
      { code: 'ask-registry-admin', about: 'policy', host: endpoint?.host ?? finding.registry ?? '' },
      { code: 'use-other-source', why: 'policy' },
    ]
  if (clueOf(clues, 'precondition-failed') !== undefined || clueOf(clues, 'registry-closed') !== undefined)
    return [
      // A known move has a step of its own.
      ...(finding.moved === null ? ([{ code: 'use-other-source', why: 'closed' }] as const) : []),
      { code: 'check-name', how: 'plain' },
    ]
  if (clueOf(clues, 'endpoint-scheme') !== undefined && finding.registry !== null)
    return [
      { code: 'mirror-settings', host: endpoint?.host ?? null, registry: finding.registry, about: 'scheme' },
    ]
  if (clueOf(clues, 'mirror-config') !== undefined && finding.registry !== null)
    return [
      { code: 'mirror-settings', host: null, registry: finding.registry, about: 'unreadable' },
      ...pullByHand(finding),
    ]
  if (endpoint?.role === 'mirror' && finding.registry !== null)
    return [
      { code: 'check-mirror', host: endpoint.host, registry: finding.registry },
      { code: 'mirror-settings', host: endpoint.host, registry: finding.registry, about: 'endpoint' },
      ...pullByHand(finding),
    ]
  return [{ code: tellsNothing(evidence?.text ?? null) ? 'look-again' : 'read-all' }, ...pullByHand(finding)]
}

/** Whether the text is only the kubelet's back-off; the reason was in an event. */
function tellsNothing(text: string | null): boolean {
  return text === null || /^back-off pulling image "[^"]*"\.?$/i.test(text)
}
