/** The clues from where a pull runs: the state of its node, the images there, and what a tag has from the node. */

import type { Node } from '../../snapshot/node.ts'
import type { Pod } from '../../snapshot/pod.ts'
import type { FailingContainer } from '../failing-container.ts'
import { isLocalNode } from '../node/node-names.ts'
import { MINIKUBE_LABEL } from '../node/node-platform.ts'
import { verifiesImages } from '../node/pulling-node.ts'
import { type Clue, cluesIf, cluesWith } from './clue.ts'

/** OrbStack's build of Kubernetes, whose one node shares its images with the Docker beside it (docs.orbstack.dev/kubernetes). */
const ORBSTACK = /\+orb\d/
/** How charts name what they run on Windows nodes. */
const WINDOWS_NAME = /(?:^|-)win(?:dows)?(?:-|$)/

/** How runtime classes for WebAssembly are named, after the shims of containerd (containerd/runwasi, SpinKube). */
const WASM_CLASS = /(?:^|[-_.])(?:wasm\w*|spin\w*|slight|wws|lunatic|runwasi)(?=$|[-_.])/i

/** What is pulled and where; `onNode`: the node lists the image. */
interface PullPlace {
  pod: Pod
  workload: { name: string } | null
  node: Node | null
  reference: string | null
  onNode: boolean
  /** The node's events say that it lacked disk space. */
  wasFull: boolean
  /** They also say that its kubelet found too few unused images to remove. */
  imagesInUse: boolean
  /** Another pod runs the image on the node. */
  isRunHere: boolean
}

/** The clues from the place of the pull: a guest that pulls by itself, a local node, or an image that is there already. */
export function cluesOfPlace(
  { container, usesPullSecrets }: FailingContainer,
  { pod, node, onNode, workload, reference, wasFull, imagesInUse, isRunHere }: PullPlace,
): Clue[] {
  const asksWindows = pod.platform.os === 'windows' || WINDOWS_NAME.test(workload?.name ?? '')
  const isLocal =
    node?.labels[MINIKUBE_LABEL] !== undefined ||
    node?.provider === 'kind' ||
    ORBSTACK.test(node?.kubelet ?? '')
  const isOwn = onNode || isLocal || isLocalNode(pod.node)
  const isKept = (onNode || isRunHere) && container.pullPolicy === 'IfNotPresent'
  const silentSince = node?.silentSince
  const isFull = node?.diskPressure === true
  return [
    ...cluesWith('node-silent', silentSince === undefined ? null : { since: silentSince }),
    ...cluesIf(isFull || wasFull, {
      code: 'disk-pressure',
      past: !isFull,
      ...(imagesInUse && { imagesInUse: true as const }),
    }),
    ...cluesWith('pool-held', node?.heldPool ?? null),
    ...cluesIf(node?.os === 'windows' && pod.platform.os === null, { code: 'any-os' }),
    ...cluesIf(asksWindows, { code: 'asks-windows' }),
    ...cluesWith('runtime-class', pod.runtimeClass === undefined ? null : { name: pod.runtimeClass }),
    ...cluesIf(WASM_CLASS.test(pod.runtimeClass ?? ''), { code: 'runs-wasm' }),
    ...tagOfNode(reference, node),
    ...cluesIf(!usesPullSecrets && container.kind !== 'sandbox', { code: 'guest' }),
    ...cluesIf(isOwn && container.pullPolicy === 'Always', { code: 'local-image', listed: onNode }),
    ...cluesIf(isKept && verifiesImages(node) === true, { code: 'on-node' }),
  ]
}

/** Images that hold drivers or modules for one kernel. */
const DRIVER = /driver|[mo]fed|kmod|kernel-module/
const SYSTEM =
  /-((?:ubuntu|debian|rhel|rhcos|scos|sles|sl-?micro|centos|rocky|ol|fedora|amzn|flatcar|azurelinux|opensuse|cos|talosv?|buildroot)\d[\d.]*(?:sp\d)?)(?:-(?:amd64|arm64|x86_64|aarch64))?$/
const KERNEL = /\d+\.\d+\.\d+-[\w.-]*(?:generic|default|aws|azure|gcp|gke|oracle|\.(?:el|fc|amzn)\d\w*)/

/** What an operator took from a node for the tag: NVIDIA's `550.90.07-ubuntu24.04`, or a kernel (Kernel Module Management). */
function tagOfNode(reference: string | null, node: Node | null): Clue[] {
  const [, name = '', tag = ''] = /([^/]+):([^:@/]+)(?:@.*)?$/.exec(reference ?? '') ?? []
  const own = (node?.os === 'linux' ? node.kernel : null)?.replace(/[^\w.-]/g, '_') ?? ''
  const driver = DRIVER.test(name)
  const kernel = own !== '' && tag.includes(own) ? own : driver ? KERNEL.exec(tag)?.[0] : undefined
  if (kernel !== undefined) return [{ code: 'tag-of-node', from: 'kernel', value: kernel }]
  const system = driver ? SYSTEM.exec(tag)?.[1] : undefined
  if (system !== undefined) return [{ code: 'tag-of-node', from: 'system', value: system }]
  return OF_SYSTEMS.test(reference ?? '') && WITHOUT_SYSTEM.test(tag)
    ? [{ code: 'driver-without-system', system: systemIn(node?.osImage ?? '') }]
    : []
}

/** NVIDIA's images to whose tags the GPU Operator appends the node's system (NVIDIA/gpu-operator#690 and controllers/object_controls.go). */
const OF_SYSTEMS = /^nvcr\.io\/nvidia\/(?:driver|cloud-native\/(?:nvidia-fs|gdrdrv)):/
const WITHOUT_SYSTEM = /^v?\d+(?:\.\d+)+$/

/** The system as those tags have it; null for any that they are not known for. */
function systemIn(osImage: string): string | null {
  const [, ubuntu] = /^Ubuntu (\d{2}\.\d{2})\b/.exec(osImage) ?? []
  const [, redHat] = /^Red Hat Enterprise Linux (\d+\.\d+) \(/.exec(osImage) ?? []
  if (ubuntu !== undefined) return `ubuntu${ubuntu}`
  return redHat === undefined ? null : `rhel${redHat}`
}
