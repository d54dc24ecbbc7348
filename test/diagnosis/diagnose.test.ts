/** From snapshot to findings. */
import { expect, test } from 'vitest'
import { diagnose } from '../../src/diagnosis/diagnose.ts'
import type { Pod } from '../../src/snapshot/pod.ts'
import type { PullSecret } from '../../src/snapshot/pull-secret.ts'
import { container, event, pod, snapshot, waiting } from './snapshots.ts'

const HUB_OLD =
  'toomanyrequests: You have reached your pull rate limit. You may increase the limit by authenticating and upgrading: https://www.docker.com/increase-rate-limit'
const failing = (error: string, image = 'nginx:1.27', fields: Partial<Pod> = {}): Pod =>
  pod({ ...fields, containers: [container({ image, state: waiting('ErrImagePull', error) })] })
const only = (found: Pod, rest = {}) => {
  const { findings } = diagnose(snapshot({ pods: [found], ...rest }))
  if (findings[0] === undefined || findings.length > 1) throw new Error(`${findings.length} findings`)
  return findings[0]
}
const hub: PullSecret = {
  namespace: 'web',
  name: 'hub',
  type: 'kubernetes.io/dockerconfigjson',
  problem: null,
  entries: [{ key: 'https://index.docker.io/v1/', username: 'acme', problem: null }],
}

test('one failing container is one finding with everything known about it', () => {
  const replicaSet = { apiVersion: 'apps/v1', kind: 'ReplicaSet', name: 'shop-6d4', uid: 'rs' }
  const deployment = { apiVersion: 'apps/v1', kind: 'Deployment', name: 'shop', uid: 'd' }
  const events = [event({ message: `Failed to pull image "nginx": ${HUB_OLD}` })]
  const owners = [
    { namespace: 'web', kind: 'ReplicaSet', name: 'shop-6d4', uid: 'rs', controller: deployment },
  ]
  const found = pod({
    controller: replicaSet,
    containers: [container({ image: 'nginx', pullPolicy: 'Always', state: waiting('ImagePullBackOff') })],
  })
  expect(only(found, { events, owners })).toMatchObject({
    cause: 'rate-limited',
    subcause: 'anonymous',
    severity: 'error',
    namespace: 'web',
    pod: 'shop-1',
    container: 'app',
    containerKind: 'container',
    workload: { kind: 'Deployment', name: 'shop' },
    node: 'node-1',
    image: 'nginx',
    reference: 'docker.io/library/nginx:latest',
    registry: 'docker.io',
    reason: 'ImagePullBackOff',
    since: '2026-11-24T10:01:00Z',
    evidence: { from: 'event', text: events[0]?.message },
    credential: { status: 'none' },
    remedies: ['authenticate', 'pull-policy', 'pin', 'replace-registry'],
  })
})

test('whose limit was reached follows from the pod if the message does not say', () => {
  expect(only(failing(HUB_OLD)).subcause).toBe('anonymous')
  expect(only(failing(HUB_OLD, 'nginx:1', { pullSecrets: ['hub'] }), { pullSecrets: [hub] }).subcause).toBe(
    'account',
  )
  const unread: PullSecret = { ...hub, problem: 'forbidden', type: null, entries: [] }
  expect(
    only(failing(HUB_OLD, 'nginx:1', { pullSecrets: ['hub'] }), { pullSecrets: [unread] }).subcause,
  ).toBe('unspecified')
  expect(only(failing('toomanyrequests: Rate exceeded', 'public.ecr.aws/x/y:1')).subcause).toBe('unspecified')
})

test.each([
  ['reg.corp/app:1: not found', 'reg.corp/app:1', []],
  ['dial tcp: lookup reg.corp: no such host', 'reg.corp/app:1', []],
])('remedies of %j for %s', (error, image, remedies) => {
  expect(only(failing(error, image)).remedies).toEqual(remedies)
})

