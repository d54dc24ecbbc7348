/** Columns and lines have the width that a terminal displays; ages look like kubectl's. */
import fc from 'fast-check'
import stringWidth from 'string-width'
import { describe, expect, test } from 'vitest'
import { cell } from '../../src/report/sanitize.ts'
import { stepLines } from '../../src/report/screen/command-lines.ts'
import { clip, clipStart, paletteFor, wrap } from '../../src/report/screen/layout.ts'
import { columns, tableLines } from '../../src/report/screen/table.ts'
import { age } from '../../src/report/words/duration.ts'
import type { StepText } from '../../src/report/words/step-words.ts'

test('columns align with wide and combining characters', () => {
  expect(
    columns([
      ['漢字', 'x'],
      ['e\u0301a', 'y'],
      ['plain', 'z'],
    ]),
  ).toEqual(['漢字    x', 'e\u0301a      y', 'plain   z'])
})

test('no row ends in spaces', () => {
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

test('wrapped lines fit unless one word is wider, and lose only spaces', () => {
  fc.assert(
    fc.property(words, fc.integer({ min: 12, max: 50 }), (parts, width) => {
      const lines = wrap(parts.join(' '), width, '  ')
      for (const line of lines)
        if (line.trim().includes(' ')) expect(stringWidth(line)).toBeLessThanOrEqual(width)
      expect(lines.map(line => line.trim()).join(' ')).toBe(parts.join(' ').normalize())
    }),
  )
})

test('text longer than any name is broken like prose', () => {
  const lines = wrap(`a ${'x'.repeat(2000)}`, 80)
  expect(Math.max(...lines.map(line => line.length))).toBe(80)
  expect(lines.join('').replace(/ /g, '')).toBe(`a${'x'.repeat(2000)}`)
})

test('clipped text fits and shows that something is missing', () => {
  expect(clip('nothing to clip', 20)).toBe('nothing to clip')
  fc.assert(
    fc.property(words, fc.integer({ min: 4, max: 30 }), (parts, width) => {
      const text = parts.join(' ')
      expect(stringWidth(clip(text, width))).toBeLessThanOrEqual(width)
      const end = clipStart(text, width)
      if (end.slice(2).includes(' ')) expect(stringWidth(end)).toBeLessThanOrEqual(width)
    }),
  )
})

describe('steps', () => {
  const palette = paletteFor(false)
  const shown = (texts: string[]) =>
    stepLines(
      'what to do',
      texts.map(text => ({ text, command: 'kubectl get pods' })),
      { width: 40, palette },
    )

  test('have numbers if there are several, and each starts where the number ends', () => {
    expect(shown(['Look at the pods of the namespace'])).toEqual([
      '  what to do  Look at the pods of the',
      '              namespace:',
      '                kubectl get pods',
    ])
    expect(shown(['Look at the pods of it', 'Look again'])).toEqual([
      '  what to do  1. Look at the pods of it:',
      '                   kubectl get pods',
      '              2. Look again:',
      '                   kubectl get pods',
    ])
  })

  test.each([
    ['', 'Look on node n (see step 2):'],
    [' (twice)', 'Look on node n (see step 2; twice):'],
  ])('with a command for the node lead to the one that gets a shell there', (end, expected) => {
    const looking = { text: `Look on node n${end}`, command: 'date', where: 'on node n' }
    const entering = { text: 'Get a shell on node n', command: 'ssh n', entersNode: true as const }
    const lines = (steps: StepText[]) => stepLines('', steps, { width: 80, palette })
    expect(lines([looking, entering])[0]).toContain(`1. ${expected}`)
    expect(lines([entering, looking]).join()).not.toContain('see step')
    expect(lines([looking]).join()).not.toContain('see step')
  })

  test('are never cut, however long they are', () => {
    const [first = '', ...more] = shown([`Look ${'at the pods '.repeat(60)}`, 'Look again'])
    expect(first).toContain('1. Look at')
    expect(more.length).toBeGreaterThan(20)
  })
})

describe('a table', () => {
  const rows = [
    ['web', 'deployment/shop', '1 pod'],
    ['payments', 'deployment/a', '12 pods'],
    ['web', 'pod/漢字', ''],
  ]

  test('has columns as wide as its rows need', () => {
    expect(tableLines(rows, 50, '  ')).toEqual([
      ['  web       deployment/shop  1 pod'],
      ['  payments  deployment/a     12 pods'],
      ['  web       pod/漢字'],
    ])
  })

  test('wraps the last column in its place if only that is too long', () => {
    const why = 'rollout in progress, 1 pod to go; rolled out 2 times in the last hour'
    const usage = [
      ['WORKLOAD', 'PULLS', 'WHY'],
      ['deployment/typo', 'up to 13', why],
      ['deployment/ten', 'up to 1', 'rollout in progress'],
    ]
    expect(tableLines(usage, 60, '  ')).toEqual([
      ['  WORKLOAD         PULLS     WHY'],
      [
        '  deployment/typo  up to 13  rollout in progress, 1 pod to',
        '                             go; rolled out 2 times in the',
        '                             last hour',
      ],
      ['  deployment/ten   up to 1   rollout in progress'],
    ])
  })

  test('breaks rows that do not fit between their cells', () => {
    expect(tableLines(rows, 32, '  ').slice(0, 2)).toEqual([
      ['  web  deployment/shop  1 pod'],
      ['  payments  deployment/a', '    12 pods'],
    ])
  })

  test('looks the same if it is longer than a screen', () => {
    const long = Array.from({ length: 21 }, () => rows).flat()
    expect(tableLines(long, 80, '  ')).toEqual(
      Array.from({ length: 21 }, () => tableLines(rows, 80, '  ')).flat(),
    )
  })

  test('cuts nothing off, whatever its cells contain', () => {
    const text = fc
      .string({ unit: 'grapheme', minLength: 1 })
      .map(raw => cell(raw).replaceAll(' ', '-').normalize())
    const row = fc.tuple(text, text, text)
    fc.assert(
      fc.property(fc.array(row, { minLength: 1 }), fc.integer({ min: 20, max: 400 }), (table, width) => {
        const shown = tableLines(table, width, '  ')
        expect(shown.map(lines => lines.join(' ').split(/ +/).slice(1))).toEqual(table)
      }),
    )
  })
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
])('%i seconds are shown as %s', (seconds, shown) => {
  const until = '2026-11-24T10:00:00Z'
  expect(age(new Date(Date.parse(until) - seconds * 1000).toISOString(), until)).toBe(shown)
})

test('an unknown age is not shown', () => {
  expect(age(null, '2026-11-24T10:00:00Z')).toBeNull()
  expect(age('yesterday', '2026-11-24T10:00:00Z')).toBeNull()
})
