/** Text of any characters, for properties that must hold for all text. */
import fc from 'fast-check'

// fast-check's own unit `binary` first maps each of a million characters, which takes a second in every process.
const character = fc
  .oneof(fc.integer({ min: 0, max: 0xd7ff }), fc.integer({ min: 0xe000, max: 0x10ffff }))
  .map(codePoint => String.fromCodePoint(codePoint))

/** What every JavaScript object has a property for, so that a careless look-up finds it. */
const property = fc.constantFrom('__proto__', 'constructor', 'hasOwnProperty', 'length', 'then', 'toString')

/** Well-formed text of at most that many characters, empty text included. */
export function anyText(maxLength?: number): fc.Arbitrary<string> {
  const text = fc.string({ unit: character, ...(maxLength === undefined ? {} : { maxLength }) })
  return fc.oneof({ weight: 15, arbitrary: text }, { weight: 1, arbitrary: property })
}
