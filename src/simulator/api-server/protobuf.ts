/** Secrets as `kubectl create secret` sends them: Kubernetes' protobuf envelope, read into JSON (runtime/generated.proto, core/v1/generated.proto). */

const MAGIC = Buffer.from('k8s\0')

/** Fields of a message by number; every value of a field in order. Numbers stand as they are, everything else as its bytes. */
type Fields = Map<number, (Buffer | number)[]>

/** The JSON of a Secret; undefined for anything else. */
export function secretFromProtobuf(body: Buffer): string | undefined {
  if (!body.subarray(0, 4).equals(MAGIC)) return undefined
  const envelope = fieldsOf(body.subarray(4))
  const type = fieldsOf(bytes(envelope, 1))
  if (text(type, 2) !== 'Secret') return undefined
  const secret = fieldsOf(bytes(envelope, 2))
  const metadata = fieldsOf(bytes(secret, 1))
  return JSON.stringify({
    apiVersion: text(type, 1),
    kind: 'Secret',
    metadata: {
      name: text(metadata, 1),
      namespace: text(metadata, 3),
      labels: map(metadata, 11, value => value.toString()),
      annotations: map(metadata, 12, value => value.toString()),
    },
    data: map(secret, 2, value => value.toString('base64')),
    stringData: map(secret, 4, value => value.toString()),
    type: text(secret, 3),
    ...(secret.get(5)?.[0] === 1 && { immutable: true }),
  })
}

function fieldsOf(message: Buffer): Fields {
  const fields: Fields = new Map()
  let at = 0
  const varint = () => {
    let value = 0
    for (let shift = 0; at < message.length; shift += 7) {
      const byte = message[at++] ?? 0
      value += (byte & 127) * 2 ** shift
      if (byte < 128) break
    }
    return value
  }
  while (at < message.length) {
    const tag = varint()
    const length = [0, 8, 0, 0, 0, 4][tag & 7] || varint()
    const value = (tag & 7) === 0 ? length : message.subarray(at, at + length)
    if (typeof value !== 'number') at += length
    fields.set(tag >> 3, [...(fields.get(tag >> 3) ?? []), value])
  }
  return fields
}

function bytes(fields: Fields, number: number): Buffer {
  const value = fields.get(number)?.[0]
  return Buffer.isBuffer(value) ? value : Buffer.alloc(0)
}

/** Undefined where it is empty: the encoder writes empty strings too. */
const text = (fields: Fields, number: number) => bytes(fields, number).toString() || undefined

function map(fields: Fields, number: number, read: (value: Buffer) => string) {
  const entries = (fields.get(number) ?? []).filter(value => Buffer.isBuffer(value)).map(fieldsOf)
  if (entries.length === 0) return undefined
  return Object.fromEntries(entries.map(entry => [text(entry, 1) ?? '', read(bytes(entry, 2))]))
}
