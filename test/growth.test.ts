/** Text written by a tenant is judged, redacted, and displayed in linear time. */

import { expect, test } from 'vitest'
import { classify } from '../src/diagnosis/text/classify.ts'
import { cell, markdownCode, markdownText, sanitizeLine } from '../src/report/sanitize.ts'
import { clip, clipStart, field } from '../src/report/screen/layout.ts'
import { columns } from '../src/report/screen/table.ts'
import { redact } from '../src/secrecy/redact.ts'
import { growthOf } from './linear-time.ts'
import { triedExpressions } from './tried-expressions.ts'

/** Returns an expression's literals: repeating them many times makes a careless expression backtrack. */
function fragmentsOf({ source }: RegExp): string[] {
  const words = source
    .replace(/\\[bB]|\(\?(?:<?[=!:])|\{\d+(?:,\d*)?\}\??|\\[wdsSWD]|\[(?:\\.|[^\]\\])*\]/g, '|')
    .split(/[()|?*+^$.]+/)
    .map(word => word.replace(/\\(.)/g, '$1'))
    .filter(word => word !== '')
  return [...new Set([...words, ' ', 'a', ':', '"'])]
}

/** Quadratic expressions take a tenth of a second for this many characters, linear ones less than a millisecond. */
const EXPRESSION = { length: 10_000, enough: 30 }

/** Returns the floods on which an expression takes more than linear time, with the growth. */
function slowFloods(expression: RegExp): string[] {
  const fragments = fragmentsOf(expression).slice(0, 16)
  const [head = ''] = fragments
  const everywhere = new RegExp(expression.source, `${expression.flags.replace(/[gy]/g, '')}g`)
  const floods = fragments.flatMap(fragment => [
    fragment,
    `${head}${fragment}`,
    `${fragment} `.replace(/ +$/, ' '),
  ])
  return floods.flatMap(flood => {
    const growth = growthOf(length => {
      const text = `${head} ${flood.repeat(Math.ceil(length / flood.length))}\u00e9`
      return () => text.replace(everywhere, '')
    }, EXPRESSION)
    return growth === null ? [] : [`${expression} on ${JSON.stringify(flood)}: ${growth}`]
  })
}

test.each(Object.entries(await triedExpressions()))(
  '%s takes linear time on any flood',
  { timeout: 120_000 },
  (subject, expressions) => {
    // Too few of them would mean that most were not found.
    expect(expressions.length).toBeGreaterThan(subject.startsWith('every') ? 100 : 5)
    expect(expressions.flatMap(slowFloods)).toEqual([])
  },
)

test('the measure of growth finds quadratic work', () => {
  const quadratic = (length: number) => {
    const text = `${' '.repeat(length)}x`
    return () => / +$/.test(text)
  }
  expect(growthOf(quadratic, { length: 8_000, enough: 5 })).toBeGreaterThan(3)
})

/** Quadratic work takes several seconds for this many characters, linear work a fraction of one. */
const LONG = 100_000
const PIPELINE = { length: LONG, enough: 2_000 }
const FLOODS = ['cookie:', 'no free ', ' ', '`a', 'x y ', 'token=.']

test.each(FLOODS)('a flood of %j passes the whole pipeline in linear time', { timeout: 60_000 }, flood => {
  const growth = growthOf(length => {
    const text = `\u00e9${flood.repeat(Math.ceil(length / flood.length))}no\u00e9`
    return () => {
      const clean = redact(text)
      classify(clean, 'Failed')
      for (const show of [sanitizeLine, markdownText, markdownCode, cell]) show(clean)
      clip(clean, 80)
      clipStart(clean, 80)
      field({ label: 'evidence', text: clean.slice(0, 65_536) }, 80)
    }
  }, PIPELINE)
  expect(growth).toBeNull()
})

test('one absurdly long name widens only its own row', () => {
  const long = 'n'.repeat(LONG)
  const rows = [['NAME', 'IMAGE'], [long, 'a'], ...Array.from({ length: 300 }, () => ['web', 'b'])]
  expect(columns(rows).join('\n').length).toBeLessThan(LONG + 10_000)
  expect(columns([['a'], [long]]).join('\n').length).toBeLessThan(LONG + 10)
})
