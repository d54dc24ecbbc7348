/** The file of known failures: what is one, which findings a rule matches, and when it ends. */
import { readFileSync } from 'node:fs'
import { resolve } from 'node:path'
import { Ajv2020 } from 'ajv/dist/2020.js'
import { describe, expect, test } from 'vitest'
import {
  baselineText,
  type IgnoreRule,
  isExpired,
  isIgnored,
  readBaseline,
  readIgnoreRules,
} from '../../src/baseline/baseline.ts'

const schema = JSON.parse(readFileSync(resolve(import.meta.dirname, '../../schema/baseline.json'), 'utf8'))
const isValid = new Ajv2020({ strict: true, strictRequired: false }).compile(schema)
const file = (...ignore: unknown[]) => JSON.stringify({ kind: 'Baseline', findings: [], ignore })

test('what is written is sorted, has each finding once, keeps its rules, and can be read', () => {
  const rule: IgnoreRule = { namespace: 'staging', reason: 'being rebuilt', expires: '2026-12-31' }
  const findings = ['b', 'a', 'a'].map(name => ({ fingerprint: name, about: name }))
  const text = baselineText(findings, [rule])
  expect([...(readBaseline(text) ?? [])]).toEqual(['a', 'b'])
  expect(readIgnoreRules(text)).toEqual([rule])
  expect(isValid(JSON.parse(text))).toBe(true)
})

test.each(['', '[]', '{}', '{"kind":"Baseline","findings":[{}]}'])('%j is not a baseline', text => {
  expect(readBaseline(text)).toBeNull()
})

test.each<[unknown, string]>([
  [{ reason: 'x' }, 'one of namespace, workload, cause, image is needed'],
  [{ namespace: 'a' }, 'the reason is missing'],
  [{ namespace: 'a', reason: 'x', until: '2026-12-31' }, 'unknown key "until"'],
  [{ namespace: 1, reason: 'x' }, 'namespace must be a string'],
  [{ namespace: 'a', reason: 'x', expires: '2026-02-30' }, 'expires must be a day'],
  ['staging', 'it must be an object'],
])('%j is not a rule', (rule, problem) => {
  expect(readIgnoreRules(file({ namespace: 'a', reason: 'x' }, rule))).toContain(`ignore[1]: ${problem}`)
})

describe('a rule', () => {
  const finding = {
    namespace: 'staging-2',
    workload: 'deployment/shop',
    cause: 'image-not-found',
    images: ['nginx:1.O', 'docker.io/library/nginx:1.O'],
  }

  test.each<[Partial<IgnoreRule>, boolean]>([
    [{ namespace: 'staging-2' }, true],
    [{ namespace: 'staging-*' }, true],
    [{ namespace: 'staging' }, false],
    [{ workload: '*/shop', cause: 'image-*' }, true],
    [{ image: 'docker.io/*:1.O' }, true],
    [{ image: '*nginx*nginx*' }, false],
    [{ image: 'nginx:1.O*O' }, false],
    [{ namespace: '*', cause: 'tls' }, false],
    [{ namespace: 'staging.2' }, false],
  ])('%j matches: %s', (patterns, matches) => {
    expect(isIgnored(finding, { ...patterns, reason: 'x' })).toBe(matches)
  })

  test('applies until the end of its last day, in UTC', () => {
    const rule = { namespace: 'a', reason: 'x', expires: '2026-12-31' }
    expect(isExpired(rule, '2026-12-31T23:59:59Z')).toBe(false)
    expect(isExpired(rule, '2027-01-01T00:00:00Z')).toBe(true)
    expect(isExpired({ namespace: 'a', reason: 'x' }, '2099-01-01T00:00:00Z')).toBe(false)
  })
})
