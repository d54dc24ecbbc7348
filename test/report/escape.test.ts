/** Each sink's escaper confines hostile text. */
import fc from 'fast-check'
import { expect, test } from 'vitest'
import {
  cell,
  markdownCode,
  markdownText,
  shellWord,
  workflowMessage,
  workflowProperty,
  xml,
} from '../../src/report/escape.ts'
import { FORBIDDEN, hostile } from './hostile-text.ts'

const forAny = (check: (text: string) => void) =>
  fc.assert(
    fc.property(hostile, text => {
      check(text)
    }),
  )

test('a cell is never empty and never contains the spaces that separate columns', () => {
  expect(cell('')).toBe('<none>')
  expect(cell(null)).toBe('<none>')
  forAny(text => expect(cell(text)).toMatch(/^(?! )(?:(?! {2})[^\n])+$/))
})

test('XML text contains no markup and no character that XML forbids', () => {
  forAny(text => {
    expect(xml(text)).not.toMatch(/[<>"']|&(?!amp;|lt;|gt;|quot;|apos;)/)
    expect(xml(text)).not.toMatch(FORBIDDEN)
  })
})

test('a code span can neither be closed nor end a table cell', () => {
  expect(markdownCode('nginx')).toBe('`nginx`')
  expect(markdownCode('a`b')).toBe('``a`b``')
  forAny(text => {
    const span = markdownCode(text)
    const fence = /^`+/.exec(span)?.[0] ?? ''
    const inside = span.slice(fence.length, -fence.length)
    expect(span.endsWith(fence)).toBe(true)
    expect(inside.match(/`+/g) ?? []).not.toContain(fence)
    expect(span).not.toMatch(/\||\n/)
  })
})

test('prose in Markdown mentions nobody, links nowhere and renders no markup', () => {
  expect(markdownText('@team see #1, <b>https://evil.example [x](y) a|b')).toBe(
    '@<!-- -->team see #<!-- -->1, &lt;b&gt;https:<!-- -->//evil.example \\[x\\](y) a\\|b',
  )
  forAny(text => {
    const prose = markdownText(text).replaceAll('<!-- -->', '\u0000')
    expect(prose).not.toMatch(/<|>|(?<!\\)(?:\\\\)*[|`[\]*]|@\w|#\d|:\/\/|www\.|\n/)
  })
})

test('a workflow command keeps text inside its fields', () => {
  expect(workflowMessage(['100%', 'a\nb'])).toBe('100%25%0Aa ⏎ b')
  expect(workflowProperty('a:b,c::d')).toBe('a%3Ab%2Cc%3A%3Ad')
  forAny(text => {
    expect(workflowProperty(text)).not.toMatch(/[:,\r\n]/)
    expect(workflowMessage([text, text])).not.toMatch(/[\r\n]|%(?!25|0A)/)
  })
})

test('a quoted shell word is one word and runs nothing', () => {
  expect(shellWord('web')).toBe('web')
  expect(shellWord('$(reboot); x')).toBe("'$(reboot); x'")
  forAny(text => expect(shellWord(text)).toMatch(/^(?:[\w@%+=:,./-]+|'[^']*'(?:\\''[^']*')*)$/))
})
