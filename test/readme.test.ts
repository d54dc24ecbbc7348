/** What the README shows and promises is what the program does: its screen, its tables, its commands and their flags. */
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { afterAll, expect, test } from 'vitest'
import { CAUSES } from '../src/diagnosis/finding.ts'
import { runCommandLine } from './commands/command-line.ts'

const readme = readFileSync(resolve(import.meta.dirname, '../README.md'), 'utf8')
const home = mkdtempSync(join(tmpdir(), 'pullguard-readme-'))
afterAll(() => rmSync(home, { recursive: true, force: true }))

const help = async (...command: string[]) =>
  (await runCommandLine([...command, '--help'], { home, columns: 80 })).out
/** The first cells of the table below that heading. */
const firstCells = (heading: string) => {
  const [, section = ''] = readme.split(`\n${heading}\n`)
  const [body = ''] = section.split(/\n##/)
  return [...body.matchAll(/^\| ([^|]+?) \|/gm)].map(([, cell]) => cell).slice(1)
}

test('its screen is the demo’s own, at 80 columns, but for what it leaves out', async () => {
  const { out } = await runCommandLine(['demo', '--no-color'], { home, columns: 80 })
  const [, screen = ''] = /\n```\n(\$ pullguard diagnose -A\n[\s\S]*?)```/.exec(readme) ?? []
  const parts = screen.split('[…]\n')
  expect(parts).toHaveLength(2)
  for (const part of parts) expect(out).toContain(part)
})

test('its table of causes has every cause, in the order of telling', () => {
  expect(firstCells('## Causes')).toEqual(CAUSES.map(cause => `\`${cause}\``))
})

test('its table of exit codes has those of the help, and those of signals', async () => {
  const codes = [...(await help()).matchAll(/^ {2}(\d) {2}/gm)].map(([, code]) => code)
  expect(firstCells('### Exit codes')).toEqual([...codes, '129, 130, 143'])
})

test('its table of commands has every command', async () => {
  const commands = [...(await help()).matchAll(/^ {2}([a-z]+) (?:\[|<)/gm)].map(([, command]) => command)
  const told = firstCells('## Commands').map(cell => /pullguard ([a-z]+)/.exec(cell ?? '')?.[1])
  expect([...new Set(told)]).toEqual(commands.filter(command => command !== 'help'))
})

/** `fix --pin` and the like: in a code span, a block or a table. */
const CALLS = [
  ...readme.matchAll(/(?:pullguard |`)(diagnose|why|image|fix|undo|demo)((?: (?!#)[^\s`|]+)*)/g),
].map(
  ([, command = '', rest = '']) =>
    [command, rest.split(' ').filter(word => /^-{1,2}[a-z]/i.test(word))] as const,
)

test('every flag that it calls a command with is one of that command', async () => {
  expect(CALLS.length).toBeGreaterThan(15)
  for (const [command, flags] of CALLS) {
    const text = await help(command)
    for (const flag of flags)
      expect(text, command).toMatch(new RegExp(`(?:^| )${flag.split('=')[0]}[ ,\n]`, 'm'))
  }
})

test('every flag of kubectl that it names is one of diagnose', async () => {
  const [, names = ''] = /kubectl's flags keep their names and meaning: `([^`]+)`/.exec(readme) ?? []
  const text = await help('diagnose')
  for (const flag of names.split(' ')) expect(text).toMatch(new RegExp(`(?:^| )${flag}[ ,]`, 'm'))
})

test('every output format of diagnose that it names is one, and none is left out', async () => {
  const { err } = await runCommandLine(['diagnose', '-o', 'x'], { home })
  const [, formats = ''] = /Allowed choices are ([^.]+)\./.exec(err) ?? []
  const [, told = ''] = /\n`-o` prints ([\s\S]+?)\.\n/.exec(readme) ?? []
  expect([...told.matchAll(/`([a-z]+)`/g)].map(([, format]) => format)).toEqual(formats.split(', '))
})

test('every file that it and CONTRIBUTING.md name is there', () => {
  const root = resolve(import.meta.dirname, '..')
  const contributing = readFileSync(join(root, 'CONTRIBUTING.md'), 'utf8')
  const links = [...readme.matchAll(/\]\(([^)#]+)\)/g)].map(([, path]) => path)
  const spans = [...contributing.matchAll(/`((?:src|test|bin|schema)\/[\w./-]+)`/g)].map(([, path]) => path)
  expect(spans.length).toBeGreaterThan(15)
  for (const path of [...links, ...spans]) expect(existsSync(join(root, path ?? '')), path).toBe(true)
})
