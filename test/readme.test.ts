/** The README's promises match the program: its tables, commands, and flags. */
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { afterAll, expect, test } from 'vitest'
import { parse, parseAllDocuments } from 'yaml'
import packageJson from '../package.json' with { type: 'json' }
import { CAUSES } from '../src/diagnosis/finding.ts'
import { Clock } from '../src/simulator/cluster/clock.ts'
import { Hub } from '../src/simulator/hub/hub.ts'
import { runCommandLine } from './commands/command-line.ts'
import { schema } from './report/published-schema.ts'

const readme = readFileSync(resolve(import.meta.dirname, '../README.md'), 'utf8')
const home = mkdtempSync(join(tmpdir(), 'pullguard-readme-'))
afterAll(() => rmSync(home, { recursive: true, force: true }))

const printed = new Map<string, Promise<string>>()
/** Returns what a command line prints; runs each only once. */
const outOf = (...argv: string[]): Promise<string> => {
  const line = argv.join(' ')
  const known = printed.get(line) ?? runCommandLine(argv, { home, columns: 80 }).then(({ out }) => out)
  printed.set(line, known)
  return known
}
const help = (...command: string[]) => outOf(...command, '--help')
const commonFlags = () => outOf('options')
/** Returns the first cells of the table below that heading. */
const firstCells = (heading: string) => {
  const [, section = ''] = readme.split(`\n${heading}\n`)
  const [body = ''] = section.split(/\n##/)
  return [...body.matchAll(/^\| ([^|]+?) \|/gm)].map(([, cell]) => cell).slice(1)
}

test("its table of causes lists every cause in the program's order", () => {
  expect(firstCells('## Causes')).toEqual(CAUSES.map(cause => `\`${cause}\``))
})

test('its table of exit codes has those of the help and those of signals', async () => {
  const out = await outOf('help', 'exit-codes')
  const codes = [...out.matchAll(/^ {2}(\d[\d, ]*\d|\d) {2}/gm)].map(([, code]) => code)
  expect(firstCells('### Exit codes')).toEqual(codes)
})

test('its table of commands has every command', async () => {
  const commands = [...(await help()).matchAll(/^ {2}([a-z]+) (?:\[|<)/gm)].map(([, command]) => command)
  const listed = firstCells('## Commands').map(cell => /pullguard ([a-z]+)/.exec(cell ?? '')?.[1])
  expect([...new Set(listed)]).toEqual(commands.filter(command => command !== 'help'))
})

/** `fix --pin` and the like, in a code span, a block or a table. */
const CALLS = [
  ...readme.matchAll(
    /(?:pullguard |`)(diagnose|why|wait|image|quota|audit|explain|fix|undo|demo)((?: (?!#)[^\s`|]+)*)/g,
  ),
].map(
  ([, command = '', rest = '']) =>
    [command, rest.split(' ').filter(word => /^-{1,2}[a-z]/i.test(word))] as const,
)

test('every flag in its commands exists for that command', async () => {
  expect(CALLS.length).toBeGreaterThan(15)
  for (const [command, flags] of CALLS) {
    const text = (await help(command)) + (await commonFlags())
    for (const flag of flags)
      expect(text, command).toMatch(new RegExp(`(?:^| )${flag.split('=')[0]}[ ,\n]`, 'm'))
  }
})

test('every flag of kubectl that it names exists for diagnose', async () => {
  const [, names = ''] = /kubectl's flags keep their names and meaning: `([^`]+)`/.exec(readme) ?? []
  const text = (await help('diagnose')) + (await commonFlags())
  for (const flag of names.split(' ')) expect(text).toMatch(new RegExp(`(?:^| )${flag}[ ,]`, 'm'))
})

test("its output formats of diagnose are exactly the program's", async () => {
  const { err } = await runCommandLine(['diagnose', '-o', 'x'], { home })
  const [, formats = ''] = /: choose ([^.]+)\./.exec(err) ?? []
  const [, listed = ''] = /\n`-o` prints ([\s\S]+?)\.\n/.exec(readme) ?? []
  expect([...listed.matchAll(/`([a-z]+)`/g)].map(([, format]) => format)).toEqual(formats.split(/, (?:or )?/))
})

