/** Steps for images that the node does not run or must not pull, by their format and their pull policy, and for canceled and unknown failures. */

import { clueOf, hasClue } from '../diagnosis/clues/clue.ts'
import type { Finding } from '../diagnosis/finding.ts'
import { K3D_NODE, LIMA_NODE } from '../diagnosis/node/node-names.ts'
import type { Platform } from '../diagnosis/node/node-platform.ts'
import { atLeast, isOlder } from '../diagnosis/node/pulling-node.ts'
import { isContainerRegistry } from '../image/cloud-registries.ts'
import { mayHaveMirror } from '../image/docker-hub.ts'
import { isSilent } from '../image/pull-messages.ts'
import { withoutVersion } from '../image/reference.ts'
import { isHosted } from '../image/registries.ts'
import { policySteps } from './closed-access.ts'
import { isOwnName, stepsIf } from './conditions.ts'
import {
  imageName,
  isAskedPlain,
  ofMirror,
  pullByHand,
  silentMirror,
  targetHost,
  testManifest,
} from './host.ts'
import { refusalSteps } from './kernel-refusals.ts'
import type { LocalTool, Step } from './step/step.ts'
import { artifactSteps, goneSteps, snapshotterOf } from './store-steps.ts'
import { pageSteps } from './wrong-answer.ts'

/** Docker reads OCI images since before 20.10 (docs.docker.com/engine/release-notes); one of an unknown version asked itself, most likely. */
const readsOci = ({ host }: Finding) => host.runtime !== 'docker' || atLeast(host, 20, 10)

/** CRI-O compares the digest of an index as well from 1.14 on (cri-o/cri-o#2066). */
const comparesIndex = ({ host }: Finding) => host.runtime === 'cri-o' && atLeast(host, 1, 14)

export function manifestSteps(finding: Finding): Step[] {
  if (hasClue(finding.clues, 'web-page'))
    return [
      ...pathOfMirror(finding),
      ...pageSteps(finding),
      { code: 'remove-image', image: imageName(finding) },
    ]
  const { registry } = finding
  if (hasClue(finding.clues, 'signed-artifact') && registry !== null)
    return [{ code: 'leave-signatures', host: registry }]
  if (hasClue(finding.clues, 'attestation', 'signature-artifact', 'artifact')) return artifactSteps(finding)
  const mislabeled = clueOf(finding.clues, 'mislabeled')
  if (mislabeled !== undefined)
    return [{ ...mislabeled, code: 'correct-media-type', host: targetHost(finding).host }]
  // What was last pushed in the format of before 2017 mostly has no newer tag.
  const known = hasClue(finding.clues, 'schema1') ? 'nothing' : 'repository'
  const other: Step = { code: 'set-image', known }
  if (hasClue(finding.clues, 'digest-of-index'))
    return [
      comparesIndex(finding)
        ? { code: 'digest-mismatch', host: targetHost(finding).host }
        : { code: 'update-runtime' },
      other,
    ]
  if (hasClue(finding.clues, 'nydus-layer')) return [{ code: 'rebuild-layers' }, other]
  const others: Step[] = [{ code: 'push-current-format' }, other]
  if (!hasClue(finding.clues, 'oci-unread')) return others
  // Every containerd and CRI-O reads OCI, so something in between asked for them.
  return readsOci(finding)
    ? [...ofMirror(finding, targetHost(finding)), { code: 'show-proxy' }, ...others]
    : [{ code: 'update-runtime' }, ...others]
}

/**
 * A web page that came with status 200 in place of the manifest: most likely that of a mirror whose path is wrong, or of Docker Hub's web site
 * (containerd/containerd#7400, goharbor/harbor#18530, siderolabs/talos#5195). A page on the way to a host that others run would need a
 * certificate for it.
 */
function pathOfMirror(finding: Finding): Step[] {
  const { registry, endpoint, host } = finding
  const hasMirrors = host.runtime !== 'cri-o' && mayHaveMirror(finding)
  return registry !== null && endpoint === null && hasMirrors && isHosted(registry)
    ? [{ code: 'mirror-settings', host: null, registry, about: 'page-path' }]
    : []
}

