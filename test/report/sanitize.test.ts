/** Hostile text becomes harmless, and sanitizing it again changes nothing. */
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { escapeInJson, guardLines, sanitizeLine } from '../../src/report/sanitize.ts'
import { FORBIDDEN, hostile } from './hostile-text.ts'

test.each([
  ['an escape sequence', 'a\u001b[31mb', 'a\\u001b[31mb'],
  ['the one-character CSI', 'a\u009b2J', 'a\\u009b2J'],
  ['a right-to-left override', 'tag\u202egnp', 'tag\\u202egnp'],
  ['isolates and marks', '\u2066x\u2069\u200e', '\\u2066x\\u2069\\u200e'],
  ['a zero-width space', 'ngi\u200bnx', 'ngi\\u200bnx'],
  ['a lone surrogate', 'x\ud800y', 'x\\ud800y'],
  ['a tag character beyond U+FFFF', 'x\u{e0041}y', 'x\\u{e0041}y'],
  ['line breaks of any kind', 'one\r\n  two\u2028three', 'one ⏎ two ⏎ three'],
  ['blanks of any kind', 'a\tb\u00a0c\u3000d', 'a b c d'],
  ['a runner command in the middle', 'x ##[error]y ##vso[z', 'x # #[error]y # #vso[z'],
  [
    'what is harmless',
    'dial tcp [::1]:5000: naïve 漢字 #1 ## two',
    'dial tcp [::1]:5000: naïve 漢字 #1 ## two',
  ],
])('%s is shown that way', (_name, text, shown) => {
  expect(sanitizeLine(text)).toBe(shown)
})

describe('for any text', () => {
  test('the sanitizeLine form is one line without invisible or executable parts', () => {
    fc.assert(
      fc.property(hostile, text => {
        const shown = sanitizeLine(text)
        expect(shown).not.toMatch(FORBIDDEN)
        expect(shown).not.toContain('\n')
      }),
    )
  })

  test('sanitizing twice changes nothing more', () => {
    fc.assert(
      fc.property(hostile, text => {
        expect(sanitizeLine(sanitizeLine(text))).toBe(sanitizeLine(text))
      }),
    )
  })

  test('guarded lines never start a workflow command', () => {
    fc.assert(
      fc.property(fc.array(fc.constantFrom('::', ':', ' ', '\n', 'error', '\t')), parts => {
        expect(guardLines(parts.join(''))).not.toMatch(/^\s*::/m)
      }),
    )
  })

  test('JSON keeps its meaning and contains nothing raw', () => {
    fc.assert(
      fc.property(hostile, text => {
        const json = escapeInJson(JSON.stringify({ text }, null, 2))
        expect(JSON.parse(json)).toEqual({ text })
        expect(json).not.toMatch(FORBIDDEN)
      }),
    )
  })
})
