/** The cache of redacted messages must never let another message's secret through. */
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { redactMessage } from '../../src/secrecy/foreign-text.ts'
import { redact } from '../../src/secrecy/redact.ts'

const DIGEST = fc.stringMatching(/^[0-9a-f]{64}$/).map(hex => `sha256:${hex}`)
const PARTS = [
  'failed to pull',
  ' ',
  '"',
  '@',
  '=',
  ': ',
  'password',
  'token=',
  'Authorization: Bearer ',
  'basic ',
  'https://user:pw@host/',
  'eyJhbGciOiJIUzI1NiJ9.',
  'sig=',
]

test('a message is redacted as if it were the only one, whatever came before it', () => {
  const message = fc
    .array(fc.oneof(DIGEST, fc.constantFrom(...PARTS)), { maxLength: 8 })
    .map(parts => parts.join(''))
  fc.assert(
    fc.property(fc.array(message, { minLength: 1, maxLength: 20 }), messages => {
      for (const text of messages) expect(redactMessage(text)).toBe(redact(text))
    }),
  )
})

test('the same message with another digest is unchanged', () => {
  const message = (digit: string) => `failed to pull "app@sha256:${digit.repeat(64)}": 429 Too Many Requests`
  for (const digit of '0a1b') expect(redactMessage(message(digit))).toBe(message(digit))
})
