/** A printed command, on any number of lines, is the same command when pasted into a shell. */

import { spawnSync } from 'node:child_process'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { sanitizeLine, shellWord, shellWords } from '../../src/report/sanitize.ts'
import { commandLines } from '../../src/report/screen/command-lines.ts'

const piece = fc.constantFrom(
  "'",
  '"',
  '\\',
  '$(touch PWNED)',
  '`id`',
  ' ',
  '$HOME',
  '&',
  ';',
  '#',
  'a',
  'b-c',
  '\n',
  '!',
  '*',
)
const word = fc.oneof(
  fc.array(piece, { minLength: 1, maxLength: 8 }).map(pieces => pieces.join('')),
  fc.string({ minLength: 1, maxLength: 20 }),
  fc.constantFrom('--all-namespaces', 'deployment/shop', "it's", "$(touch PWNED)'b'c"),
)
const command = fc.record({
  words: fc.array(word, { minLength: 1, maxLength: 12 }),
  width: fc.integer({ min: 12, max: 100 }),
})

/** Returns the words of each command as a shell parses the lines. */
function pasted(commands: string[][]): string[][] {
  const script = [`p() { printf '%s\\0' "$@"; printf '\\1\\0'; }`, ...commands.map(lines => lines.join('\n'))]
  const { stdout, stderr, status } = spawnSync('sh', { input: script.join('\n'), encoding: 'utf8' })
  expect({ stderr, status }).toEqual({ stderr: '', status: 0 })
  return stdout
    .split('\u0001\0')
    .slice(0, -1)
    .map(part => part.split('\0').slice(0, -1))
}

test.skipIf(process.platform === 'win32')('words survive quoting, wrapping and a shell', () => {
  const commands = fc.sample(command, 1500)
  const lines = commands.map(({ words, width }) =>
    commandLines(['p', ...words.map(shellWord)].join(' '), width, '    '),
  )
  expect(pasted(lines)).toEqual(commands.map(({ words }) => words.map(sanitizeLine)))
})

test.skipIf(spawnSync('bash').status !== 0)('what was copied along with a name survives bash', () => {
  const names = ['nginx\u200b:1.27', "it's\u00a0\\n", '\u{e0001}a\ufeff']
  const input = `printf '%s\\n' ${names.map(shellWord).join(' ')}`
  const env = { ...process.env, LC_ALL: 'C.UTF-8' }
  expect(spawnSync('bash', { input, env, encoding: 'utf8' }).stdout.split('\n').slice(0, -1)).toEqual(names)
  expect(shellWord('nginx\u200b\u001b[2J')).toBe("'nginx\\u200b\\u001b[2J'")
})

test('lines are broken between commands where each of them fits a line', () => {
  const command = 'df -h /var/lib/containerd; df -P /var/lib/containerd | tail -n 1'
  expect(commandLines(command, 60, '')).toEqual([
    'df -h /var/lib/containerd; df -P /var/lib/containerd \\',
    '  | tail -n 1',
  ])
  expect(commandLines(command, 40, '')).toEqual([
    'df -h /var/lib/containerd; \\',
    '  df -P /var/lib/containerd \\',
    '  | tail -n 1',
  ])
})

test('lines are broken only between words', () => {
  fc.assert(
    fc.property(command, ({ words, width }) => {
      const text = words.map(shellWord).join(' ')
      expect(shellWords(text).join(' ')).toBe(text)
      const lines = commandLines(text, width, '')
      expect(lines.map(line => line.replace(/ \\$/, '').trim()).join(' ')).toBe(text)
    }),
  )
})
