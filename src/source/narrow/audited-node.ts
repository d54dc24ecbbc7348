/** Narrows nodes to what decides on pulls of pods to come: where pods may be placed, how old the kubelets are, and which images are there. */

import { flag, many, one, shapeOf, texts } from '../../protobuf/shape.ts'
import { list, nameOf, record, text } from './shape.ts'

export interface AuditedNode {
  name: string
  schedulable: boolean
  kubelet: string
  /** `linux/arm64`; empty where the node does not say. */
  platform: string
  /** Names of its images, the 50 largest. */
  images: string[]
}

export const NODE_SHAPE = shapeOf({
  1: one('metadata', shapeOf({ 1: 'name', 11: texts('labels') })),
  2: one(
    'spec',
    shapeOf({ 4: flag('unschedulable'), 5: many('taints', shapeOf({ 1: 'key', 3: 'effect' })) }),
  ),
  3: one(
    'status',
    shapeOf({
      // Of an image's names the last one is kept, which is a tag where there is one.
      8: many('images', shapeOf({ 1: 'names' })),
      7: one('nodeInfo', shapeOf({ 7: 'kubeletVersion', 9: 'operatingSystem', 10: 'architecture' })),
    }),
  ),
})

/** Null without a name. */
export function narrowAuditedNode(raw: unknown): AuditedNode | null {
  const name = nameOf(raw)
  if (name === null) return null
  const { spec, status, metadata } = record(raw)
  const { kubeletVersion, operatingSystem, architecture } = record(record(status).nodeInfo)
  const labels = record(record(metadata).labels)
  const os = text(operatingSystem) || text(labels['kubernetes.io/os'])
  const cpu = text(architecture) || text(labels['kubernetes.io/arch'])
  const kept = list(record(spec).taints).some(taint =>
    /^No(?:Schedule|Execute)$/.test(text(record(taint).effect)),
  )
  return {
    name,
    schedulable: record(spec).unschedulable !== true && !kept,
    kubelet: text(kubeletVersion),
    platform: os && cpu ? `${os}/${cpu}` : '',
    images: list(record(status).images).flatMap(image => namesOf(record(image).names)),
  }
}

/** JSON has them all. */
function namesOf(names: unknown): string[] {
  return typeof names === 'string' ? [names] : list(names).map(text)
}
