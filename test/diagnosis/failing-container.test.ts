/** Which containers count as failing to get their image. */
import { describe, expect, test } from 'vitest'
import { failingContainers } from '../../src/diagnosis/failing-container.ts'
import type { ContainerKind } from '../../src/snapshot/pod.ts'
import { container, event, pod, waiting } from './snapshots.ts'

const failing = (fields: Parameters<typeof container>[0], events = [] as ReturnType<typeof event>[]) =>
  failingContainers(pod({ containers: [container(fields)] }), events)

test('a pod that is being deleted pulls nothing anymore', () => {
  const waits = container({ state: waiting('ImagePullBackOff') })
  expect(failingContainers(pod({ containers: [waits] }), [])).toHaveLength(1)
  expect(failingContainers(pod({ terminating: true, containers: [waits] }), [])).toEqual([])
})

describe('by status', () => {
  test.each([
    'ErrImagePull',
    'ImagePullBackOff',
    'ErrImageNeverPull',
    'InvalidImageName',
    'ImageInspectError',
    'RegistryUnavailable',
    'SignatureValidationFailed',
  ])('%s is a failing pull', reason => {
    expect(failing({ state: waiting(reason) })).toMatchObject([{ reason }])
  })

  test.each([
    'ContainerCreating',
    'PodInitializing',
    'CrashLoopBackOff',
    'CreateContainerConfigError',
    'CreateContainerError',
    'RunContainerError',
    'SomethingNew',
    '',
  ])('%j is another kind of wait, even beside an older failed pull', reason => {
    expect(failing({ state: waiting(reason) }, [event()])).toEqual([])
  })

  test.each(['CreateContainerError', 'RunContainerError', 'CrashLoopBackOff', 'CreateContainerConfigError'])(
    '%s is one too if its message describes a failed pull, and pull secrets played no part in that pull',
    reason => {
      const message =
        'CreateContainer failed: failed to pull manifest error sending request for url (https://r/v2/)'
      expect(failing({ state: waiting(reason, message) })).toMatchObject([
        { message, usesPullSecrets: false },
      ])
      expect(failing({ state: waiting(reason, 'failed to stat "/data": no such file') })).toEqual([])
    },
  )

  test.each<[string, string[], number]>([
    ['secret "regcred" not found', ['regcred'], 1],
    ['secret "app-settings" not found', ['regcred'], 0],
    ['no username present in auth config for server: registry.example', ['regcred'], 1],
    ['the requested resource is not available in the location', [], 0],
  ])('a virtual kubelet that gave up at %j, with pull secrets %j: %i', (message, pullSecrets, count) => {
    const stopped = container({ state: waiting('ProviderFailed', message) })
    expect(failingContainers(pod({ pullSecrets, containers: [stopped] }), [])).toHaveLength(count)
  })

  test('an error in place of the reason is a failing pull if it describes one', () => {
    const reason = 'unable to parse auth field, must be formatted as base64(username:password)'
    expect(failing({ state: waiting(reason) })).toMatchObject([{ reason, message: reason }])
    expect(failing({ state: waiting('cannot find the runtime handler') })).toEqual([])
  })

  test.each<ContainerKind>(['container', 'init', 'sidecar', 'ephemeral', 'volume'])('a %s is found', kind => {
    expect(failing({ kind, state: waiting('ErrImagePull') })).toHaveLength(1)
  })

  test.each([
    ['Running', 1],
    ['Unknown', 1],
    ['Pending', 1],
    ['Failed', 0],
    ['Succeeded', 0],
  ])('phase %s has %i findings: the kubelet no longer pulls for a pod that has ended', (phase, count) => {
    expect(failingContainers(pod({ phase }), [event()])).toHaveLength(count)
  })

  test('running and ended containers are ignored, whatever their events say', () => {
    expect(failing({ state: { type: 'running', startedAt: null } }, [event()])).toEqual([])
    expect(
      failing({ state: { type: 'terminated', reason: 'Error', exitCode: 1, message: '' } }, [event()]),
    ).toEqual([])
  })
})

describe('without a status', () => {
  const debug = { kind: 'ephemeral', name: 'debug', state: { type: 'unknown' } } as const
  const failed = event({ fieldPath: 'spec.ephemeralContainers{debug}' })

  test('an ephemeral container whose newest event is a failed pull is found', () => {
    expect(failing(debug, [failed])).toMatchObject([{ reason: 'ErrImagePull' }])
  })

  test("the reason of the event is the vendor's, and its message is the kubelet's", () => {
    expect(failing(debug, [{ ...failed, reason: 'FailedPullImage' }])).toMatchObject([
      { reason: 'ErrImagePull' },
    ])
  })

  test('a container that waits to pull again is in back-off', () => {
    const backOff = event({
      ...failed,
      reason: 'BackOff',
      message: 'Back-off pulling image "nginx:1.27"',
      lastSeen: '2026-11-24T10:06:00Z',
    })
    expect(failing(debug, [backOff, failed])).toMatchObject([{ reason: 'ImagePullBackOff' }])
  })

  test("nothing is concluded from missing events, another container's events or a failed start", () => {
    expect(failing(debug, [])).toEqual([])
    expect(failing(debug, [event()])).toEqual([])
    expect(failing(debug, [{ ...failed, message: 'Error: configmap "x" not found' }])).toEqual([])
  })
})
