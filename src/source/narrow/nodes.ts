/** Narrows a Node to what advice for its administrator needs, and the nodes of a list to what decides on pulls of pods to come. */

import { isDockerHub } from '../../image/docker-hub.ts'
import { fullName, parseReference } from '../../image/reference.ts'
import type { UsageNode } from '../../snapshot/hub-usage.ts'
import { type Node, PLATFORM_LABELS } from '../../snapshot/node.ts'
import { list, nameOf, record, text, textOrNull } from './shape.ts'

/** The number of images a kubelet reports by default (nodeStatusMaxImages). */
const IMAGES = 50

/** The node; null without a name. Odd shapes inside count as absent. */
export function narrowNode(raw: unknown): Node | null {
  const name = nameOf(raw)
  if (name === null) return null
  const { metadata, spec, status } = record(raw)
  const info = record(record(status).nodeInfo)
  const labels = record(record(metadata).labels)
  return {
    name,
    runtime: textOrNull(info.containerRuntimeVersion),
    kubelet: textOrNull(info.kubeletVersion),
    os: textOrNull(info.operatingSystem) ?? textOrNull(labels['kubernetes.io/os']),
    osImage: textOrNull(info.osImage),
    kernel: textOrNull(info.kernelVersion),
    architecture: textOrNull(info.architecture) ?? textOrNull(labels['kubernetes.io/arch']),
    provider: /^([a-z][a-z0-9+.-]*):\/\//i.exec(text(record(spec).providerID))?.[1]?.toLowerCase() ?? null,
    labels: Object.fromEntries(
      PLATFORM_LABELS.filter(key => typeof labels[key] === 'string').map(key => [key, text(labels[key])]),
    ),
    images: list(record(status).images).slice(0, IMAGES).flatMap(tagsOf),
  }
}

/** An image of several tags has all its names; one that was pulled by its digest has no other. */
function tagsOf(image: unknown): string[] {
  const names = list(record(image).names).map(text).filter(Boolean)
  const tagged = names.filter(name => !name.includes('@'))
  return tagged.length > 0 ? tagged : names.slice(0, 1)
}

export interface AuditedNode {
  name: string
  schedulable: boolean
  kubelet: string
  /** `linux/arm64`; empty where the node does not say. */
  platform: string
  /** Names of its images, the 50 largest. */
  images: string[]
}

/** Null without a name. */
export function narrowAuditedNode(raw: unknown): AuditedNode | null {
  const name = nameOf(raw)
  if (name === null) return null
  const { status, metadata } = record(raw)
  const { kubeletVersion, operatingSystem, architecture } = record(record(status).nodeInfo)
  const labels = record(record(metadata).labels)
  const os = text(operatingSystem) || text(labels['kubernetes.io/os'])
  const cpu = text(architecture) || text(labels['kubernetes.io/arch'])
  return {
    name,
    schedulable: isSchedulable(raw),
    kubelet: text(kubeletVersion),
    platform: os && cpu ? `${os}/${cpu}` : '',
    images: imageNames(raw),
  }
}

/** Null without a name. */
export function narrowUsageNode(raw: unknown): UsageNode | null {
  const name = nameOf(raw)
  if (name === null) return null
  const status = record(record(raw).status)
  const addresses = list(status.addresses).map(record)
  return {
    name,
    runtime: textOrNull(record(status.nodeInfo).containerRuntimeVersion),
    schedulable: isSchedulable(raw),
    hasOwnAddress: addresses.some(({ type, address }) => type === 'ExternalIP' && text(address) !== ''),
    images: imageNames(raw).flatMap(hubName),
  }
}

/** Pods are not placed on tainted nodes, or only few of them. */
function isSchedulable(raw: unknown): boolean {
  const spec = record(record(raw).spec)
  const taints = list(spec.taints).map(record)
  return (
    spec.unschedulable !== true && !taints.some(({ effect }) => /^No(?:Schedule|Execute)$/.test(text(effect)))
  )
}

function imageNames(raw: unknown): string[] {
  return list(record(record(raw).status).images).flatMap(image => namesOf(record(image).names))
}

/** JSON has all names of an image, protobuf the last one. */
function namesOf(names: unknown): string[] {
  return typeof names === 'string' ? [names] : list(names).map(text)
}

function hubName(name: string): string[] {
  const reference = parseReference(name)
  return reference !== null && isDockerHub(reference.registry) ? [fullName(reference)] : []
}
