/** Conditions of steps that read as sentences: how far the pull got, whose image it is, and the cloud of its node. */

import { clueOf, hasClue } from '../diagnosis/clues/clue.ts'
import type { Finding } from '../diagnosis/finding.ts'
import { isNamedByCloud } from '../diagnosis/node/node-names.ts'
import type { Platform } from '../diagnosis/node/node-platform.ts'
import { type Cloud, cloudOf } from '../image/cloud-registries.ts'
import { isOfficial, isPackagedByRancher, libraryName } from '../image/official-images.ts'
import type { Step } from './step/step.ts'

/** The steps if the condition holds, otherwise none. */
export function stepsIf(condition: boolean, ...steps: Step[]): Step[] {
  return condition ? steps : []
}

/** Returns the steps with other codes than those that come before them. */
export function stepsBeside(before: readonly Step[], steps: readonly Step[]): Step[] {
  return steps.filter(({ code }) => !before.some(step => step.code === code))
}

/** The platforms of each cloud's own nodes. */
const PLATFORMS_OF: Record<Cloud, readonly Platform[]> = {
  ecr: ['eks', 'bottlerocket'],
  acr: ['aks'],
  gar: ['gke'],
}

/** Whether the node shows that it belongs to the registry's cloud, and so may have an identity there. */
export function isInCloud({ host }: Finding, cloud: Cloud): boolean {
  if (host.cloud !== null) return host.cloud === cloud
  const isOwn = host.platform !== null && PLATFORMS_OF[cloud].includes(host.platform)
  return isOwn || isNamedByCloud(host.name, cloud)
}

/** Whether the node's object shows another cloud than the registry's, or no cloud: such a node has an identity there only if somebody set one up. */
export function isElsewhere(finding: Finding): boolean {
  const { registry, host } = finding
  const isOther = host.cloud !== null && host.cloud !== cloudOf(registry)
  // A provider that failed was set up, and so was an identity that the registry names.
  return isOther && !hasClue(finding.clues, 'credential-provider') && !hasClue(finding.clues, 'caller')
}

/** Other nodes where the image runs in pods with the same pull secrets, so that what differs is the node; none if nothing shows that. */
export function nodesAlike({ clues }: Finding): string[] {
  const place = clueOf(clues, 'runs-elsewhere')
  return place?.alike === true ? place.nodes : []
}

/** Whether the name is a bare one that no official image has, or Podman's for what it built: most likely, somebody built the image. */
export function isOwnName({ reference, registry }: Finding): boolean {
  return registry === 'localhost' || (libraryName(reference) !== null && !isOfficial(reference))
}

/** Whether the node's distribution brings the image, which is public, and whose name nobody has mistyped. */
export function isPackaged({ host: { platform }, reference }: Finding): boolean {
  return (platform === 'k3s' || platform === 'rke2') && isPackagedByRancher(reference)
}
