/** What is known of a node whose object was not read: by the runtime's words, the names in them, and its own name. */
import { expect, test } from 'vitest'
import { findingOf, pulled, type Situation } from '../advice/situation.ts'

const IMAGE = 'registry.corp.example/shop/api:1'
const REFUSED = 'dial tcp 10.0.0.9:443: connect: connection refused'
const hostOf = (situation: Partial<Situation>) =>
  findingOf({ image: IMAGE, error: pulled(IMAGE, REFUSED), ...situation }).host

test.each([
  ['k3d-dev-agent-0', 'k3s'],
  ['kind-worker2', 'kind'],
  ['minikube-m02', 'minikube'],
  ['gk3-prod-pool-2-5b1f0c2e-9zkt', 'gke'],
  ['gke-prod-default-pool-5b1f0c2e-9zkt', 'gke'],
  ['aks-nodepool1-34127856-vmss000002', 'aks'],
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
  ['copying system image from manifest list: copying config: context canceled', 'cri-o'],
  [`parsing image configuration: Get "https://cdn.example/x": ${REFUSED}`, 'cri-o'],
  ['writing blob: storing blob to file "/var/tmp/storage1": no space left on device', 'cri-o'],
  ['Source image rejected: A signature was required, but no signature exists', 'cri-o'],
  [`Error response from daemon: Get "https://registry.corp.example/v2/": ${REFUSED}`, 'docker'],
  [pulled(IMAGE, REFUSED), 'containerd'],
  [`Get "https://registry.corp.example/v2/": ${REFUSED}`, null],
])('%s is in the words of %s', (error, runtime) => {
  expect(hostOf({ error: `rpc error: code = Unknown desc = ${error}` }).runtime).toBe(runtime)
})

test.each([
  ['rancher/mirrored-pause:3.6', 'k3s'],
  ['rancher/pause:3.1', 'k3s'],
  ['index.docker.io/rancher/mirrored-pause:3.6', 'rke2'],
  // Either of them can have this mirror.
  ['harbor.corp.example/rancher/mirrored-pause:3.6', null],
  ['registry.k8s.io/pause:3.10', null],
])('containerd asks for the pause image %s on %s', (pause, platform) => {
  const error = `failed to get sandbox image "${pause}": failed to pull image "${pause}": ${pulled(IMAGE, REFUSED)}`
  expect(hostOf({ error }).platform).toBe(platform)
})