const root = resolve(import.meta.dirname, '..')

test('every file that it links to exists', () => {
  const links = [...readme.matchAll(/\]\((?!https:)([^)#]+)\)/g)].map(([, path]) => path)
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

/** The fenced blocks by language; blocks without a language are shell. */
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

test('its CI recipes are YAML with valid command lines', async () => {
  const recipes = BLOCKS.filter(({ language }) => language === 'yaml').map(({ text }) => parse(text))
  const steps: { run?: string; uses?: string; with?: object }[] = recipes.flatMap(recipe =>
    Array.isArray(recipe) ? recipe : [],
  )
  const calls = steps.flatMap(({ run = '' }) =>
    run.startsWith('pullguard ') ? [run.split(' ').slice(1)] : [],
  )
  const job = recipes.find(({ kind }) => kind === 'CronJob').spec.jobTemplate.spec.template.spec
  calls.push(job.containers[0].args)
  const used = steps.find(({ uses }) => uses !== undefined)?.with as { command: string; args: string }
  calls.push([used.command, ...used.args.split(' ')])
  expect(calls.length).toBeGreaterThan(3)
  for (const call of calls) {
    const { err } = await runCommandLine([...call, '--kubeconfig', '/none'], { home })
    expect(err, call.join(' ')).toContain('/none')
  }
})

test('its ways to install name the current version, this repository, and existing inputs', () => {
  const { version, homepage } = packageJson
  const named = [...readme.matchAll(/(?:pullguard[@:/-]v?|version: )(\d+\.\d+\.\d+)/g)].map(
    ([, told]) => told,
  )
  expect(new Set(named)).toEqual(new Set([version]))
  const path = new URL(homepage).pathname
  const owners = [
    ...readme.matchAll(
      /(?:github\.com|githubusercontent\.com|ghcr\.io|quay\.io|uses: |--repo )(\/?[\w-]+\/pullguard)\b/g,
    ),
  ]
  expect(owners.length).toBeGreaterThan(5)
  for (const [, owner = ''] of owners) expect(`/${owner.replace(/^\//, '')}`).toBe(path)
  const yaml = BLOCKS.filter(({ language }) => language === 'yaml').map(({ text }) => parse(text))
  const [header] = parseAllDocuments(readFileSync(join(root, 'templates/pullguard.yml'), 'utf8')).map(part =>
    part.toJS(),
  )
  const included = yaml.find(({ include }) => include !== undefined).include[0]
  expect(Object.keys(header.spec.inputs)).toEqual(expect.arrayContaining(Object.keys(included.inputs)))
  const action = parse(readFileSync(join(root, 'action.yml'), 'utf8'))
  const used = yaml
    .flatMap(recipe => (Array.isArray(recipe) ? recipe : []))
    .find(({ uses }) => uses !== undefined)
  expect(Object.keys(action.inputs)).toEqual(expect.arrayContaining(Object.keys(used.with)))
})

test('its table of environment variables has exactly the variables that the program reads', () => {
  const told = firstCells('### Environment variables').flatMap(cell => cell?.match(/[A-Z_]{2,}/g) ?? [])
  const asked = sources(join(root, 'src'))
    .filter(file => !file.includes('simulator'))
    .flatMap(file => {
      const text = readFileSync(file, 'utf8')
      const taken = [...text.matchAll(/\{([^{}]*)\} = (?:\w+\.)?env\b/g)].flatMap(
        ([, names = '']) => names.match(/\b[A-Z_]{2,}\b/g) ?? [],
      )
      const direct = [...text.matchAll(/\benv\??\.([A-Z_]{2,})\b/g)].map(([, name = '']) => name)
      const quoted = [...text.matchAll(/'((?:HTTPS?|NO)_PROXY|PATH)'/g)].map(([, name = '']) => name)
      return [...taken, ...direct, ...quoted]
    })
  expect(told.sort()).toEqual([...new Set(asked)].sort())
})

function sources(folder: string): string[] {
  return readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .filter(name => name.endsWith('.ts'))
    .map(name => join(folder, name))
}

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
