/** What nodes need that are not meant to reach the internet: a mirror, a copy of the image, or an archive of it. */

import { hasClue } from '../../diagnosis/clues/clue.ts'
import type { Finding } from '../../diagnosis/finding.ts'
import type { PullingNode } from '../../diagnosis/node/pulling-node.ts'
import { cloudOf } from '../../image/cloud-registries.ts'
import { mayHaveMirror } from '../../image/docker-hub.ts'
import { parseReference } from '../../image/reference.ts'
import { apiHost, isHosted } from '../../image/registries.ts'
import { ownCommand } from '../invocation.ts'
import { orCopied } from './edits/makers.ts'
import { mayBeOpenShift, preloadPlace } from './node/node-settings.ts'
import { registryLabel } from './nouns.ts'
import { isSearched } from './searched.ts'
import type { StepContext } from './step-words.ts'

/** Whether the host is AWS's own, where ECR keeps the layers that it has. */
export function isOfAws(host: string): boolean {
  return /\.amazonaws\.com(?:\.cn)?(?::\d+)?$/.test(host)
}

export const isOfWindows = ({ clues }: Pick<Finding, 'clues'>) => hasClue(clues, 'windows-base')

export const COPY = 'copy the image into a registry that they reach'

/** For nodes without internet access by design, suggests only a mirror or loading the image directly. */
export function orMirror(context: StepContext, target: string) {
  const [first] = context.findings
  // Images in a cloud's registry are mostly private, so no mirror has them.
  if (!isHosted(target) || cloudOf(first.registry) !== null || first.containerKind === 'sandbox') return ''
  // The full name leads to another registry; for a Windows base, a mirror of the image's registry has the same manifest.
  if (isSearched(first) || isOfWindows(first)) return ''
  const { virtual } = first.host
  const start = '; if the nodes are not meant to reach the internet,'
  if (virtual !== undefined && virtual !== 'autopilot') return `${start} ${COPY}`
  if (!mayHaveMirror(first)) return `${start} ${COPY}, or load it on them`
  const remote = isOfGoogle(first.host)
    ? ", or use a remote repository of Artifact Registry in the image's name, which private nodes reach without NAT"
    : ''
  const own = first.reference?.startsWith('docker.io/rancher/') === true ? ofRancher(first.host) : null
  return `${start} give them ${mirrorOf(context, target)}${remote}${virtual === undefined ? `, or load the image on them${own ?? archiveNote(first.host)}` : ''}${orCopied(first)}${besideEcr(first.host, target)}`
}

/** What serves private ECR does not serve this one (docs.aws.amazon.com/AmazonECR, vpc-endpoints). */
function besideEcr({ platform, cloud }: PullingNode, target: string): string {
  const isOfAmazon = platform === 'eks' || cloud === 'ecr'
  return isOfAmazon && target === 'public.ecr.aws'
    ? '. VPC endpoints for ECR (ecr.api, ecr.dkr) reach private registries only: to use them, name the image through a pull-through cache rule, whose first pull still needs a way out'
    : ''
}

/** Whether the node is a machine of Google Cloud: without an address of its own, it reaches Google's hosts, and others through Cloud NAT only. */
export function isOfGoogle({ platform, cloud }: PullingNode): boolean {
  return platform === 'gke' || cloud === 'gar'
}

/** Where the platform looks for images to load; empty if it does not. */
function archiveNote(host: PullingNode): string {
  const archives = preloadPlace(host)
  return archives === null ? '' : ` (as an archive in ${archives})`
}

/** What all three document for air-gapped clusters (ranchermanager.docs.rancher.com, docs.k3s.io, docs.rke2.io; k3s-io/k3s#1552, #2961). */
function ofRancher(host: PullingNode): string {
  const archives = preloadPlace(host)
  const again =
    archives === null
      ? ''
      : `, and with a restart they import the archives in ${archives} again, whose unused images the kubelet removes when the disk fills up`
  return `; Rancher, K3s, and RKE2 take their own images from the registry that is set as system-default-registry${again}`
}

/** Returns the mirror that the nodes need, with the command that shows how they get it. */
export function mirrorOf({ invocation, findings: [first] }: StepContext, target?: string) {
  const { host, reference, moved } = first
  const place = parseReference(moved?.to ?? '')?.registry
  const registry = place !== undefined && apiHost(place) === target ? place : first.registry
  const byTag = reference?.includes('@') !== true
  const note =
    mayBeOpenShift(host) && byTag
      ? '; on OpenShift an ImageTagMirrorSet: the other kinds of mirrors only serve images that are named by digest, so with one of those, write this image with its digest'
      : ''
  return `a mirror of ${registryLabel(registry)} (\`${ownCommand(invocation, 'mirror')}\`${note})`
}
