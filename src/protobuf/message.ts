/** Reads the wanted fields of one protobuf message into what JSON would give. Speed matters: every byte of a large list passes through. */

import type { Field, Shape } from './shape.ts'

/** Invalid or incomplete protobuf. */
export class ProtobufError extends Error {
  override name = 'ProtobufError'
  /** The bytes ended inside a message: the connection was cut off, rather than the bytes being invalid. */
  readonly truncated: boolean

  constructor(problem: string, { truncated } = { truncated: false }) {
    super(problem)
    this.truncated = truncated
  }
}

type Message = Record<string, unknown>

/** Wire types (protobuf encoding, "Message Structure"). */
export const VARINT = 0
const FIXED_64 = 1
export const LENGTH = 2
const FIXED_32 = 5

/** The read position, and the lower 32 bits of the last varint: the upper ones are not needed. */
export interface Cursor {
  at: number
  low: number
}

/** Reads a message. Empty, zero, and false fields are omitted, as in JSON. @throws ProtobufError */
export function readMessage(bytes: Buffer, shape: Shape, from = 0, to = bytes.length): Message {
  return readNested(bytes, shape, { at: from, low: 0 }, to)
}

function readNested(bytes: Buffer, shape: Shape, cursor: Cursor, end: number): Message {
  const message: Message = {}
  readInto(message, bytes, shape, cursor, end)
  return message
}

function readInto(message: Message, bytes: Buffer, shape: Shape, cursor: Cursor, end: number): void {
  while (cursor.at < end) {
    readVarint(bytes, cursor, end)
    const tag = cursor.low
    const field = shape[tag >>> 3]
    switch (tag & 7) {
      case VARINT:
        readVarint(bytes, cursor, end)
        if (field) setNumber(message, field, cursor.low)
        break
      case LENGTH: {
        readVarint(bytes, cursor, end)
        const stop = cursor.at + cursor.low
        if (cursor.low < 0 || stop > end) throw new ProtobufError('a field is longer than its message')
        if (field) setBytes(message, field, bytes, cursor, stop)
        cursor.at = stop
        break
      }
      case FIXED_64:
        cursor.at += 8
        break
      case FIXED_32:
        cursor.at += 4
        break
      default:
        throw new ProtobufError('a field is of no known kind')
    }
  }
  if (cursor.at > end) throw new ProtobufError('a field is longer than its message')
}

function setNumber(message: Message, { type, name }: Field, value: number): void {
  if (value === 0) return
  if (type === 'flag') message[name] = true
  else if (type === 'number') message[name] = value
}

/** Reads the value from the cursor to `to`. Nested messages share the cursor, so its position is meaningless to the caller afterwards. */
function setBytes(message: Message, field: Field, bytes: Buffer, cursor: Cursor, to: number): void {
  const { name, type, shape } = field
  const from = cursor.at
  switch (type) {
    case 'text':
      if (to > from) message[name] = bytes.toString('utf8', from, to)
      break
    case 'one':
      message[name] = readNested(bytes, shape as Shape, cursor, to)
      break
    case 'many': {
      message[name] ??= []
      const list = message[name] as unknown[]
      list.push(readNested(bytes, shape as Shape, cursor, to))
      break
    }
    case 'inline':
      readInto(message, bytes, shape as Shape, cursor, to)
      break
    case 'texts': {
      const { key = '', value = '' } = readNested(bytes, ENTRY, cursor, to) as {
        key?: string
        value?: string
      }
      // No prototype: a key can have any name.
      message[name] ??= Object.create(null)
      const map = message[name] as Record<string, string>
      map[key] = value
      break
    }
    case 'time':
    case 'microTime':
      if (to > from) message[name] = timeText(readNested(bytes, TIMESTAMP, cursor, to), type)
      break
  }
}

const ENTRY: Shape = [undefined, field('text', 'key'), field('text', 'value')]
/** Seconds fit into 32 bits until 2038, and unsigned until 2106. */
const TIMESTAMP: Shape = [undefined, field('number', 'seconds'), field('number', 'nanos')]

function field(type: Field['type'], name: string): Field {
  return { name, type, shape: null }
}

function timeText(message: Message, type: 'time' | 'microTime'): string {
  const whole = wholeSeconds(((message.seconds ?? 0) as number) >>> 0)
  const micros = Math.floor(((message.nanos ?? 0) as number) / 1000)
  return type === 'time' ? `${whole}Z` : `${whole}.${String(micros).padStart(6, '0')}Z`
}

/** The number of timestamps to cache: a large list repeats the same ones. */
const MAX_CACHED_TIMES = 4096
const cachedTimes = new Map<number, string>()

function wholeSeconds(seconds: number): string {
  const known = cachedTimes.get(seconds)
  if (known !== undefined) return known
  if (cachedTimes.size >= MAX_CACHED_TIMES) cachedTimes.clear()
  const text = new Date(seconds * 1000).toISOString().slice(0, -'.000Z'.length)
  cachedTimes.set(seconds, text)
  return text
}

/** Reads a varint into `cursor.low`, as a signed 32-bit number. @throws ProtobufError */
export function readVarint(bytes: Buffer, cursor: Cursor, end: number): void {
  let low = 0
  let shift = 0
  let byte: number
  do {
    if (cursor.at >= end || shift > 63) throw new ProtobufError('a number does not end')
    byte = bytes[cursor.at++] as number
    if (shift < 32) low |= (byte & 127) << shift
    shift += 7
  } while (byte > 127)
  cursor.low = low
}
