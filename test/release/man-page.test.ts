/** The man page: everything that the help has, in a form that groff has nothing to say about. */
import { spawnSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { resolve } from 'node:path'
import { expect, test } from 'vitest'
import { manPage } from '../../scripts/man-page.mjs'
import { TOPICS } from '../../src/cli/help-topics.ts'
import { buildProgram } from '../../src/cli/program.ts'

const page = manPage()
const program = buildProgram(
  {
    program: 'pullguard',
    version: '0',
    helpWidth: 80,
    writeOut: () => {},
    context: () => expect.unreachable(),
    writingContext: () => expect.unreachable(),
  },
  () => {},
)
const hasGroff = spawnSync('groff', ['--version']).status === 0

test('the man page is in the package as it was built', () => {
  expect(readFileSync(resolve(import.meta.dirname, '../../man/pullguard.1'), 'utf8')).toBe(page)
})

test('the man page has every command, flag, environment variable, and exit code', () => {
  const plain = page.replaceAll('\\-', '-')
  const flags = program.commands.flatMap(command => command.options.map(option => option.flags))
  const rows = Object.values(TOPICS).flatMap(topic => topic.rows.map(([name]) => name))
  for (const term of [...flags, ...rows]) expect(plain).toContain(`.B ${term}\n`)
  for (const command of program.commands.filter(each => each.name() !== 'options'))
    expect(plain).toContain(`.SS pullguard ${command.name()}`)
})

test.skipIf(!hasGroff)(
  'the man page is set by groff without a warning, and shows examples as they are typed',
  () => {
    const { status, stdout, stderr } = spawnSync(
      'groff',
      ['-man', '-ww', '-Tascii', '-P-cbou', '-rLL=100n'],
      {
        input: page,
        encoding: 'utf8',
      },
    )
    expect({ status, stderr }).toEqual({ status: 0, stderr: '' })
    expect(stdout).toContain('  pullguard diagnose -n web -o junit > pulls.xml  for a CI system\n')
    expect(stdout).toContain(
      "pullguard - A command-line doctor for Kubernetes clusters whose pods can't pull",
    )
  },
)

test('the man page takes no text for a request', () => {
  const requests = page.split('\n').filter(line => /^[.']/.test(line))
  expect(requests.filter(line => !/^\.(?:TH|SH|SS|TP|PP|B|I|BR|RI|br|nf|fi)\b/.test(line))).toEqual([])
})