/** What runs the cluster's nodes on a developer's machine, and copies images into them; k3d's nodes are known by their names. */
export function localTool({ platform, name }: Finding['host']): LocalTool | null {
  if (platform === 'kind' || platform === 'minikube') return platform
  return K3D_NODE.test(name ?? '') ? 'k3d' : null
}

/** Copies the image into the nodes of a cluster on one machine, where an image that was only built there is not; it loses its digest (kubernetes-sigs/kind#2394). */
export function loadSteps({ host, image }: Finding): Step[] {
  // With Docker, what is built in this virtual machine is in the store of the kubelet's runtime already.
  const inMachine = LIMA_NODE.test(host.name ?? '') && host.runtime === 'containerd'
  const tool = localTool(host) ?? (inMachine ? 'nerdctl' : null)
  return tool === null || image.includes('@') ? [] : [{ code: 'load-image', image, tool }]
}

/**
 * Each cluster on one machine has nodes of its own, but they all can have the image from one pull (kube-rs/kube#1912). What is loaded has no
 * digest to be found by (kubernetes-sigs/kind#2394).
 */
export function loadPulledSteps({ host, reference, clues }: Finding): Step[] {
  const tool = hasClue(clues, 'policy-forced') ? null : localTool(host)
  return tool === null || reference === null || reference.includes('@')
    ? []
    : [{ code: 'load-pulled', image: reference, tool }]
}

/** Distributions that many run on one machine, whose containerd does not see what a Docker beside it has (k3s-io/k3s#1970, canonical/microk8s#873). */
const ON_ONE_MACHINE: readonly (Platform | null)[] = ['k3s', 'rke2', 'k0s', 'microk8s']

/** Copies an image that was built here into a node that may be the machine where it was built. */
export function importSteps({ host, image }: Finding): Step[] {
  const isBeside = ON_ONE_MACHINE.includes(host.platform) && host.runtime !== 'docker'
  return stepsIf(isBeside, { code: 'import-image', image })
}

export function neverSteps(finding: Finding): Step[] {
  const allow: Step = { code: 'allow-pull' }
  const load = loadSteps(finding)
  const image = imageName(finding)
  // A name of one part that is not an official image's, or localhost's, is nowhere else than where it was built.
  const isOwn = isOwnName(finding)
  // With this policy, images of a cluster on one machine are mostly built there.
  const others = clueOf(finding.clues, 'other-tags')
  const named: Step[] = others === undefined ? [] : [{ code: 'tag-on-node', tags: others.tags }]
  const tag = [...named, ...tagSteps(finding)]
  const isKnown = hasClue(finding.clues, 'other-name') || (others?.same ?? null) !== null
  const known = isKnown ? tag : named
  if (load.length > 0) return [...known, ...load, ...stepsIf(!isOwn, allow)]
  if (finding.subcause === 'not-verified')
    // Only a kubelet that may ask the registry verifies the login that the pod has.
    return finding.credential.status === 'usable'
      ? [allow, { code: 'exempt-preloaded' }]
      : [{ code: 'same-secret' }, { code: 'exempt-preloaded' }, allow]
  // The kubelet removes what was loaded by hand as well (k3s-io/k3s#1552; kubernetes.io/docs/concepts/architecture/garbage-collection).
  if (hasClue(finding.clues, 'disk-pressure'))
    return [
      ...known,
      { code: 'relieve-disk' },
      { code: 'import-image', image: finding.image, again: true },
      allow,
    ]
  // A change of the policy would replace the pods of nodes that have the image, too, and a registry that has it may not exist.
  const nodes = clueOf(finding.clues, 'on-other-nodes')?.nodes
  if (nodes !== undefined) return [...known, { code: 'load-as-others', image, others: nodes }, allow]
  const copy: Step = { code: 'import-image', image: finding.image }
  if (isOwn && hasClue(finding.clues, 'lacks-image')) return [copy, ...tag, allow]
  return isOwn ? [...tag, copy, allow] : [...tag, allow, { code: 'preload', image }]
}

