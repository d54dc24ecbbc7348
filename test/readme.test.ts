/** What the README shows and promises matches the program: its screen, its tables, its commands and their flags. */
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { afterAll, expect, test } from 'vitest'
import { parse } from 'yaml'
import { CAUSES } from '../src/diagnosis/finding.ts'
import { Clock } from '../src/simulator/cluster/clock.ts'
import { Hub } from '../src/simulator/hub/hub.ts'
import { runCommandLine } from './commands/command-line.ts'
import { schema } from './report/published-schema.ts'

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

test("its screen is the demo's own at 80 columns, except for the marked omissions", async () => {
  const { out } = await runCommandLine(['demo', '--no-color'], { home, columns: 80 })
  const [, screen = ''] = /\n```\n(\$ pullguard diagnose -A\n[\s\S]*?)```/.exec(readme) ?? []
  const parts = screen.split('[…]\n')
  expect(parts).toHaveLength(2)
  for (const part of parts) expect(out).toContain(part)
})

test("its table of causes lists every cause in the program's order", () => {
  expect(firstCells('## Causes')).toEqual(CAUSES.map(cause => `\`${cause}\``))
})

test('its table of exit codes has those of the help and those of signals', async () => {
  const codes = [...(await help()).matchAll(/^ {2}(\d) {2}/gm)].map(([, code]) => code)
  expect(firstCells('### Exit codes')).toEqual([...codes, '129, 130, 143'])
})

test('its table of commands has every command', async () => {
  const commands = [...(await help()).matchAll(/^ {2}([a-z]+) (?:\[|<)/gm)].map(([, command]) => command)
  const listed = firstCells('## Commands').map(cell => /pullguard ([a-z]+)/.exec(cell ?? '')?.[1])
  expect([...new Set(listed)]).toEqual(commands.filter(command => command !== 'help'))
})

/** `fix --pin` and the like, in a code span, a block or a table. */
const CALLS = [
  ...readme.matchAll(/(?:pullguard |`)(diagnose|why|image|quota|fix|undo|demo)((?: (?!#)[^\s`|]+)*)/g),
].map(
  ([, command = '', rest = '']) =>
    [command, rest.split(' ').filter(word => /^-{1,2}[a-z]/i.test(word))] as const,
)

test('every flag in its commands exists for that command', async () => {
  expect(CALLS.length).toBeGreaterThan(15)
  for (const [command, flags] of CALLS) {
    const text = await help(command)
    for (const flag of flags)
      expect(text, command).toMatch(new RegExp(`(?:^| )${flag.split('=')[0]}[ ,\n]`, 'm'))
  }
})

test('every flag of kubectl that it names exists for diagnose', async () => {
  const [, names = ''] = /kubectl's flags keep their names and meaning: `([^`]+)`/.exec(readme) ?? []
  const text = await help('diagnose')
  for (const flag of names.split(' ')) expect(text).toMatch(new RegExp(`(?:^| )${flag}[ ,]`, 'm'))
})

test("its output formats of diagnose are exactly the program's", async () => {
  const { err } = await runCommandLine(['diagnose', '-o', 'x'], { home })
  const [, formats = ''] = /Allowed choices are ([^.]+)\./.exec(err) ?? []
  const [, listed = ''] = /\n`-o` prints ([\s\S]+?)\.\n/.exec(readme) ?? []
  expect([...listed.matchAll(/`([a-z]+)`/g)].map(([, format]) => format)).toEqual(formats.split(', '))
})

const root = resolve(import.meta.dirname, '..')

test('every file that it links to exists', () => {
  const links = [...readme.matchAll(/\]\(([^)#]+)\)/g)].map(([, path]) => path)
  expect(links.length).toBeGreaterThan(5)
  for (const path of links) expect(existsSync(join(root, path ?? '')), path).toBe(true)
})

test('its tables of subcauses have every subcause of the JSON Schema under its cause', () => {
  const rows = [...readme.matchAll(/^\| (?:`([a-z-]+)`)? ?\| `([a-z-]+)` \|/gm)]
  const listed = rows.map(([, , subcause]) => subcause)
  const known = schema.$defs.Finding.properties.subcause.enum.filter((name: string | null) => name !== null)
  expect(new Set(listed)).toEqual(new Set(known))
  for (const [, cause] of rows) if (cause !== undefined) expect(CAUSES).toContain(cause)
})

/** The fenced blocks by language; those without a language are shell. */
const BLOCKS = [...readme.matchAll(/^```(\w*)\n([\s\S]*?)^```$/gm)].map(([, language = '', text = '']) => ({
  language,
  text,
}))

test('every npm script and every file in its blocks exists', () => {
  const { scripts } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'))
  const calls = [...readme.matchAll(/npm run ([\w:]+)/g)].map(([, script = '']) => script)
  expect(calls.length).toBeGreaterThan(1)
  for (const script of calls) expect(Object.keys(scripts)).toContain(script)
  const files = BLOCKS.flatMap(({ text }) =>
    [...text.matchAll(/-f (rbac\/\S+)/g)].map(([, file = '']) => file),
  )
  expect(files).not.toEqual([])
  for (const file of files) expect(existsSync(join(root, file)), file).toBe(true)
  const role = /--clusterrole=(\S+)/.exec(readme)?.[1]
  expect(parse(readFileSync(join(root, files[0] ?? ''), 'utf8')).metadata.name).toBe(role)
})

test('its CI steps are YAML, and each calls a command that accepts these flags', async () => {
  const steps = BLOCKS.filter(({ language }) => language === 'yaml').flatMap(({ text }) => parse(text))
  expect(steps.length).toBeGreaterThan(1)
  for (const { run } of steps) {
    const { err } = await runCommandLine([...run.split(' ').slice(1), '--kubeconfig', '/none'], { home })
    expect(err, run).toContain('/none')
  }
})

test('its image check is what the program prints for such a registry', async () => {
  const [, argv = '', printed = ''] = /\n\$ pullguard (image .*)\n([\s\S]*?)```/.exec(readme) ?? []
  const hub = new Hub({ clock: new Clock(() => Date.parse('2026-11-24T12:00:00Z')) })
  hub.addAccount({ name: 'jane', password: 'secret' })
  hub.addImage({ repository: 'library/nginx', tags: ['1.27', '1.27-alpine', 'latest'] })
  hub.addImage({ repository: 'acme/billing', tags: ['2.4'], owner: 'jane' })
  await hub.listen()
  try {
    const auth = Buffer.from('jane:secret').toString('base64')
    const config = { auths: { 'https://index.docker.io/v1/': { auth } } }
    const env = {
      PULLGUARD_REGISTRY_ENDPOINTS: `docker.io=${hub.url},hub.docker.com=${hub.url}`,
      DOCKER_AUTH_CONFIG: JSON.stringify(config),
    }
    const { out } = await runCommandLine([...argv.split(' '), '--no-color'], { home, env, columns: 80 })
    for (const line of printed.split('\n').filter(text => text !== '' && text !== '[…]'))
      expect(out).toContain(line)
  } finally {
    await hub.close()
  }
})
