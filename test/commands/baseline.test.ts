/** `diagnose` with a file of known failures: they are counted in every format and never affect the exit code. */
import { readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { schemaErrors } from '../report/published-schema.ts'
import { type Incident, startIncident } from './incident.ts'

let incident: Incident
beforeAll(async () => {
  incident = await startIncident()
})
afterAll(() => incident.close())

const diagnose = (...argv: string[]) => incident.run(['diagnose', '-A', ...argv])
const baseline = async (name: string, ...ignore: object[]) => {
  await writeFile(join(incident.home, name), JSON.stringify({ kind: 'Baseline', findings: [], ignore }))
  return name
}

test('what was written as known is not a finding in the next run, in any format', async () => {
  const written = await diagnose('--write-baseline', 'known.json', '-o', 'text')
  expect(written).toMatchObject({ code: 0, err: '3 known failures written to known.json.\n' })
  const text = await diagnose('--baseline', 'known.json', '-o', 'text')
  expect(text).toMatchObject({ code: 0, err: '' })
  expect(text.out).toMatch(
    /^No other image pulls are failing in all namespaces of simulator \(\d+ pods checked\)\. 3 known failures in 3 pods are not counted\.\n$/,
  )
  const json = JSON.parse((await diagnose('--baseline', 'known.json', '-o', 'json')).out)
  expect(json).toMatchObject({ findings: [], summary: { failingPods: 0, causes: {} } })
  expect(json.known).toHaveLength(3)
  expect(schemaErrors(json)).toEqual([])
  const { out: junit } = await diagnose('--baseline', 'known.json', '-o', 'junit')
  expect(junit).toContain('tests="4" failures="0" errors="0" time="0" skipped="3"')
  expect(junit).toContain('<skipped message="known: rate-limited">')
  for (const format of ['name', 'gitlab', 'table'])
    expect((await diagnose('--baseline', 'known.json', '-o', format)).err).toContain('3 known failures')
  for (const format of ['github', 'markdown'])
    expect((await diagnose('--baseline', 'known.json', '-o', format)).out).toContain('3 known failures')
})

test('a rule ignores what it matches with its reason, and counts the rest', async () => {
  const rule = { namespace: 'kube-*', reason: 'old calico', expires: '2099-01-01' }
  const result = await diagnose('--baseline', await baseline('rule.json', rule), '-o', 'json')
  const { findings, known } = JSON.parse(result.out)
  expect(result.code).toBe(1)
  expect(findings).toHaveLength(2)
  expect(known).toMatchObject([{ namespace: 'kube-system', reason: 'old calico', expires: '2099-01-01' }])
})

test('an expired rule is reported, and its findings count again', async () => {
  const rule = { cause: 'rate-limited', reason: 'until the mirror is there', expires: '2020-01-01' }
  const result = await diagnose('--baseline', await baseline('expired.json', rule), '-o', 'name')
  expect(result.code).toBe(1)
  expect(result.out.split('\n')).toHaveLength(4)
  expect(result.err).toContain(
    'Warning: an ignore rule expired on 2020-01-01, so its findings count again: cause rate-limited (until the mirror is there).',
  )
})

test('a baseline that is written again keeps its rules', async () => {
  const rule = { namespace: 'kube-system', reason: 'old calico' }
  const name = await baseline('kept.json', rule)
  await diagnose('--write-baseline', name)
  expect(JSON.parse(await readFile(join(incident.home, name), 'utf8'))).toMatchObject({
    findings: { length: 3 },
    ignore: [rule],
  })
})

test.each([
  ['a missing file', 'nope.json', "Can't read the baseline nope.json: there is no such file;"],
  ['another file', 'admin.yaml', 'admin.yaml is not a baseline: name a file that --write-baseline wrote'],
  ['an unset variable', '', '--baseline was given an empty name'],
])('%s is wrong usage', async (_name, file, sentence) => {
  const result = await diagnose('--baseline', file)
  expect(result).toMatchObject({ code: 2, out: '' })
  expect(result.err).toContain(sentence)
})

test('a rule about a cause that does not exist would silence nothing, so it is wrong usage', async () => {
  const name = await baseline('typo.json', { cause: 'rate-limit', reason: 'x' })
  const result = await diagnose('--baseline', name)
  expect(result).toMatchObject({ code: 2, out: '' })
  expect(result.err).toBe('typo.json is not a baseline: there is no cause "rate-limit".\n')
})
