/** The envelope of a Kubernetes object in protobuf: four magic bytes and the object's kind (runtime/generated.proto, Unknown). */

import { readMessage } from './message.ts'
import { one, type Shape, shapeOf } from './shape.ts'

export const MAGIC = Buffer.from('k8s\0')
export const TYPE_META = 1
/** The field with the object's own bytes. */
export const RAW = 2

const TYPE = one('typeMeta', shapeOf({ 1: 'apiVersion', 2: 'kind' }))
const HEAD = shapeOf({ [TYPE_META]: TYPE })

/** Whether a response that begins with these bytes is protobuf; undefined if there are too few bytes to decide. */
export function isProtobuf(beginning: Uint8Array): boolean | undefined {
  const length = Math.min(beginning.length, MAGIC.length)
  if (!MAGIC.subarray(0, length).equals(beginning.subarray(0, length))) return false
  return length === MAGIC.length ? true : undefined
}

/** Returns the kind in the envelope's fields in these bytes. @throws ProtobufError */
export function kindIn(bytes: Buffer, from: number, to: number): string {
  const { typeMeta } = readMessage(bytes, HEAD, from, to) as { typeMeta?: { kind?: string } }
  return typeMeta?.kind ?? ''
}

/** Reads one whole object. @throws ProtobufError */
export function readObject(bytes: Buffer, shape: Shape): { kind: string; object: Record<string, unknown> } {
  const envelope = shapeOf({ [TYPE_META]: TYPE, [RAW]: one('raw', shape) })
  const { typeMeta, raw } = readMessage(bytes, envelope, MAGIC.length) as {
    typeMeta?: { kind?: string }
    raw?: Record<string, unknown>
  }
  return { kind: typeMeta?.kind ?? '', object: raw ?? {} }
}
