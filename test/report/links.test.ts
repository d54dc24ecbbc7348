/** Links on a terminal: which terminals get them, and that each leads to what it displays. */
import { expect, test } from 'vitest'
import { linkUrls, opensLinks } from '../../src/report/screen/links.ts'

test.each([
  [true, { TERM_PROGRAM: 'iTerm.app' }, true],
  [true, { VTE_VERSION: '7006' }, true],
  [true, { VTE_VERSION: '4205' }, false],
  [true, { TERM: 'xterm-kitty' }, true],
  [true, { WT_SESSION: '5f2' }, true],
  [true, { TERM: 'xterm-256color' }, false],
  [true, { TERM: 'screen-256color', VTE_VERSION: '7006' }, false],
  [false, { TERM_PROGRAM: 'vscode' }, false],
])('terminal %s with %j opens links: %s', (isTerminal, env, opens) => {
  expect(opensLinks({ isTerminal, inCi: false }, env)).toBe(opens)
  expect(opensLinks({ isTerminal, inCi: true }, env)).toBe(false)
})

test('an address is a link to itself, without the punctuation of its sentence', () => {
  const text = 'See https://docs.docker.com/limits (or https://x.example/a?b=c#d).'
  const link = (url: string) => `\x1b]8;;${url}\x1b\\${url}\x1b]8;;\x1b\\`
  expect(linkUrls(text, { links: true })).toBe(
    `See ${link('https://docs.docker.com/limits')} (or ${link('https://x.example/a?b=c#d')}).`,
  )
  expect(linkUrls(text, {})).toBe(text)
})
