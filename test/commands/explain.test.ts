/** `explain`: every cause has a complete explanation, and names are found by cause and subcause. */
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, describe, expect, test } from 'vitest'
import { CAUSES } from '../../src/diagnosis/finding.ts'
import { classify } from '../../src/diagnosis/text/classify.ts'
import { explanationsOf } from '../../src/report/words/explanations.ts'
import { schemaErrors } from '../report/published-schema.ts'
import { runCommandLine } from './command-line.ts'

const home = mkdtempSync(join(tmpdir(), 'pullguard-explain-'))
afterAll(() => rmSync(home, { recursive: true, force: true }))
const explain = (...argv: string[]) =>
  runCommandLine(['explain', '--no-color', ...argv], { home, columns: 80 })

const CAUSE_EXPLANATIONS = explanationsOf(CAUSES).filter(({ kind }) => kind === 'cause')

test('every cause is explained in whole sentences, one screen each', async () => {
  for (const { name, is, howToTell } of CAUSE_EXPLANATIONS) {
    expect([is.at(-1), howToTell.at(-1)], name).toEqual(['.', '.'])
    const { out, code } = await explain(name)
    expect([code, out.split('\n').length < 40], name).toEqual([0, true])
    expect(out).toMatch(new RegExp(`^${name}: `))
    expect(
      out.split('\n').filter(line => line.length > 80),
      name,
    ).toEqual([])
  }
})

const reasonOf = (name: string) =>
  name === 'never-pull'
    ? 'ErrImageNeverPull'
    : name === 'invalid-reference'
      ? 'InvalidImageName'
      : 'ErrImagePull'

test("a cause's example is judged to be that cause", () => {
  for (const { name, example } of CAUSE_EXPLANATIONS)
    expect([name, classify(example ?? '', reasonOf(name)).cause]).toEqual([name, name])
})

test('without a name all causes are listed', async () => {
  const { out } = await explain()
  for (const cause of CAUSES) expect(out).toMatch(new RegExp(`^ +${cause} +[A-Z]`, 'm'))
})

test('a subcause leads to its cause, unless several have one of that name', async () => {
  expect((await explain('not-permitted')).out).toMatch(/^auth-required-or-denied: /)
  expect((await explain('rate-limited/unspecified')).out).toMatch(/^rate-limited: /)
  expect(await explain('unspecified')).toMatchObject({
    code: 2,
    err: expect.stringContaining('choose rate-limited/unspecified, auth-required-or-denied/unspecified'),
  })
})

describe('a name that is none', () => {
  test.each([
    ['rate-limitd', 'did you mean rate-limited?'],
    ['zzz', '`pullguard explain` lists them all.'],
  ])('%s is one sentence', async (name, hint) => {
    expect(await explain(name)).toEqual({
      code: 2,
      out: '',
      err: `There is no cause, subcause, or rule "${name}": ${hint}\n`,
    })
  })
})

test('the JSON has the same and fits the schema', async () => {
  const document = JSON.parse((await explain('tls', 'rate-limited', '-o', 'json')).out)
  expect(schemaErrors(document)).toEqual([])
  expect(document.explanations.map(({ name }: { name: string }) => name)).toEqual(['tls', 'rate-limited'])
})

test('a rule of audit is explained with its example, and a name that is both a cause and a rule as both', async () => {
  const { out, code } = await explain('always-pull', 'invalid-reference')
  expect(code).toBe(0)
  expect(out).toMatch(/^always-pull: Pull policy Always/)
  expect(out).toContain('imagePullPolicy: IfNotPresent')
  expect(out.match(/^invalid-reference: /gm)).toHaveLength(2)
})
