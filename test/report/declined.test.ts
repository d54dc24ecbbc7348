/** The report's explanation of what a plan leaves unchanged: the true reason and the smallest next step. */
import { expect, test } from 'vitest'
import { accessRefusal } from '../../src/report/views/questions.ts'
import { declinedKind, declinedNextStep, declinedTitle } from '../../src/report/words/declined.ts'
import { plan, target } from './plan-samples.ts'
import { HERE as invocation } from './samples.ts'

const taken = (namespace: string, owner: { tool: 'operator'; name: string } | null = null) => ({
  code: 'foreign-secret' as const,
  target: target('Secret', 'dockercreds', namespace),
  type: 'kubernetes.io/dockerconfigjson',
  owner,
})

test("another owner's Secret in one namespace is reported for that namespace only", () => {
  const one = taken('n07')
  const next = declinedNextStep(one, { plan: plan([], { declined: [one] }), invocation })
  expect(next?.command).toBe('pullguard fix -n n07 --secret-name dockercreds-pullguard')
  expect(next?.text).toContain('--overwrite-secret')
  const both = [one, taken('n08')]
  expect(declinedNextStep(one, { plan: plan([], { declined: both }), invocation })?.text).toContain(
    'in each of these',
  )
})

test('a Secret that an operator manages is not offered for writing', () => {
  const kept = taken('web', { tool: 'operator', name: 'ExternalSecret/hub' })
  expect(declinedTitle(kept, 1)).toContain('ExternalSecret/hub')
  expect(declinedNextStep(kept, { plan: plan([], { declined: [kept] }), invocation })?.text).toBe(
    'Choose another name',
  )
})

test.each([
  [true, '1 image not found at the replacement registry'],
  [false, '1 image could not be checked at the replacement registry'],
])('an image without a replacement is called missing only if the registry said so: %s', (absent, title) => {
  const at = { target: target('Deployment', 'shop', 'web'), container: 'shop', image: 'nginx' }
  const one = {
    code: 'no-replacement' as const,
    ...at,
    asked: ['quay.io/nginx'],
    absent,
    detail: 'ENOTFOUND',
  }
  expect(declinedTitle(one, 1)).toBe(title)
})

test('pods that different programs created are not counted as those of one', () => {
  const made = (maker: 'gitlab-runner' | 'jenkins') =>
    declinedKind({ code: 'made-pod', target: target('Pod', maker, 'ci'), maker })
  expect(made('jenkins')).not.toBe(made('gitlab-runner'))
})

test('a missing permission names the flags that work without it, and only those that help', () => {
  const denial = { verb: 'delete', group: '', resource: 'pods', namespaces: ['web'], changes: 1 }
  const scope = { affected: false, excluded: [] }
  const wordsOf = (resource: string, namespaces: string[] | null) =>
    accessRefusal([{ ...denial, resource }], { ...scope, namespaces })
  expect(wordsOf('pods', ['web'])).toContain('--no-recreate.')
  expect(wordsOf('pods', ['web'])).not.toContain('--exclude-namespace')
  expect(wordsOf('secrets', null)).toContain('--exclude-namespace')
  expect(wordsOf('secrets', null)).not.toContain('--no-recreate')
})
