/** What a report says about one failing pull: its title, its meaning, and its steps with their commands. */
import { withSteps } from '../../src/advice/add-steps.ts'
import { diagnose } from '../../src/diagnosis/diagnose.ts'
import { meaningOf, titleOf } from '../../src/report/words/causes.ts'
import { stepsOf } from '../../src/report/words/steps.ts'
import type { Node } from '../../src/snapshot/node.ts'
import type { Pod } from '../../src/snapshot/pod.ts'
import type { PullSecret } from '../../src/snapshot/pull-secret.ts'
import { NODE } from '../advice/situation.ts'
import { container, pod, snapshot, waiting } from '../diagnosis/snapshots.ts'

export interface Situation {
  image: string
  error: string
  node?: Partial<Node>
  secret?: Partial<PullSecret>
  policy?: 'IfNotPresent'
  pod?: Partial<Pod>
}

/** What has to be in the first step, what anywhere, and what nowhere. */
export interface Expected {
  first?: RegExp
  says?: RegExp
  never?: RegExp
}

/** Returns the title, meaning, and steps with their commands; `first` is the first step alone. */
export function said({ image, error, node, secret, pod: fields }: Situation): { all: string; first: string } {
  const failing = pod({
    namespace: 'web',
    node: 'node-1',
    pullSecrets: secret === undefined ? [] : ['regcred'],
    containers: [container({ image, state: waiting('ErrImagePull', error) })],
    ...fields,
  })
  const pullSecret: PullSecret = {
    namespace: 'web',
    name: 'regcred',
    type: 'kubernetes.io/dockerconfigjson',
    problem: null,
    entries: [],
    ...secret,
  }
  const { findings } = diagnose(
    snapshot({
      pods: [failing],
      nodes: [{ ...NODE, ...node }],
      pullSecrets: secret === undefined ? [] : [pullSecret],
    }),
  )
  const [found] = findings
  if (found === undefined) throw new Error(`no finding for ${error}`)
  const advised = withSteps(found)
  const invocation = { program: 'pullguard', flags: [], fromDump: false }
  const context = { invocation, findings: [advised] as [typeof advised] }
  const steps = stepsOf([advised], invocation).map(({ text, command }) => `${text} ${command ?? ''}`)
  return { all: [titleOf(context), meaningOf(context), ...steps].join('\n'), first: steps[0] ?? '' }
}
