/** Converts between Kubernetes' protobuf and JSON: kubectl creates objects in protobuf, and clients that read long lists request it. */

import { type Field, fieldsOf, isMessage } from './protobuf-fields.ts'
import { bytes, field, firstOf, number, plainField, type Value, varint, wireFields } from './protobuf-wire.ts'

const MAGIC = Buffer.from('k8s\0')

/** The JSON text of the object; undefined for anything but protobuf of a known kind. */
export function jsonFromProtobuf(body: Buffer): string | undefined {
  if (!body.subarray(0, MAGIC.length).equals(MAGIC)) return undefined
  // runtime.Unknown: the type's name, and the object's bytes.
  const [typeMeta, raw] = firstOf(body.subarray(MAGIC.length), 1, 2)
  const [apiVersion = '', kind = ''] = firstOf(bytes(typeMeta), 1, 2).map(value => bytes(value).toString())
  if (!isMessage(kind)) return undefined
  const { status: _notTheWriters, ...object } = messageOf(kind, bytes(raw))
  return JSON.stringify({ apiVersion, kind, ...object })
}

function messageOf(name: string, message: Buffer): Record<string, unknown> {
  const fields = fieldsOf(name)
  const object: Record<string, unknown> = {}
  for (const [number, value] of wireFields(message)) {
    const field = fields.get(number)
    // An API server also skips field numbers that it does not know.
    if (!field) continue
    if (field.shape === 'map')
      object[field.name] = { ...(object[field.name] as object), ...entryOf(field, value) }
    else if (field.shape === 'list') {
      const list = (object[field.name] ?? []) as unknown[]
      object[field.name] = [...list, ...readValues(field.type, value)]
    } else {
      const read = readValue(field.type, value)
      if (field.name === '...') Object.assign(object, read)
      else if (field.isPointer || (read !== '' && read !== 0 && read !== false)) object[field.name] = read
    }
  }
  return object
}

function entryOf({ type }: Field, value: Value): Record<string, unknown> {
  const [key, content] = firstOf(bytes(value), 1, 2)
  return { [bytes(key).toString()]: readValue(type, content ?? Buffer.alloc(0)) }
}

/** A list of numbers may come packed into one run of bytes. */
function readValues(type: string, value: Value): unknown[] {
  if (type !== 'number' || typeof value === 'bigint') return [readValue(type, value)]
  const numbers: unknown[] = []
  for (let at = 0; at < value.length; ) {
    const [number, next] = varint(value, at)
    numbers.push(readValue(type, number))
    at = next
  }
  return numbers
}

function readValue(type: string, value: Value): unknown {
  switch (type) {
    case 'text':
      return bytes(value).toString()
    case 'bytes':
      return bytes(value).toString('base64')
    case 'flag':
      return value === 1n
    case 'number':
      return Number(BigInt.asIntN(64, number(value)))
    case 'quantity':
      return bytes(firstOf(bytes(value), 1)[0]).toString()
    case 'raw':
      return JSON.parse(bytes(firstOf(bytes(value), 1)[0]).toString())
    case 'time':
      return timeOf(bytes(value), false)
    case 'microTime':
      return timeOf(bytes(value), true)
    case 'intOrString': {
      const [kind, int, text] = firstOf(bytes(value), 1, 2, 3)
      return kind === 1n ? bytes(text).toString() : Number(BigInt.asIntN(32, number(int)))
    }
    default:
      return messageOf(type, bytes(value))
  }
}

/** Empty if none is set. */
function timeOf(message: Buffer, isMicro: boolean): string {
  const [seconds, nanos] = firstOf(message, 1, 2)
  if (seconds === undefined) return ''
  const milliseconds = Number(BigInt.asIntN(64, number(seconds))) * 1000
  const micros = String(number(nanos) / 1000n).padStart(6, '0')
  return new Date(milliseconds).toISOString().replace('.000Z', isMicro ? `.${micros}Z` : 'Z')
}

/** The object or list in protobuf; undefined for kinds that an API server sends only as JSON. */
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
