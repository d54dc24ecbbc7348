/** Text of any characters, for properties that must hold for all text. */
import fc from 'fast-check'

// fast-check's own unit `binary` first maps each of a million characters, which takes a second per process.
const character = fc
  .oneof(fc.integer({ min: 0, max: 0xd7ff }), fc.integer({ min: 0xe000, max: 0x10ffff }))
  .map(codePoint => String.fromCodePoint(codePoint))

/** Properties of every JavaScript object, which a careless look-up would find. */
const property = fc.constantFrom('__proto__', 'constructor', 'hasOwnProperty', 'length', 'then', 'toString')

/** Well-formed text of at most this many characters, possibly empty. */
export function anyText(maxLength?: number): fc.Arbitrary<string> {
  const text = fc.string({ unit: character, ...(maxLength === undefined ? {} : { maxLength }) })
  return fc.oneof({ weight: 15, arbitrary: text }, { weight: 1, arbitrary: property })
}
