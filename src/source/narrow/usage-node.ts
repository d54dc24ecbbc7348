/** Narrows nodes to what decides on the cost of pulls: the runtime, whether new pods are placed there, and the images from Docker Hub. */

import { isDockerHub } from '../../image/docker-hub.ts'
import { fullName, parseReference } from '../../image/reference.ts'
import { flag, many, one, shapeOf } from '../../protobuf/shape.ts'
import type { UsageNode } from '../../snapshot/hub-usage.ts'
import { list, nameOf, record, text, textOrNull } from './shape.ts'

export const USAGE_NODE_SHAPE = shapeOf({
  1: one('metadata', shapeOf({ 1: 'name' })),
  2: one(
    'spec',
    shapeOf({ 4: flag('unschedulable'), 5: many('taints', shapeOf({ 1: 'key', 3: 'effect' })) }),
  ),
  3: one(
    'status',
    shapeOf({
      5: many('addresses', shapeOf({ 1: 'type', 2: 'address' })),
      7: one('nodeInfo', shapeOf({ 6: 'containerRuntimeVersion' })),
      // Of an image's names the last one is kept, which is a tag where there is one.
      8: many('images', shapeOf({ 1: 'names' })),
    }),
  ),
})

/** Pods are not placed there, or only few of them. */
const KEEPS_OFF = /^No(?:Schedule|Execute)$/

/** Null without a name. */
export function narrowUsageNode(raw: unknown): UsageNode | null {
  const name = nameOf(raw)
  if (name === null) return null
  const { spec, status: rawStatus } = record(raw)
  const status = record(rawStatus)
  const taints = list(record(spec).taints).map(record)
  const addresses = list(status.addresses).map(record)
  return {
    name,
    runtime: textOrNull(record(status.nodeInfo).containerRuntimeVersion),
    schedulable:
      record(spec).unschedulable !== true && !taints.some(({ effect }) => KEEPS_OFF.test(text(effect))),
    hasOwnAddress: addresses.some(({ type, address }) => type === 'ExternalIP' && text(address) !== ''),
    images: list(status.images).flatMap(image => namesOf(record(image).names).flatMap(hubName)),
  }
}

/** JSON has them all. */
function namesOf(names: unknown): string[] {
  return typeof names === 'string' ? [names] : list(names).map(text)
}

function hubName(name: string): string[] {
  const reference = parseReference(name)
  return reference !== null && isDockerHub(reference.registry) ? [fullName(reference)] : []
}
