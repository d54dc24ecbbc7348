/** What is known of a node whose object was not read: by the runtime's words, its own name, and what its cluster shows. */
import { expect, test } from 'vitest'
import { diagnose } from '../../src/diagnosis/diagnose.ts'
import { OPENSHIFT_REGISTRY } from '../../src/image/registries.ts'
import type { PullSecret } from '../../src/snapshot/pull-secret.ts'
import { findingOf, NODE, pulled, type Situation } from '../advice/situation.ts'
import { container, pod, snapshot, waiting } from './snapshots.ts'

const IMAGE = 'registry.corp.example/shop/api:1'
const REFUSED = 'dial tcp 10.0.0.9:443: connect: connection refused'
const hostOf = (situation: Partial<Situation>) =>
  findingOf({ image: IMAGE, error: pulled(IMAGE, REFUSED), ...situation }).host

test.each([
  ['minikube-m02', 'minikube'],
  ['gk3-prod-pool-2-5b1f0c2e-9zkt', 'gke'],
  ['aks-nodepool1-34127856-vmss00000a', 'aks'],
  // Somebody's own names.
  ['k3d-host', null],
  ['gke-gateway', null],
  ['aks-worker-1', null],
  ['ip-10-0-1-7.ec2.internal', null],
])('the name %s is one that %s gives', (node, platform) => {
  expect(hostOf({ pod: { node } }).platform).toBe(platform)
})

test.each([
  [`parsing image configuration: Get "https://cdn.example/x": ${REFUSED}`, 'cri-o'],
  ['writing blob: storing blob to file "/var/tmp/storage1": no space left on device', 'cri-o'],
  ['Source image rejected: A signature was required, but no signature exists', 'cri-o'],
  [`Error response from daemon: Get "https://registry.corp.example/v2/": ${REFUSED}`, 'docker'],
  [pulled(IMAGE, REFUSED), 'containerd'],
  // A cache's answer in the words of the library that it pulls with.
  [pulled(IMAGE, 'unexpected status code 500: writing blob: no space left on device'), 'containerd'],
  [`Get "https://registry.corp.example/v2/": ${REFUSED}`, null],
])('%s is in the words of %s', (error, runtime) => {
  expect(hostOf({ error: `rpc error: code = Unknown desc = ${error}` }).runtime).toBe(runtime)
})

test.each([
  ['rancher/pause:3.1', 'k3s'],
  ['index.docker.io/rancher/mirrored-pause:3.6', 'rke2'],
  // Either of them can have this mirror.
  ['harbor.corp.example/rancher/mirrored-pause:3.6', null],
  ['registry.k8s.io/pause:3.10', null],
])('containerd asks for the pause image %s on %s', (pause, platform) => {
  const error = `failed to get sandbox image "${pause}": failed to pull image "${pause}": ${pulled(IMAGE, REFUSED)}`
  expect(hostOf({ error }).platform).toBe(platform)
})

const ofOpenShift = { key: OPENSHIFT_REGISTRY, username: 'serviceaccount', problem: null }
const DOCKERCFG: Partial<PullSecret> = { type: 'kubernetes.io/dockercfg', entries: [ofOpenShift] }
const OF_CRIO = `initializing source docker://${IMAGE}: ${REFUSED}`

test("the cluster's own pods show the platform of a node whose object was not read", () => {
  const k3s = { shown: { distribution: 'k3s' } } as const
  expect(hostOf(k3s).platform).toBe('k3s')
  // Another runtime than its own, or one that the error does not show.
  expect(hostOf({ ...k3s, error: OF_CRIO }).platform).toBeNull()
  expect(hostOf({ ...k3s, error: REFUSED }).platform).toBeNull()
  expect(hostOf({ shown: { distribution: 'minikube' }, error: OF_CRIO }).platform).toBe('minikube')
  expect(hostOf({ ...k3s, node: { runtime: 'containerd://2.1.4' } }).platform).toBeNull()
  // A machine that a service runs for one pod, and signs that contradict each other.
  expect(hostOf({ ...k3s, pod: { node: 'fargate-ip-10-0-1-7.ec2.internal' } }).platform).toBeNull()
  expect(hostOf({ ...k3s, pod: { node: 'kind-worker' } }).platform).toBeNull()
  const windows = { os: 'windows', architecture: null }
  expect(hostOf({ ...k3s, pod: { platform: windows } }).platform).toBeNull()
  expect(hostOf({ shown: { distribution: 'rke2' }, pod: { platform: windows } }).platform).toBe('rke2')
})

test('nodes that were read have to belong to the distribution that pods show', () => {
  const platformIn = (kubelet: string) => {
    const failing = (node: string) =>
      pod({
        node,
        name: node,
        containers: [container({ image: IMAGE, state: waiting('ErrImagePull', pulled(IMAGE, REFUSED)) })],
      })
    const { findings } = diagnose(
      snapshot({
        pods: [failing('a'), failing('b')],
        nodes: [{ ...NODE, name: 'b', kubelet }],
        distribution: 'k3s',
      }),
    )
    return findings.find(({ node }) => node === 'a')?.host.platform
  }
  expect(platformIn('v1.34.2+k3s1')).toBe('k3s')
  expect(platformIn('v1.34.2')).toBeNull()
})

test("a login for OpenShift's own registry shows OpenShift where the runtime is CRI-O", () => {
  expect(hostOf({ error: OF_CRIO, secret: DOCKERCFG }).platform).toBe('openshift')
  expect(hostOf({ secret: DOCKERCFG }).platform).toBeNull()
  expect(hostOf({ error: OF_CRIO, secret: { entries: [ofOpenShift] } }).platform).toBeNull()
  const mixed = { secret: DOCKERCFG, shown: { distribution: 'k3s' } } as const
  expect(hostOf({ ...mixed, error: OF_CRIO }).platform).toBeNull()
  expect(hostOf(mixed).platform).toBeNull()
})
