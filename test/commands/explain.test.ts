/** `explain` tells of every cause and every rule, in plain sentences. */
import { expect, test } from 'vitest'
import { RULES } from '../../src/audit/rules/index.ts'
import { CAUSES } from '../../src/diagnosis/finding.ts'
import { schemaErrors } from '../report/published-schema.ts'
import { runCommandLine } from './command-line.ts'

const run = (...argv: string[]) => runCommandLine(['explain', ...argv], { home: '/none' })

test('the list has every cause and every rule', async () => {
  const { code, out } = await run()
  expect(code).toBe(0)
  const names = out.split('\n').map(line => line.split(' ')[0])
  expect(names.slice(1, CAUSES.length + 1)).toEqual([...CAUSES])
  expect(names.slice(CAUSES.length + 1, -1).sort()).toEqual([...RULES].sort())
})

test('a rule is told with its example, a cause with its sign, and a name that is both as both', async () => {
  const { out } = await run('always-pull', 'rate-limited', 'invalid-reference')
  expect(out).toContain('(rule always-pull)')
  expect(out).toContain('  after       image: acme/shop:1.4.2\n              imagePullPolicy: IfNotPresent\n')
  expect(out).toContain('(cause rate-limited)')
  expect(out).toContain('  sign        ')
  expect(out).toContain('(cause invalid-reference)')
  expect(out).toContain('(rule invalid-reference)')
})

test('a name that is neither is wrong usage, with the one that was meant', async () => {
  const { code, err } = await run('always-pul')
  expect(code).toBe(2)
  expect(err).toBe('There is no cause or rule "always-pul". Did you mean always-pull?\n')
})

test('JSON fits the published schema', async () => {
  const { out } = await run('-o', 'json')
  const document = JSON.parse(out)
  expect(schemaErrors(document)).toEqual([])
  expect(document.explanations).toHaveLength(CAUSES.length + RULES.length)
})
