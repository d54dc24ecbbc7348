/** Compares the splitter with JSON.parse: any document, any cut, and documents that are invalid or cut off. */
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { JsonElements } from '../../src/json/json-elements.ts'
import { JsonError, parseElements } from '../../src/json/json-error.ts'

interface Read {
  documents: unknown[]
  elements: [string, unknown][]
}

/** Cuts the bytes into chunks of `sizes`, over and over. */
function read(bytes: Buffer, sizes: number[] = [bytes.length || 1]): Read {
  const result: Read = { documents: [], elements: [] }
  const splitter = new JsonElements(['items', 'rows'], {
    onElements: (array, bytes, offset) => {
      for (const element of parseElements(bytes, offset)) result.elements.push([array, element])
    },
    onDocument: rest => result.documents.push(rest),
  })
  for (let at = 0, turn = 0; at < bytes.length; turn++) {
    const size = sizes[turn % sizes.length] ?? 1
    splitter.write(bytes.subarray(at, at + size))
    at += size
  }
  splitter.end()
  return result
}

/** The same elements by JSON.parse. */
function expected(documents: unknown[]): Read {
  const elements: [string, unknown][] = []
  const rests = documents.map(document => {
    if (typeof document !== 'object' || document === null || Array.isArray(document)) return document
    const emptied = Object.entries(document).map(([key, value]) => {
      if ((key !== 'items' && key !== 'rows') || !Array.isArray(value)) return [key, value]
      for (const element of value) elements.push([key, element])
      return [key, []]
    })
    return Object.fromEntries(emptied)
  })
  return { documents: rests, elements }
}

const parsed = fc.json().map(text => JSON.parse(text) as unknown)
const keys = fc.oneof(fc.constantFrom('items', 'rows', 'metadata'), fc.string({ unit: 'grapheme' }))
const list = fc.dictionary(keys, fc.oneof(parsed, fc.array(fc.oneof(parsed, fc.record({ items: parsed })))))
const documents = fc.array(fc.oneof(list, parsed), { minLength: 1, maxLength: 3 })
const sizes = fc.array(fc.integer({ min: 1, max: 40 }), { minLength: 1, maxLength: 5 })
/**
 * JSON.stringify, or text with more escapes than necessary. Texts of one letter stay plain: V8 of Node 24.21 reads the escaped key
 * `{"":1,"\u0079":2}` as a backslash if it has parsed `{"":1,"\\\\":2}` before.
 */
const escaped = (text: string) =>
  text.replace(/[a-z]/g, letter => `\\u00${letter.charCodeAt(0).toString(16)}`)
const written = (document: unknown, style: string) =>
  style === 'escaped'
    ? JSON.stringify(document).replace(/"(?:[^"\\]|\\.)*"/g, text =>
        text.length <= '"x"'.length
          ? text
          : text.replace(/\\.[^\\]*|[^\\]+/g, part => (part.startsWith('\\') ? part : escaped(part))),
      )
    : JSON.stringify(document, null, style === 'pretty' ? 4 : 0)

describe('cutting lists out of JSON', () => {
  test('any documents, written in any style and cut anywhere, give the same elements as JSON.parse', () => {
    fc.assert(
      fc.property(documents, sizes, fc.constantFrom('plain', 'pretty', 'escaped'), (some, cuts, style) => {
        const text = some.map(one => written(one, style)).join('\n')
        expect(read(Buffer.from(text), cuts)).toEqual(expected(some))
      }),
      { numRuns: 100 },
    )
  })

  test('a list cut off at any byte is never taken for a complete one', () => {
    const whole = Buffer.from(' {"items":[{"a":"}\\"é]"},null,12],"kind":"List","n":{"items":[1]}}')
    for (let length = 2; length < whole.length; length++) {
      expect(() => read(whole.subarray(0, length), [3])).toThrow(JsonError)
    }
    expect(() => read(whole.subarray(0, 20))).toThrow(
      expect.objectContaining({ offset: 20, truncated: true }),
    )
  })

  test.each([
    ['{"items":[1,]}', 12],
    ['{"items":[,1]}', 10],
    ['{"items":[1 2]}', 12],
    ['{"items":[1}}', 11],
    ['{"items":[{"a":1]]}', 10],
    ['{"a":1,}', 7],
    ['{"a" 1}', 5],
    ['{a:1}', 1],
    ['{"a":tru}', 0],
    ['{}\n]', 3],
    ['<html>', 0],
  ])('%s is refused at the byte where the error is', (text, offset) => {
    const error: unknown = (() => {
      try {
        return read(Buffer.from(text))
      } catch (caught) {
        return caught
      }
    })()
    expect(error).toBeInstanceOf(JsonError)
    expect(error).toMatchObject({ offset, truncated: false })
  })

  test('a byte order mark before the first document is skipped', () => {
    expect(read(Buffer.from('\ufeff{"items":[1]}'), [1])).toEqual({
      documents: [{ items: [] }],
      elements: [['items', 1]],
    })
  })
})

test.each(['{"items":[{"name":"', '{"items":[],"metadata":{"name":"', '[["', `{"k${'k'.repeat(30)}":1,"`])(
  'an endless text after %s is not buffered forever',
  begun => {
    const handlers = { onElements() {}, onDocument() {} }
    const elements = new JsonElements(['items'], handlers, 100)
    elements.write(Buffer.from(begun))
    const flood = () => {
      for (let round = 0; round < 20; round++) elements.write(Buffer.from('x'.repeat(10)))
    }
    expect(flood).toThrow('too long')
  },
)

test('a list of any length is read with bounded memory', () => {
  const parts: Buffer[] = []
  const handlers = {
    onElements: (_array: string, part: Buffer) => void parts.push(Buffer.from(part)),
    onDocument() {},
  }
  const elements = new JsonElements(['items'], handlers, 100)
  elements.write(Buffer.from('{"items":[{}'))
  for (let round = 0; round < 99; round++) elements.write(Buffer.from(',{"name":"pod"}'))
  elements.write(Buffer.from(']}'))
  elements.end()
  expect(parts).toHaveLength(100)
})
