/** Protobuf's wire format, both ways: numbered fields, each a number or bytes with a length in front. */

/** A value on the wire: a number, or bytes with a length prefix. */
export type Value = bigint | Buffer

export const bytes = (value: Value | undefined): Buffer => (Buffer.isBuffer(value) ? value : Buffer.alloc(0))
export const number = (value: Value | undefined): bigint => (typeof value === 'bigint' ? value : 0n)

/** The first value of each of these fields. */
export function firstOf(message: Buffer, ...numbers: number[]): (Value | undefined)[] {
  const fields = [...wireFields(message)]
  return numbers.map(wanted => fields.find(([given]) => given === wanted)?.[1])
}

const VARINT = 0n
const FIXED_64 = 1n
const FIXED_32 = 5n

export function* wireFields(message: Buffer): Generator<[number: number, value: Value]> {
  for (let at = 0; at < message.length; ) {
    const [tag, afterTag] = varint(message, at)
    const wire = tag & 7n
    const [plain, after] = wire === FIXED_64 || wire === FIXED_32 ? [0n, afterTag] : varint(message, afterTag)
    const length = wire === FIXED_64 ? 8 : wire === FIXED_32 ? 4 : wire === VARINT ? 0 : Number(plain)
    yield [Number(tag >> 3n), wire === VARINT ? plain : message.subarray(after, after + length)]
    at = after + length
  }
}

export function varint(message: Buffer, from: number): [value: bigint, next: number] {
  let value = 0n
  let at = from
  for (let shift = 0n; at < message.length; shift += 7n) {
    const byte = message[at++] ?? 0
    value |= BigInt(byte & 127) << shift
    if (byte < 128) break
  }
  return [value, at]
}

export const field = (number: number, content: Buffer): Buffer =>
  Buffer.concat([varintOf(BigInt((number << 3) | 2)), varintOf(BigInt(content.length)), content])

export const plainField = (number: number, value: bigint): Buffer =>
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