/** Whoever sets this policy has mostly brought the image to the node, and a name of it that the kubelet does not look for is no better than none. */
function tagSteps({ host: { platform, virtual }, reference, clues }: Finding): Step[] {
  if (reference === null || reference.includes('@') || platform === 'talos' || virtual !== undefined)
    return []
  const same = clueOf(clues, 'other-tags')?.same ?? null
  const name = same === null ? clueOf(clues, 'other-name')?.name : `${withoutVersion(reference)}:${same}`
  return [{ code: 'tag-image', image: reference, name: name ?? null }]
}

/** The kubelet's runtime did not answer, so it asked no registry, or nobody knows what the registry said. */
function lostRuntimeSteps({ clues, host }: Finding): Step[] {
  const how = clueOf(clues, 'runtime-lost')?.how
  const start: Step = { code: 'start-runtime', socket: null }
  if (how === 'no-cri') return [{ code: 'enable-cri' }, { code: 'runtime-log' }]
  if (how === 'slow') return [{ code: 'runtime-log' }, start]
  const killed = stepsIf(host.os !== 'windows', { code: 'show-killed' })
  // What ended it may have been this pull, so that the next one would end it again.
  return how === 'gone'
    ? [{ code: 'runtime-log' }, ...killed, { code: 'restart-pull' }, start]
    : [{ code: 'restart-pull' }, { code: 'runtime-log' }, start]
}

/**
 * cri-dockerd before 0.2.6 ends a pull after the kubelet's two minutes, at whatever progress (Mirantis/cri-dockerd#105). It serves kubelets before 1.24
 * too (rancher-sandbox/rancher-desktop#3293): their own client of Docker gives a pull no deadline, and writes "operation timeout" of all else.
 */
function endsAfterMinutes({ host: { runtime }, evidence }: Finding): boolean {
  return (
    runtime === 'docker' &&
    /(?<!\boperation timeout: context )\bdeadline exceeded\b/i.test(evidence?.text ?? '')
  )
}

/** CRI-O ends a pull after seconds without progress (kubernetes-sigs/kubespray#12554), and the next one the same way. */
const endsAfterSeconds = ({ host, evidence }: Finding) =>
  host.runtime === 'cri-o' && /\b(?:copy|writ)ing \S.{0,99}context cancell?ed/i.test(evidence?.text ?? '')

export function canceledSteps(finding: Finding): Step[] {
  if (hasClue(finding.clues, 'runtime-lost')) return lostRuntimeSteps(finding)
  const target = targetHost(finding)
  if (endsAfterMinutes(finding))
    return [
      ...silentMirror(finding, target),
      { code: 'pull-by-hand', image: imageName(finding), before: true },
      ...loadPulledSteps(finding),
      ...ofMirror(finding, target),
      { code: 'slow-pull' },
      { code: 'runtime-log' },
    ]
  // What ended the pull is over, and says nothing of how fast it was.
  if (hasClue(finding.clues, 'restarted')) return [{ code: 'restart-pull' }, { code: 'runtime-log' }]
  const retry: Step[] = [...silentMirror(finding, target), { code: 'restart-pull' }]
  const allowMore: Step[] = [{ code: 'slow-pull' }, ...pullByHand(finding), { code: 'runtime-log' }]
  return [...(endsAfterSeconds(finding) ? [] : retry), ...ofMirror(finding, target), ...allowMore]
}

