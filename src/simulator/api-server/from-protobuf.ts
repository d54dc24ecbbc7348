/** Kubernetes' protobuf, as kubectl sends what it makes (`kubectl create deployment`), read into the JSON of the same object. */

import { type Field, fieldsOf, isMessage, MAGIC } from './protobuf-fields.ts'

/** A value as it stands on the wire: a number, or bytes with a length in front. */
type Value = bigint | Buffer

/** The JSON text of the object; undefined for what is no protobuf, or of a kind that this server does not know. */
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
    // An API server passes over numbers that it does not know, too.
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

/** Empty where none is set. */
function timeOf(message: Buffer, isMicro: boolean): string {
  const [seconds, nanos] = firstOf(message, 1, 2)
  if (seconds === undefined) return ''
  const milliseconds = Number(BigInt.asIntN(64, number(seconds))) * 1000
  const micros = String(number(nanos) / 1000n).padStart(6, '0')
  return new Date(milliseconds).toISOString().replace('.000Z', isMicro ? `.${micros}Z` : 'Z')
}

const bytes = (value: Value | undefined): Buffer => (Buffer.isBuffer(value) ? value : Buffer.alloc(0))
const number = (value: Value | undefined): bigint => (typeof value === 'bigint' ? value : 0n)

/** The first value of each of these fields. */
function firstOf(message: Buffer, ...numbers: number[]): (Value | undefined)[] {
  const fields = [...wireFields(message)]
  return numbers.map(wanted => fields.find(([given]) => given === wanted)?.[1])
}

const VARINT = 0n
const FIXED_64 = 1n
const FIXED_32 = 5n

function* wireFields(message: Buffer): Generator<[number: number, value: Value]> {
  for (let at = 0; at < message.length; ) {
    const [tag, afterTag] = varint(message, at)
    const wire = tag & 7n
    const [plain, after] = wire === FIXED_64 || wire === FIXED_32 ? [0n, afterTag] : varint(message, afterTag)
    const length = wire === FIXED_64 ? 8 : wire === FIXED_32 ? 4 : wire === VARINT ? 0 : Number(plain)
    yield [Number(tag >> 3n), wire === VARINT ? plain : message.subarray(after, after + length)]
    at = after + length
  }
}

function varint(message: Buffer, from: number): [value: bigint, next: number] {
  let value = 0n
  let at = from
  for (let shift = 0n; at < message.length; shift += 7n) {
    const byte = message[at++] ?? 0
    value |= BigInt(byte & 127) << shift
    if (byte < 128) break
  }
  return [value, at]
}
