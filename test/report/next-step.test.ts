/** The last line of a diagnosis: it claims no more than the plan of the fix that it names. */
import { describe, expect, test } from 'vitest'
import type { AdvisedFinding } from '../../src/advice/add-steps.ts'
import { nextStepText } from '../../src/report/words/steps.ts'
import { nextStep } from '../../src/report/words/summary.ts'
import type { Pod } from '../../src/snapshot/pod.ts'
import { container, waiting } from '../diagnosis/snapshots.ts'
import { controller, finding, planFor, stuckPod, workload } from '../plan/inputs.ts'
import { diagnosis, HERE } from './samples.ts'

const FIX = 'pullguard fix -n web'

const pod = (name: string, kind: string | null = 'ReplicaSet'): Pod =>
  stuckPod({
    ...{ name, uid: `uid-${name}`, controller: kind === null ? null : controller(kind) },
    containers: ['app', 'beside'].map(each => container({ name: each, state: waiting('ImagePullBackOff') })),
  })

const limited = (of: Pod): AdvisedFinding =>
  finding(of, {
    workload: of.controller,
    ...(of.controller?.kind === 'Workflow' ? { ofCustomController: true } : {}),
  })
const beside = (of: Pod, fields: Parameters<typeof finding>[1]): AdvisedFinding =>
  finding(of, { container: 'beside', workload: of.controller, remedies: [], ...fields })
const missing = (of: Pod, containerKind: 'container' | 'ephemeral' = 'container'): AdvisedFinding =>
  beside(of, { cause: 'image-not-found', containerKind })

const [one, other, bare, ofWorkflow] = [pod('one'), pod('other'), pod('bare', null), pod('step', 'Workflow')]

describe('the next step', () => {
  test.each<[string, AdvisedFinding[], string]>([
    ['a fix for all pods', [limited(one), limited(other)], `Next (helps both pods): ${FIX}`],
    [
      'a fix for the pods without another container that fails for good',
      [limited(one), limited(other), missing(other)],
      `Next (helps 1 of 2 pods): ${FIX}`,
    ],
    [
      'a fix if the other container may recover by itself',
      [limited(one), beside(one, { cause: 'registry-server-error' })],
      `Next: ${FIX}`,
    ],
    ['a fix if the other is a debug container', [limited(one), missing(one, 'ephemeral')], `Next: ${FIX}`],
    [
      'a fix for pods that a controller replaces',
      [limited(one), limited(bare)],
      `Next (helps 1 of 2 pods): ${FIX}`,
    ],
    [
      'a fix that does not claim to replace the pods of a custom controller',
      [limited(one), limited(ofWorkflow)],
      `Next (helps 1 of 2 pods): ${FIX}`,
    ],
    [
      'the login for pods that nothing replaces',
      [limited(bare), limited(ofWorkflow)],
      `Next (for both pods): ${FIX}`,
    ],
  ])('is %s', (_what, findings, expected) => {
    expect(nextStepText(nextStep(diagnosis(findings), HERE) ?? { text: '' })).toBe(expected)
    const pods = [one, other, bare, ofWorkflow].filter(({ name }) =>
      findings.some(found => found.pod === name),
    )
    const workloads = [workload({ podUids: [one.uid, other.uid] })]
    const { changes } = planFor({ pods, findings, fixObjects: { workloads } })
    const recreated = changes.filter(({ action }) => action === 'recreate-pod').length
    const [, claimed = pods.length > 1 ? '0' : '1'] = /helps (\d+|both)/.exec(expected) ?? []
    expect(recreated).toBe(claimed === 'both' ? 2 : Number(claimed))
  })

  test('is no fix for pods that it leaves to their controller', () => {
    const newer = finding(ofWorkflow, {
      ...{ workload: ofWorkflow.controller, ofCustomController: true, remedies: ['recreate'] },
    })
    expect(nextStepText(nextStep(diagnosis([newer]), HERE) ?? { text: '' })).toMatch(
      /^Next: kubectl .*delete pod/,
    )
  })

  test('is what the other container needs if a fix would leave every pod alone', () => {
    const found = [limited(one), missing(one)]
    expect(nextStep(diagnosis(found), HERE)?.text).toContain('Check the name')
    expect(planFor({ pods: [one], findings: found }).changes.map(({ action }) => action)).not.toContain(
      'recreate-pod',
    )
  })
})
