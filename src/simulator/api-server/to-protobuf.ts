/** Objects and lists in Kubernetes' protobuf, for whoever asks for them so. */

import { fieldsOf, isMessage, MAGIC } from './protobuf-fields.ts'

/** The object, or the list of objects, as an API server sends it; undefined for what it sends as JSON only. */
export function protobufFromJson(json: object): Buffer | undefined {
  const { apiVersion, kind, items, ...object } = json as Record<string, unknown>
  const name = String(kind)
  const ofItems = name.replace(/List$/, '')
  const isList = Array.isArray(items) && isMessage(ofItems)
  if (!isList && !isMessage(name)) return undefined
  const raw = isList
    ? [field(1, encoded('ListMeta', object.metadata)), ...items.map(item => field(2, encoded(ofItems, item)))]
    : [encoded(name, object)]
  const typeMeta = Buffer.concat([field(1, Buffer.from(String(apiVersion))), field(2, Buffer.from(name))])
  const rest = [field(3, Buffer.alloc(0)), field(4, Buffer.alloc(0))]
  return Buffer.concat([MAGIC, field(1, typeMeta), field(2, Buffer.concat(raw)), ...rest])
}

function encoded(name: string, value: unknown): Buffer {
  const object = (value ?? {}) as Record<string, unknown>
  const parts: Buffer[] = []
  for (const [number, { name: key, type, shape }] of fieldsOf(name)) {
    const content = object[key]
    if (key === '...') parts.push(field(number, encoded(type, object)))
    else if (content === undefined || content === null) continue
    else if (shape === 'list') parts.push(...(content as unknown[]).map(one => wireField(number, type, one)))
    else if (shape === 'map') {
      for (const [entry, one] of Object.entries(content))
        parts.push(field(number, Buffer.concat([field(1, Buffer.from(entry)), wireField(2, type, one)])))
    } else parts.push(wireField(number, type, content))
  }
  return Buffer.concat(parts)
}

function wireField(number: number, type: string, value: unknown): Buffer {
  switch (type) {
    case 'flag':
      return plainField(number, value === true ? 1n : 0n)
    case 'number':
      return plainField(number, BigInt(value as number))
    default:
      return field(number, wireBytes(type, value))
  }
}

function wireBytes(type: string, value: unknown): Buffer {
  switch (type) {
    case 'text':
      return Buffer.from(String(value))
    case 'bytes':
      return Buffer.from(String(value), 'base64')
    case 'quantity':
      return field(1, Buffer.from(String(value)))
    case 'raw':
      return field(1, Buffer.from(JSON.stringify(value)))
    case 'time':
    case 'microTime': {
      const milliseconds = Date.parse(String(value))
      const micros = /\.(\d{1,6})/.exec(String(value))?.[1]?.padEnd(6, '0') ?? '0'
      const seconds = plainField(1, BigInt(Math.floor(milliseconds / 1000)))
      return Buffer.concat([seconds, plainField(2, BigInt(micros) * 1000n)])
    }
    case 'intOrString':
      return typeof value === 'number'
        ? Buffer.concat([plainField(1, 0n), plainField(2, BigInt(value))])
        : Buffer.concat([plainField(1, 1n), field(3, Buffer.from(String(value)))])
    default:
      return encoded(type, value)
  }
}

const field = (number: number, content: Buffer): Buffer =>
  Buffer.concat([varintOf(BigInt((number << 3) | 2)), varintOf(BigInt(content.length)), content])

const plainField = (number: number, value: bigint): Buffer =>
  Buffer.concat([varintOf(BigInt(number << 3)), varintOf(BigInt.asUintN(64, value))])

function varintOf(value: bigint): Buffer {
  const bytes: number[] = []
  let left = value
  do {
    bytes.push(Number(left & 127n) | (left > 127n ? 128 : 0))
    left >>= 7n
  } while (left > 0n)
  return Buffer.from(bytes)
}
