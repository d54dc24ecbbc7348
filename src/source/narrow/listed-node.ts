/** Narrows the nodes of a list to what affects pulls of future pods, for an audit and for the cost of pulls. */

import { isDockerHub } from '../../image/docker-hub.ts'
import { fullName, parseReference } from '../../image/reference.ts'
import { list, record, text, textOrNull } from '../../json/json-object.ts'
import { nameOf } from '../../kubernetes/api/kinds.ts'
import { flag, many, one, shapeOf, texts } from '../../protobuf/shape.ts'
import type { UsageNode } from '../../snapshot/hub-usage.ts'

export interface AuditedNode {
  name: string
  schedulable: boolean
  kubelet: string
  /** Such as `linux/arm64`; empty if the node does not report it. */
  platform: string
  /** Names of its images; the kubelet reports only the 50 largest. */
  images: string[]
}

/** The fields decoded for both uses. */
export const LISTED_NODE_SHAPE = shapeOf({
  1: one('metadata', shapeOf({ 1: 'name', 11: texts('labels') })),
  2: one(
    'spec',
    shapeOf({ 4: flag('unschedulable'), 5: many('taints', shapeOf({ 1: 'key', 3: 'effect' })) }),
  ),
  3: one(
    'status',
    shapeOf({
      5: many('addresses', shapeOf({ 1: 'type', 2: 'address' })),
      7: one(
        'nodeInfo',
        shapeOf({
          6: 'containerRuntimeVersion',
          7: 'kubeletVersion',
          9: 'operatingSystem',
          10: 'architecture',
        }),
      ),
      // The last of an image's names is kept, which is a tag if there is one.
      8: many('images', shapeOf({ 1: 'names' })),
    }),
  ),
})

/** Returns null without a name. */
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

/** Returns null without a name. */
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

/** Whether new pods can be placed on the node; most can't be placed on tainted nodes. */
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

/** JSON has all names of an image, protobuf only the last one. */
function namesOf(names: unknown): string[] {
  return typeof names === 'string' ? [names] : list(names).map(text)
}

function hubName(name: string): string[] {
  const reference = parseReference(name)
  return reference !== null && isDockerHub(reference.registry) ? [fullName(reference)] : []
}
