/** Which questions a user at a terminal gets, when, and what the answers do. */
import { describe, expect, test } from 'vitest'
import { chooseRemedies } from '../../../src/commands/fix/choose-remedies.ts'
import type { FixOptions, PreparedFix } from '../../../src/commands/fix/session.ts'
import { confirmPlan } from '../../../src/commands/fix.ts'
import { RefusedError, UsageError } from '../../../src/errors.ts'
import type { Questions } from '../../../src/terminal.ts'
import { snapshot } from '../../diagnosis/snapshots.ts'
import { createSecret, incidentPlan, plan } from '../../report/plan-samples.ts'
import { finding, incident, typo } from '../../report/samples.ts'
import { diagnosisOf, sessionWith } from './session.ts'

const EMPTY = snapshot({ podCount: 0, pods: [] })
const chosen = async (options: Partial<FixOptions>, ask: Partial<Questions> = {}, findings = incident) => {
  const seen = { snapshot: EMPTY, diagnosis: diagnosisOf(findings) }
  const { remedies } = await chooseRemedies(sessionWith(options, ask), seen, { isUnfinished: false })
  return [...remedies].sort()
}

const elsewhere = (...values: string[]) => new Map([['replace-registry', values] as const])

describe('remedies', () => {
  test('are offered at a terminal, most helpful first, with the login selected', async () => {
    const offered: { name: string; checked: boolean }[] = []
    const choose: Questions['choose'] = async (_question, choices) => {
      offered.push(...choices)
      return choices.filter(({ checked }) => checked).map(({ value }) => value)
    }
    expect(await chosen({}, { available: true, choose })).toEqual(['authenticate', 'recreate'])
    expect(offered.map(({ checked }) => checked)).toEqual([true, false, false])
    expect(offered[0]?.name).toContain('3 failing')
    // The suggested registry has only official images.
    expect(offered.at(-1)?.name).toContain('(2 failing pulls)')
  })

  test('that do nothing alone bring what they need: a pull policy for tags that can move, pinning', async () => {
    const findings = [finding({ remedies: ['pull-policy', 'pin'] })]
    const names: string[] = []
    const choose: Questions['choose'] = async (_question, choices) => {
      names.push(...choices.map(({ name }) => name))
      return choices.slice(0, 1).map(({ value }) => value)
    }
    expect(await chosen({}, { available: true, choose }, findings)).toEqual(['pin', 'pull-policy'])
    // The lines after the first begin below its text, after the mark.
    expect(names[0]).toMatch(/^set pull policy .*\n {3}\S.*; also pins images whose tag can move\)$/)
    const tagged = [
      finding({ remedies: ['pull-policy', 'pin'], reference: 'docker.io/library/nginx:1.27.3' }),
    ]
    expect(await chosen({}, { available: true, choose }, tagged)).toEqual(['pull-policy'])
  })

  test('with none selected are refused', async () => {
    const asked = chosen({}, { available: true, choose: async () => [] })
    await expect(asked).rejects.toThrow(RefusedError)
  })

  test('without a terminal are the login and new pods, where findings call for them', async () => {
    expect(await chosen({})).toEqual(['authenticate', 'recreate'])
    expect(await chosen({}, {}, [typo()])).toEqual([])
    expect(await chosen({}, {}, [finding({ remedies: ['recreate'] })])).toEqual(['recreate'])
  })

  test.each<[Partial<FixOptions>, string[]]>([
    [{ remediesAskedFor: new Map([['pin', []]]) }, ['authenticate', 'pin', 'recreate']],
    [
      { remediesAskedFor: new Map([['pull-policy', ['IfNotPresent']]]), authenticate: false },
      ['pull-policy', 'recreate'],
    ],
    // Another registry is a separate choice, because it needs no login.
    [{ remediesAskedFor: elsewhere('nginx=quay.io/n'), recreate: false }, ['replace-registry']],
    [
      { remediesAskedFor: elsewhere('nginx=quay.io/n'), registries: ['docker.io'] },
      ['authenticate', 'recreate', 'replace-registry'],
    ],
    [{ yes: true }, ['authenticate', 'recreate']],
  ])('chosen by flags are not asked about: %o', async (options, remedies) => {
    expect(await chosen(options, { available: true })).toEqual(remedies)
  })

  test('include the login of a named registry even if nothing fails', async () => {
    expect(await chosen({ registries: ['ghcr.io'] }, {}, [])).toEqual(['authenticate', 'recreate'])
  })

  test.each(['docker.io', '=x', 'a=', 'a=b=c', 'docker.io=https://m.example', 'docker.io=a b', 'a b=c'])(
    '--replace-registry %s is refused with an explanation',
    async text => {
      await expect(chosen({ remediesAskedFor: elsewhere(text) })).rejects.toThrow(UsageError)
    },
  )
})

describe('the confirmation', () => {
  const prepared = (of = incidentPlan): PreparedFix => ({
    plan: of,
    runs: [],
    findings: [],
    gaps: [],
    credentials: [],
    partial: false,
    unproven: [],
    saved: false,
  })
  const small = plan([createSecret('web')], {
    scope: { namespaces: ['web'], affected: false, excluded: [] },
  })

  test.each<[string, boolean]>([
    ['prod', true],
    [' prod ', true],
    ['yes', false],
    ['', false],
  ])('for every namespace is the name of the context: %j', async (typed, agreed) => {
    const asked = confirmPlan(prepared(), sessionWith({}, { available: true, text: async () => typed }))
    if (agreed) await expect(asked).resolves.toBeUndefined()
    else await expect(asked).rejects.toThrow(RefusedError)
  })

  test('that is mistyped is asked for once more, with what was typed and what is expected', async () => {
    const questions: string[] = []
    const answers = ['prud', 'prod', 'x', 'y']
    const text = async (question: string) => {
      questions.push(question)
      return answers.shift() ?? ''
    }
    const session = sessionWith({}, { available: true, text })
    await expect(confirmPlan(prepared(), session)).resolves.toBeUndefined()
    expect(questions[1]).toBe('"prud" doesn\'t match. Type prod to confirm, or press Ctrl-C:')
    await expect(confirmPlan(prepared(), session)).rejects.toThrow('Not confirmed. Nothing was changed.')
    expect(questions).toHaveLength(4)
  })

  test('of a long name can be the part after its last slash', async () => {
    const arn = 'arn:aws:eks:eu-west-1:123456789012:cluster/prod'
    const session = sessionWith({}, { available: true, text: async () => 'prod' })
    const cluster = Object.assign(Object.create(session.cluster), { context: arn })
    await expect(confirmPlan(prepared(), { ...session, cluster })).resolves.toBeUndefined()
  })

  test('for a small plan is a yes', async () => {
    const asking = (answer: boolean) => sessionWith({}, { available: true, confirm: async () => answer })
    await expect(confirmPlan(prepared(small), asking(true))).resolves.toBeUndefined()
    await expect(confirmPlan(prepared(small), asking(false))).rejects.toThrow(RefusedError)
  })

  test("for more than 20 changes is the context's name as well", async () => {
    const many = Array.from({ length: 21 }, (_, index) => createSecret(`web-${index}`))
    const session = sessionWith({}, { available: true, text: async () => 'prod' })
    await expect(confirmPlan(prepared({ ...small, changes: many }), session)).resolves.toBeUndefined()
  })

  test('is given by --yes, and is an error without a terminal', async () => {
    await expect(confirmPlan(prepared(), sessionWith({ yes: true }, {}))).resolves.toBeUndefined()
    await expect(confirmPlan(prepared(), sessionWith({}, {}))).rejects.toThrow('--yes')
  })
})