/** Steps for unknown causes; some have clues. */
export function otherSteps(finding: Finding): Step[] {
  const { endpoint, registry, evidence } = finding
  if (endpoint?.role === 'runtime')
    // The kubelet can ask a lazy snapshotter for images, in place of the runtime.
    return snapshotterOf(finding) !== null
      ? goneSteps(finding)
      : [{ code: 'start-runtime', socket: endpoint.host }, { code: 'runtime-log' }]
  if (hasClue(finding.clues, 'runtime-lost')) return lostRuntimeSteps(finding)
  const api = clueOf(finding.clues, 'docker-api')
  if (api !== undefined) return [{ ...api, code: 'match-docker-api' }, { code: 'runtime-log' }]
  if (hasClue(finding.clues, 'no-image-volumes')) return [{ code: 'mount-images' }]
  // A kubelet gives up on an image of size 0; Docker leaves the size out of what older clients read.
  const isDocker = finding.host.runtime === 'docker'
  if (hasClue(finding.clues, 'no-image-size') && isDocker && !isOlder(finding.host, 25, 0))
    return [{ code: 'match-docker' }]
  if (hasClue(finding.clues, 'no-image-config') && isDocker)
    return [{ code: 'classic-image-store' }, { code: 'runtime-log' }]
  // Registries refuse so for a policy, such as Harbor's; only Container Registry because it was shut down.
  if (hasClue(finding.clues, 'precondition-failed') && !isContainerRegistry(registry))
    return policySteps(finding)
  if (hasClue(finding.clues, 'precondition-failed', 'registry-closed'))
    return [
      // A known move has a step of its own.
      ...stepsIf(finding.moved === null, { code: 'use-other-source', why: 'closed' }),
      ...migration(finding),
      ...stepsIf(!hasClue(finding.clues, 'registry-closed'), { code: 'check-name', how: 'plain' }),
    ]
  const realm = clueOf(finding.clues, 'realm-scheme')?.realm
  if (registry !== null && realm !== undefined)
    return [{ code: 'realm-scheme', ...targetHost(finding), realm }]
  if (registry !== null && hasClue(finding.clues, 'endpoint-scheme'))
    return [{ code: 'mirror-settings', host: endpoint?.host ?? null, registry, about: 'scheme' }]
  if (hasClue(finding.clues, 'kernel-refuses')) return refusalSteps(finding)
  const able = clueOf(finding.clues, 'no-host')?.able
  if (registry !== null && able !== undefined)
    return [{ code: 'mirror-settings', host: null, registry, about: `no-${able}` }, ...pullByHand(finding)]
  const secured = clueOf(finding.clues, 'tls-for-http')?.host
  if (registry !== null && secured !== undefined)
    return [
      { code: 'mirror-settings', host: secured, registry, about: 'tls-for-http' },
      ...pullByHand(finding),
    ]
  if (registry !== null && hasClue(finding.clues, 'mirror-config')) {
    const about = hasClue(finding.clues, 'old-settings') ? 'old-format' : 'unreadable'
    return [{ code: 'mirror-settings', host: null, registry, about }, ...pullByHand(finding)]
  }
  const plain = plainAtTls(finding)
  if (plain !== null) return plain
  // Nobody but its owner sees the log of a host that others run.
  if (hasClue(finding.clues, 'status') && endpoint?.role === 'registry')
    return [
      isHosted(endpoint.host) ? { code: 'read-all' } : { code: 'front-log', ...endpoint },
      testManifest(finding, endpoint),
      { code: 'show-proxy' },
    ]
  if (registry !== null && endpoint?.role === 'mirror')
    return [
      { code: 'check-mirror', host: endpoint.host, registry },
      ...ofMirror(finding, endpoint),
      ...pullByHand(finding),
    ]
  return [{ code: isSilent(evidence?.text ?? '') ? 'look-again' : 'read-all' }, ...pullByHand(finding)]
}

/** Web servers answer so at a port for TLS; a HEAD request gets no words with it (nginx, Go's net/http; DaoCloud/crproxy#43). */
function plainAtTls(finding: Finding): Step[] | null {
  const { endpoint } = finding
  const isBad = clueOf(finding.clues, 'status')?.status === 400
  if (!isBad || endpoint === null || endpoint.role === 'runtime' || endpoint.role === 'proxy') return null
  const { host, role } = endpoint
  return isAskedPlain(finding, { host, role })
    ? [{ code: 'use-https', host, proven: false, status: 400 }, ...pullByHand(finding)]
    : null
}

/** Container Registry names its project first, whose owner can still move the images (cloud.google.com/artifact-registry/docs/transition). */
function migration({ registry, reference }: Finding): Step[] {
  const project = reference?.split('/')[1]
  return isContainerRegistry(registry) && project !== undefined ? [{ code: 'migrate-project', project }] : []
}
