/** CI systems and baselines have stored fingerprints, so these must never change. */
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { fingerprint } from '../../src/report/machine/fingerprint.ts'

/** FNV-1a as its authors define it, with whole numbers. */
function reference(text: string): string {
  let hash = 0xcbf29ce484222325n
  for (const byte of Buffer.from(text)) hash = BigInt.asUintN(64, (hash ^ BigInt(byte)) * 0x100000001b3n)
  return hash.toString(16).padStart(16, '0')
}

test('a fingerprint is the 64-bit FNV-1a of its parts', () => {
  fc.assert(
    fc.property(fc.array(fc.option(fc.string({ unit: 'grapheme' }))), parts => {
      expect(fingerprint(parts)).toBe(reference(JSON.stringify(parts)))
    }),
  )
})