const PINNED = `nginx:1@sha256:${'a'.repeat(64)}`
test.each([
  ['StatefulSet', HUB_OLD, PINNED, ['authenticate', 'pull-policy', 'replace-registry']],
  ['DaemonSet', '429 Too Many Requests: HAP429', PINNED, ['pull-policy', 'replace-registry']],
  ['ReplicaSet', HUB_OLD, 'nginx', ['authenticate', 'pull-policy', 'pin', 'replace-registry']],
  ['Job', HUB_OLD, 'nginx', ['authenticate']],
  [null, HUB_OLD, 'nginx', ['authenticate']],
])('a %s is offered what changes a template only if fix can change it', (kind, error, image, remedies) => {
  const apiVersion = kind === 'Job' ? 'batch/v1' : 'apps/v1'
  const controller = kind === null ? null : { apiVersion, kind, name: 'shop', uid: 'u' }
  const state = waiting('ErrImagePull', error)
  const containers = [container({ image, pullPolicy: 'Always', state })]
  expect(only(pod({ controller, containers })).remedies).toEqual(remedies)
})

test('a service account that has got a usable credential since then calls for a new pod', () => {
  const serviceAccounts = [{ namespace: 'web', name: 'default', imagePullSecrets: ['hub'] }]
  expect(only(failing(HUB_OLD), { serviceAccounts, pullSecrets: [hub] }).remedies[0]).toBe('recreate')
})

test("the kubelet's own throttle is a warning", () => {
  expect(only(failing('pull QPS exceeded'))).toMatchObject({ cause: 'kubelet-qps', severity: 'warning' })
})

test('an image that does not parse is a finding without a reference', () => {
  const broken = pod({ containers: [container({ image: 'Nginx:', state: waiting('InvalidImageName') })] })
  expect(only(broken)).toMatchObject({
    cause: 'invalid-reference',
    reference: null,
    registry: null,
    remedies: [],
  })
})

test('failures of cluster components come first, then those of most pods, then by name', () => {
  const daemonSet = { apiVersion: 'apps/v1', kind: 'DaemonSet', name: 'd', uid: 'd' }
  const lookup = 'lookup reg.corp: no such host'
  const pods = [
    failing('unauthorized: x', 'a/b:1', { name: 'single' }),
    failing(lookup, 'c/d:1', { name: 'pair-b', uid: 'b' }),
    failing(lookup, 'c/d:1', { name: 'pair-a', uid: 'a' }),
    failing(lookup, 'e/f:1', { name: 'agent', controller: daemonSet }),
    failing(lookup, 'e/g:1', { name: 'dns', namespace: 'kube-system' }),
    failing(lookup, 'e/h:1', {
      name: 'cni',
      namespace: 'kube-system',
      priorityClass: 'system-node-critical',
      controller: daemonSet,
    }),
  ]
  const names = (of: Pod[]) => diagnose(snapshot({ pods: of })).findings.map(finding => finding.pod)
  expect(names(pods)).toEqual(['cni', 'dns', 'agent', 'pair-a', 'pair-b', 'single'])
  expect(names(pods.toReversed())).toEqual(names(pods))
})

test('the summary counts pods once and findings by cause; a gap makes it incomplete', () => {
  const two = pod({
    containers: [
      container({ name: 'a', state: waiting('ErrImagePull', 'pull QPS exceeded') }),
      container({ name: 'b', state: waiting('ErrImagePull', 'pull QPS exceeded') }),
    ],
  })
  const gaps = [{ what: 'events', namespace: 'web', why: 'forbidden' as const }]
  const found = diagnose(snapshot({ pods: [two], gaps }))
  expect(found.summary).toEqual({ pods: 10, failingPods: 1, causes: { 'kubelet-qps': 2 } })
  expect(found).toMatchObject({ complete: false, gaps, takenAt: '2026-11-24T10:10:00Z' })
  expect(diagnose(snapshot({ pods: [] }))).toMatchObject({ complete: true, findings: [] })
})
