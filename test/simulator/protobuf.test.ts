/** The simulator reads Kubernetes' protobuf like JSON: Kubernetes' own serializers (1.34) wrote each sample both ways. */
import { expect, test } from 'vitest'
import { jsonFromProtobuf } from '../../src/simulator/api-server/protobuf.ts'
import SAMPLES from './protobuf-samples.json' with { type: 'json' }

/** Removes parts that mean nothing: a null, an empty struct, and the status, which clients don't write. */
function withoutEmpty(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(withoutEmpty)
  if (typeof value !== 'object' || value === null) return value
  const fields = Object.entries(value).map(([name, content]) => [name, withoutEmpty(content)] as const)
  const isEmpty = (content: unknown) =>
    content === null ||
    (typeof content === 'object' && !Array.isArray(content) && Object.keys(content).length === 0)
  return Object.fromEntries(fields.filter(([, content]) => !isEmpty(content)))
}

test.each(SAMPLES.map(sample => [sample.object.kind, sample] as const))(
  'every field of a %s is read',
  (_kind, { protobuf, object }) => {
    const read: unknown = JSON.parse(jsonFromProtobuf(Buffer.from(protobuf, 'base64')) ?? 'null')
    expect(withoutEmpty(read)).toEqual(withoutEmpty({ ...object, status: undefined }))
  },
)

test('JSON is left alone, and so is a kind that the server does not serve', () => {
  expect(jsonFromProtobuf(Buffer.from('{"kind":"Secret"}'))).toBeUndefined()
  // apiVersion v1, kind Widget
  expect(jsonFromProtobuf(Buffer.from('k8s\0\x0a\x0c\x0a\x02v1\x12\x06Widget\x12\x00'))).toBeUndefined()
})
