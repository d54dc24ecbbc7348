import { expect, test } from 'vitest'
import { secretFromProtobuf } from '../../src/simulator/api-server/protobuf.ts'

const field = (number: number, value: Buffer | string) => {
  const bytes = Buffer.from(value)
  const { length } = bytes
  const size = length < 128 ? [length] : [(length & 127) | 128, length >> 7]
  return Buffer.concat([Buffer.from([(number << 3) | 2, ...size]), bytes])
}
const message = (...fields: Buffer[]) => Buffer.concat(fields)
const entry = (key: string, value: string) => message(field(1, key), field(2, value))

const envelope = (kind: string, raw: Buffer) =>
  message(
    Buffer.from('k8s\0'),
    field(1, message(field(1, 'v1'), field(2, kind))),
    field(2, raw),
    field(3, ''),
  )

test('a Secret as kubectl sends it is read whole', () => {
  const metadata = message(field(1, 'login'), field(2, ''), field(3, 'web'), field(11, entry('a', 'b')))
  const long = 'x'.repeat(300)
  const immutable = Buffer.from([(5 << 3) | 0, 1])
  const secret = message(field(1, metadata), field(2, entry('key', long)), field(3, 'Opaque'), immutable)
  expect(JSON.parse(secretFromProtobuf(envelope('Secret', secret)) ?? '')).toEqual({
    apiVersion: 'v1',
    kind: 'Secret',
    metadata: { name: 'login', namespace: 'web', labels: { a: 'b' } },
    data: { key: Buffer.from(long).toString('base64') },
    type: 'Opaque',
    immutable: true,
  })
})

test('other kinds, and JSON, are left alone', () => {
  expect(secretFromProtobuf(envelope('Pod', Buffer.alloc(0)))).toBeUndefined()
  expect(secretFromProtobuf(Buffer.from('{"kind":"Secret"}'))).toBeUndefined()
})
