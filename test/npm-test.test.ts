/** `npm test` fails if any of its parts fails, and prints the test count last. */
import { execFile } from 'node:child_process'
import { resolve } from 'node:path'
import { promisify } from 'node:util'
import { expect, test } from 'vitest'
import packageJson from '../package.json' with { type: 'json' }
import { folderWith } from './kubernetes/kubeconfig/files.ts'
import { untilTestEnds } from './until-test-ends.ts'

const SCRIPT = resolve(import.meta.dirname, '../scripts/test.mjs')
const PARTS = ['build', 'lint', 'types', 'unused', 'test:unit']

/** Runs `npm test` on a package whose parts print their names, including the failing ones. */
async function run(failing: string[]) {
  const scripts = PARTS.map(part => [part, `echo ran ${part} && exit ${failing.includes(part) ? 3 : 0}`])
  const folder = untilTestEnds(await folderWith({ 'package.json': { scripts: Object.fromEntries(scripts) } }))
  const ended = await promisify(execFile)(process.execPath, [SCRIPT], { cwd: folder.path }).then(
    ({ stdout }) => ({ code: 0, stdout }),
    ({ code, stdout }: { code: number; stdout: string }) => ({ code, stdout }),
  )
  return {
    code: ended.code,
    lines: ended.stdout
      .trimEnd()
      .split('\n')
      .map(line => line.trim()),
  }
}

test('npm test runs the parts that the package has, and the tests last', async () => {
  expect(packageJson.scripts.test).toBe('node scripts/test.mjs')
  expect(Object.keys(packageJson.scripts)).toEqual(expect.arrayContaining(PARTS))
  const { code, lines } = await run([])
  expect([code, lines.at(-1)]).toEqual([0, 'ran test:unit'])
  expect(lines.slice(0, -1).sort()).toEqual(['lint: passed', 'ran build', 'types: passed', 'unused: passed'])
  expect(lines.indexOf('types: passed')).toBeGreaterThan(lines.indexOf('ran build'))
})

test.each(['build', 'test:unit'])('npm test fails if %s fails, and shows its output', async part => {
  const { code, lines } = await run([part])
  expect(code).toBe(1)
  expect(lines).toContain(`ran ${part}`)
})

test('npm test shows every check that failed, and does not run the tests', async () => {
  const { code, lines } = await run(['lint', 'unused'])
  expect(code).toBe(1)
  expect(lines).toEqual(expect.arrayContaining(['ran lint', 'ran unused', 'types: passed']))
  expect(lines).not.toContain('ran test:unit')
})
