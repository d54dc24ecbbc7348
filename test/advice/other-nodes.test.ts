/** What other nodes show about a failing one: how they came to an image, under which name a login reaches them, and what serves them at home. */
import { expect, test } from 'vitest'
import { stepsFor } from '../../src/advice/advise.ts'
import { diagnose } from '../../src/diagnosis/diagnose.ts'
import type { HeldImage } from '../../src/snapshot/held-image.ts'
import type { HostPort } from '../../src/snapshot/snapshot.ts'
import { container, pod, snapshot, waiting } from '../diagnosis/snapshots.ts'
import { codesIn, pulled, type Situation, stepsIn } from './situation.ts'

const heldOn = (reference: string, ...nodes: string[]): HeldImage => ({
  ...{ reference, pods: nodes.length, nodes, architectures: [], otherLogins: [] },
  by: [{ namespace: 'web', pullSecrets: [], nodes }],
})

const LOCAL = '127.0.0.1:30081/train/worker:2'
const refused: Situation = {
  image: LOCAL,
  error: `dial tcp 127.0.0.1:30081: connect: connection refused`,
  held: [heldOn(LOCAL, 'node-2', 'node-3')],
}
const agent: HostPort = {
  ...{ node: 'node-1', port: 30081, namespace: 'kraken', pod: 'agent-x', container: 'agent' },
  ...{ ready: false, restarted: true, started: true },
}

test("what serves a loopback address on other nodes has to run here, whatever the image's name is", () => {
  const nodes = ['node-2', 'node-3']
  const step = { code: 'serve-loopback', host: '127.0.0.1:30081', nodes }
  expect(stepsIn(refused)[0]).toEqual({ ...step, by: null })
  expect(stepsIn({ ...refused, shown: { hostPorts: [agent] } })[0]).toEqual({
    ...step,
    by: agent,
  })
  // A pod that is ready serves the port, so something else fails.
  const ready = { ...agent, ready: true }
  expect(stepsIn({ ...refused, shown: { hostPorts: [ready] } })[0]).toEqual({ ...step, by: null })
  expect(codesIn(refused)).not.toContain('replace-loopback')
  expect(codesIn({ ...refused, held: [] })).toContain('replace-loopback')
})

const DENIED = 'pull access denied, repository does not exist or may require authorization'
const IMAGE = 'docker.io/acme/controller:3'
const loaded = (nodes: string[], reference = 'docker.io/acme/gateway:1', more: Partial<Situation> = {}) =>
  codesIn({
    image: 'acme/controller:3',
    error: pulled(IMAGE, DENIED),
    held: [heldOn(IMAGE, 'node-2', 'node-3')],
    shown: { preloaded: [{ reference, nodes }] },
    ...more,
  })

test("an image is loaded by hand where those nodes that have it were given another one of its publisher's", () => {
  expect(loaded(['node-2', 'node-3', 'node-4'])[0]).toBe('load-as-others')
  expect(loaded(['node-2', 'node-3', 'node-4'])).toContain('login-of-others')
  // One of them has only this image, this node has the other one, too, or that is another publisher's.
  for (const codesOf of [loaded(['node-2']), loaded(['node-1', 'node-2', 'node-3'])])
    expect(codesOf).not.toContain('load-as-others')
  expect(loaded(['node-2', 'node-3'], 'docker.io/other/gateway:1')).not.toContain('load-as-others')
  expect(loaded(['node-2', 'node-3'], undefined, { login: 'docker.io' })).not.toContain('load-as-others')
})

const ecr = (kind: string, region = 'us-gov-west-1') => `123456789012.dkr.${kind}.${region}.amazonaws.com`
const unsent = (...ecrHosts: string[]) => {
  const image = `${ecr('ecr-fips')}/acme/app:1`
  return codesIn({ image, error: pulled(image, `${DENIED}: no basic auth credentials`), ecrHosts })
}

test("the kubelet's provider lacks a name of a registry whose images run on the node under another one", () => {
  expect(unsent(ecr('ecr'))[0]).toBe('check-provider')
  // Of another region, or under this name as well.
  expect(unsent(ecr('ecr', 'us-gov-east-1'))[0]).toBe(unsent()[0])
  expect(unsent(ecr('ecr'), ecr('ecr-fips'))[0]).toBe(unsent()[0])
})

const unresolved = (host: string, { answer = 'no such host', nodes = 3 } = {}) => {
  const image = `${host}/acme/app:1`
  const error = pulled(image, `dial tcp: lookup ${host} on 10.0.0.10:53: ${answer}`)
  const pods = Array.from({ length: nodes }, (_, index) =>
    pod({
      ...{ name: `app-${index}`, uid: `app-${index}`, node: `node-${index}` },
      containers: [container({ image, state: waiting('ErrImagePull', error) })],
    }),
  )
  return diagnose(snapshot({ pods })).findings.flatMap(finding => stepsFor(finding).map(({ code }) => code))
}

test('a name that many nodes are told does not exist may have been given up', () => {
  const host = 'harbor.old.example'
  expect(unresolved(host)).toContain('change-host')
  expect(unresolved(host, { nodes: 2 })).not.toContain('change-host')
  // Its server did not say so, or the name is one that nobody here gives up.
  expect(unresolved(host, { answer: 'server misbehaving' })).not.toContain('change-host')
  expect(unresolved('quay.io')).not.toContain('change-host')
  expect(unresolved('registry')).not.toContain('change-host')
})

test.each([
  ['the network', 'dial tcp 98.85.153.80:443: i/o timeout', true],
  [
    'a server error',
    'unexpected status from HEAD request to https://registry-1.docker.io/v2/nicolaka/netshoot/manifests/v0.14: 503 Service Unavailable',
    false,
  ],
])('a debug container that fails for %s can be another one', (_what, error, isFirst) => {
  const image = 'nicolaka/netshoot:v0.14'
  const debug = container({ image, kind: 'ephemeral', state: waiting('ErrImagePull', pulled(image, error)) })
  const found = (kind: 'ephemeral' | 'container') =>
    codesIn({ image, error, pod: { containers: [{ ...debug, kind }] } })
  expect(found('ephemeral')).toContain('other-debug-container')
  expect(found('ephemeral')[0] === 'other-debug-container').toBe(isFirst)
  expect(found('container')).not.toContain('other-debug-container')
})

test('the policy of a debug container stays, so that another one is the only way', () => {
  const containers = [container({ image: 'team/tools:3', kind: 'ephemeral', pullPolicy: 'Never' })]
  const error = 'Container image "team/tools:3" is not present with pull policy of Never'
  const codes = codesIn({
    image: 'team/tools:3',
    error,
    reason: 'ErrImageNeverPull',
    pod: { containers: containers.map(made => ({ ...made, state: waiting('ErrImageNeverPull', error) })) },
  })
  expect(codes).toContain('other-debug-container')
  expect(codes).not.toContain('allow-pull')
})
