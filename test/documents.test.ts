/** ARCHITECTURE.md and CONTRIBUTING.md are true: paths exist, every room is listed, and their statements about the compiler are correct. */
import { execFile } from 'node:child_process'
import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join, resolve, sep } from 'node:path'
import { promisify } from 'node:util'
import { expect, test } from 'vitest'

const ROOT = resolve(import.meta.dirname, '..')
const architecture = readFileSync(join(ROOT, 'ARCHITECTURE.md'), 'utf8')

test.each(['ARCHITECTURE.md', 'CONTRIBUTING.md', 'CHANGELOG.md', 'SECURITY.md'])(
  'every file and folder that %s names exists',
  name => {
    const text = readFileSync(join(ROOT, name), 'utf8')
    const links = [...text.matchAll(/\]\(([^)#]+)\)/g)].flatMap(([, path = '']) =>
      path.startsWith('https://') ? [] : path,
    )
    const spans = [...text.matchAll(/`((?:src|test|bin|schema|rbac)\/[\w./-]*)`/g)].map(
      ([, path = '']) => path,
    )
    expect(links.length + spans.length).toBeGreaterThan(0)
    expect([...links, ...spans].filter(path => !existsSync(join(ROOT, path)))).toEqual([])
  },
)

test('the table of rooms in ARCHITECTURE.md lists every folder of src and no other', () => {
  const rooms = [...architecture.matchAll(/^\| `src\/(\w+)\/` \|/gm)].map(([, room]) => room)
  const folders = readdirSync(join(ROOT, 'src'), { withFileTypes: true }).filter(entry => entry.isDirectory())
  expect(rooms.sort()).toEqual(folders.map(({ name }) => name).sort())
})

/** Each kind of new code as a contributor would add it, and the paragraph that lists what it requires. */
const ADDED: [paragraph: string, file: string, at: string, addition: string][] = [
  ['A cause.', 'diagnosis/finding.ts', 'export const CAUSES = [\n', "  'new-cause',\n"],
  ['A subcause.', 'diagnosis/finding.ts', 'export type DenialSubcause =\n', "  | 'new-denial'\n"],
  ['A subcause.', 'diagnosis/finding.ts', 'export type RateLimitSubcause = ', "'new-limit' | "],
  ['A subcause.', 'diagnosis/finding.ts', 'export type NotFoundSubcause = ', "'new-missing' | "],
  ['A step.', 'advice/step/step.ts', 'export type PodStep =\n', "  | { code: 'new-step' }\n"],
  [
    'A rule of audit.',
    'audit/finding.ts',
    'export interface RuleArguments {\n',
    "  'new-rule': Record<string, never>\n",
  ],
  ['A remedy.', 'diagnosis/finding.ts', 'export type Remedy = ', "'new-remedy' | "],
]

/** Returns the files in the parentheses of "does not compile until it has …", up to "Then" or the end of the sentence. */
function demanded(paragraph: string): string[] {
  const [, text = ''] = architecture.split(`**${paragraph}**`)
  const [own = ''] = text.split('\n\n')
  const claims = [
    ...own.matchAll(/(?:does not compile until|for a (?:rate limit|missing image))[\s\S]*?(?=\.\s|;|$)/g),
  ]
  return claims.flatMap(([claim]) => [...claim.matchAll(/\(`src\/([\w./-]+)`/g)].map(([, path = '']) => path))
}

test('code that ARCHITECTURE.md says does not compile does not compile', async () => {
  const scratch = mkdtempSync(join(tmpdir(), 'pullguard-documents-'))
  try {
    const asked = new Set(ADDED.flatMap(([paragraph]) => demanded(paragraph)))
    for (const file of readdirSync(join(ROOT, 'src'), { recursive: true, encoding: 'utf8' })) {
      if (!/\.[jt]s$/.test(file)) continue
      let text = readFileSync(join(ROOT, 'src', file), 'utf8')
      for (const [, changed, at, addition] of ADDED.filter(([, path]) => join(path) === file)) {
        expect(text.split(at), `${at} in ${changed}`).toHaveLength(2)
        text = text.replace(at, `${at}${addition}`)
      }
      mkdirSync(dirname(join(scratch, 'src', file)), { recursive: true })
      // Files that are only imported don't have to be checked.
      writeFileSync(
        join(scratch, 'src', file),
        asked.has(file.replaceAll(sep, '/')) ? text : `// @ts-nocheck\n${text}`,
      )
    }
    const settings = JSON.parse(readFileSync(join(ROOT, 'tsconfig.json'), 'utf8'))
    const modules = join(ROOT, 'node_modules')
    settings.compilerOptions.typeRoots = [join(modules, '@types')]
    settings.include = [...asked].map(file => join('src', file))
    writeFileSync(join(scratch, 'tsconfig.json'), JSON.stringify(settings))
    // Without this file, each import is an error, and the long list would be cut off.
    writeFileSync(join(scratch, 'package.json'), '{"type":"module"}')
    const compiler = join(modules, 'typescript/bin/tsc')
    const args = [compiler, '--noEmit', '--singleThreaded', '-p', scratch]
    const options = { cwd: scratch, maxBuffer: 1 << 26 }
    const failed = await promisify(execFile)(process.execPath, args, options).catch(
      (error: { stdout: string }) => error,
    )
    const errors = [
      ...failed.stdout.matchAll(
        /^src\/([\w./-]+)\(\d+,\d+\): error TS(?:.*\n {2})*?.*?Property '"(new-[a-z]+)"' is missing/gm,
      ),
    ]
    const kinds = new Map(
      ADDED.map(([paragraph, , , addition]) => [/new-[a-z]+/.exec(addition)?.[0], paragraph]),
    )
    for (const paragraph of new Set(ADDED.map(([name]) => name))) {
      const refused = errors.filter(([, , code]) => kinds.get(code) === paragraph).map(([, file]) => file)
      const claimed = demanded(paragraph)
      expect(claimed.length, paragraph).toBeGreaterThan(0)
      expect(
        claimed.filter(file => !refused.includes(file)),
        paragraph,
      ).toEqual([])
    }
  } finally {
    rmSync(scratch, { recursive: true, force: true })
  }
}, 60_000)
