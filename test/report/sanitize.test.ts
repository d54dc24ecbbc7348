/** Hostile text becomes harmless, sanitizing it again changes nothing, and each sink's escaper confines it. */
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import {
  cell,
  escapeInJson,
  guardLines,
  markdownCode,
  markdownCodeCell,
  markdownSentence,
  markdownText,
  sanitizeLine,
  shellWord,
  workflowMessage,
  workflowProperty,
  xml,
} from '../../src/report/sanitize.ts'
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
    expect(span).not.toContain('\n')
    expect(markdownCodeCell(text)).not.toMatch(/\||\n/)
  })
})

test('what a sentence has between backticks can be copied from Markdown, and the rest stays prose', () => {
  expect(markdownSentence('Run `a | b https://c` as @team, or `')).toBe(
    'Run `a | b https://c` as @<!-- -->team, or \\`',
  )
  forAny(text => {
    // A backtick behind an escaped backslash opens a code span, too.
    const parts = markdownSentence(text).split(/(?<=(?<!\\)(?:\\\\)*)`[^`]+`/)
    for (const part of parts) expect(part.replaceAll('<!-- -->', '')).not.toMatch(/<|>/)
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
  forAny(text => expect(shellWord(text)).toMatch(/^(?:[\w@%+=:,./-]+|\$?'[^']*'(?:\\''[^']*')*)$/))
})
