/** A pull that has taken a minute or more is reported, but not as a finding. */
import { describe, expect, test } from 'vitest'
import { diagnose } from '../../src/diagnosis/diagnose.ts'
import { explainPod } from '../../src/diagnosis/why.ts'
import type { Pod } from '../../src/snapshot/pod.ts'
import type { PodEvent } from '../../src/snapshot/snapshot.ts'
import { container, event, pod, snapshot, waiting } from './snapshots.ts'

const creating = (fields: Partial<Pod> = {}) =>
  pod({ containers: [container({ state: waiting('ContainerCreating') })], ...fields })
const at = (reason: string, message: string, lastSeen: string, fields: Partial<PodEvent> = {}) =>
  event({ reason, message, lastSeen, ...fields })
const began = (time = '10:06:20', fields: Partial<PodEvent> = {}) =>
  at('Pulling', 'Pulling image "nginx:1.27"', `2026-11-24T${time}Z`, fields)
const seen = (found: Pod, events: PodEvent[]) => snapshot({ pods: [found], events })

test('a long pull is reported with its container, its image and its start', () => {
  const { findings, pulling } = diagnose(seen(creating(), [began()]))
  expect(findings).toEqual([])
  const of = { namespace: 'web', pod: 'shop-1', container: 'app', containerKind: 'container' }
  expect(pulling).toEqual([{ ...of, image: 'nginx:1.27', since: '2026-11-24T10:06:20Z' }])
  expect(explainPod(creating(), seen(creating(), [began()]))).toMatchObject({
    takenAt: '2026-11-24T10:10:00Z',
    containers: [{ pullingSince: '2026-11-24T10:06:20Z', problems: [] }],
  })
})

test("an image volume's pull is matched by the image in the event", () => {
  const volume = container({ name: 'data', kind: 'volume', image: 'acme/data:1', state: { type: 'unknown' } })
  const { containers } = creating()
  const event = began('10:06:20', { fieldPath: '', message: 'Pulling image "acme/data:1"' })
  const { pulling } = diagnose(seen(creating({ containers: [...containers, volume] }), [event]))
  expect(pulling).toMatchObject([{ container: 'data', containerKind: 'volume' }])
})

describe('nothing is reported', () => {
  const running = container({ state: { type: 'running', startedAt: null } })
  test.each<[string, Pod, PodEvent[]]>([
    ['before a minute is over', creating(), [began('10:09:01')]],
    [
      'once it came',
      creating(),
      [began(), at('Pulled', 'Successfully pulled image "nginx:1.27" in 9s', '2026-11-24T10:06:29Z')],
    ],
    [
      'once it failed',
      creating(),
      [began(), at('Failed', 'Failed to pull image "nginx:1.27": EOF', '2026-11-24T10:06:29Z')],
    ],
    ['of a container that runs', creating({ containers: [running] }), [began()]],
    ['of a pod that has ended', creating({ phase: 'Failed' }), [began()]],
    ['of a pod that goes', creating({ terminating: true }), [began()]],
    ['of another container', creating(), [began('10:06:20', { fieldPath: 'spec.containers{other}' })]],
  ])('%s', (_when, found, events) => {
    expect(diagnose(seen(found, events)).pulling).toEqual([])
  })
})

test('a second attempt has a start of its own, and a failed first one remains a finding', () => {
  const failed = at('Failed', 'Failed to pull image "nginx:1.27": EOF', '2026-11-24T10:05:00Z')
  const backOff = pod({ containers: [container()] })
  expect(diagnose(seen(creating(), [failed, began()])).pulling).toHaveLength(1)
  expect(diagnose(seen(backOff, [failed, began()]))).toMatchObject({
    findings: [{ reason: 'ImagePullBackOff' }],
    pulling: [],
  })
})

test('when a pull began and ended is not part of a finding, because not every reading has it', () => {
  const [finding] = diagnose(
    seen(pod(), [event(), began('10:00:10', { firstSeen: '2026-11-24T10:00:10Z' })]),
  ).findings
  expect(finding).toMatchObject({ since: event().firstSeen, evidence: { text: event().message } })
})
