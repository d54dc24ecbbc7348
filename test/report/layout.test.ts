/** Columns and lines have the width that a terminal gives them; ages read as kubectl's. */
import fc from 'fast-check'
import stringWidth from 'string-width'
import { expect, test } from 'vitest'
import { clip, clipStart, columns, wrap } from '../../src/report/screen/wrap.ts'
import { age } from '../../src/report/words/duration.ts'

test('columns align wide and combining characters', () => {
  expect(
    columns([
      ['漢字', 'x'],
      ['e\u0301a', 'y'],
      ['plain', 'z'],
    ]),
  ).toEqual(['漢字    x', 'e\u0301a      y', 'plain   z'])
})

test('no row ends in blanks', () => {
  expect(
    columns([
      ['a', ''],
      ['bb', 'c'],
    ]),
  ).toEqual(['a', 'bb   c'])
})

const words = fc.array(fc.constantFrom('a', 'word', '漢字', 'x'.repeat(40), 'e\u0301', '👩‍👩‍👧'), {
  minLength: 1,
})

test('wrapped lines fit and lose nothing but blanks', () => {
  fc.assert(
    fc.property(words, fc.integer({ min: 12, max: 50 }), (parts, width) => {
      const lines = wrap(parts.join(' '), width, '  ')
      for (const line of lines) expect(stringWidth(line)).toBeLessThanOrEqual(width)
      expect(lines.join('').replace(/ /g, '')).toBe(parts.join(''))
    }),
  )
})

test('clipped text fits and shows that something is missing', () => {
  expect(clip('nothing to clip', 20)).toBe('nothing to clip')
  fc.assert(
    fc.property(words, fc.integer({ min: 4, max: 30 }), (parts, width) => {
      const text = parts.join(' ')
      expect(stringWidth(clip(text, width))).toBeLessThanOrEqual(width)
      expect(stringWidth(clipStart(text, width))).toBeLessThanOrEqual(width)
    }),
  )
})

test.each([
  [45, '45s'],
  [119, '119s'],
  [125, '2m5s'],
  [720, '12m'],
  [3 * 3600, '3h'],
  [5 * 3600 + 1200, '5h20m'],
  [47 * 3600, '47h'],
  [3 * 86_400 + 4 * 3600, '3d4h'],
  [40 * 86_400, '40d'],
  [(2 * 365 + 30) * 86_400, '2y30d'],
  [9 * 365 * 86_400, '9y'],
  [-5, '0s'],
])('%i seconds read as %s', (seconds, shown) => {
  const until = '2026-11-24T10:00:00Z'
  expect(age(new Date(Date.parse(until) - seconds * 1000).toISOString(), until)).toBe(shown)
})

test('an age that nobody knows is none', () => {
  expect(age(null, '2026-11-24T10:00:00Z')).toBeNull()
  expect(age('yesterday', '2026-11-24T10:00:00Z')).toBeNull()
})
