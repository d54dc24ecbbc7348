/** What is known about mirrors: seen in texts, configured by objects, or unknown; and which pulls would go through one. */
import { expect, test } from 'vitest'
import { surveyMirrors } from '../../src/mirror/survey.ts'
import type { MirrorFacts } from '../../src/snapshot/mirrors.ts'
import type { Node } from '../../src/snapshot/node.ts'

const LIMITED =
  'failed to pull and unpack image "docker.io/library/nginx:1": failed to copy: httpReadSeeker: failed open: unexpected status code https://cache.example/v2/library/nginx/manifests/sha256:ab?ns=docker.io: 429 Too Many Requests'

function node(name: string, more: Partial<Node> = {}): Node {
  return {
    name,
    runtime: 'containerd://2.1.4',
    kubelet: 'v1.34.2',
    os: 'linux',
    osImage: 'Debian',
    kernel: null,
    architecture: 'amd64',
    provider: null,
    labels: {},
    images: [],
    ...more,
  }
}

function survey(more: Partial<MirrorFacts>) {
  return surveyMirrors({
    takenAt: '2026-11-24T12:00:00Z',
    source: { type: 'cluster', context: 'prod', server: 'https://x' },
    nodes: [node('a')],
    images: [],
    failures: [],
    events: [],
    mirrorSets: [],
    peers: [],
    rewriters: [],
    gaps: [],
    ...more,
  })
}

const states = ({ groups }: ReturnType<typeof survey>) => groups.map(({ mirror }) => mirror.state)

test('without any sign a mirror is unknown, never none', () => {
  expect(states(survey({}))).toEqual(['unknown'])
})

test('the host in a failed pull is seen on its node', () => {
  const other = node('b', { runtime: 'cri-o://1.34.0' })
  const made = survey({
    nodes: [node('a'), other],
    failures: [{ image: 'nginx:1', node: 'a', text: LIMITED }],
  })
  expect(made.seen).toEqual([{ host: 'cache.example', registry: 'docker.io', nodes: ['a'] }])
  expect(states(made)).toEqual(['seen', 'unknown'])
})

test('the registry itself is not a mirror', () => {
  const text = LIMITED.replace('cache.example', 'registry-1.docker.io').replace('?ns=docker.io', '')
  expect(survey({ failures: [{ image: 'nginx:1', node: 'a', text }] }).seen).toEqual([])
})

test.each<[string, Partial<MirrorFacts>]>([
  ['a DaemonSet of spegel', { peers: [{ product: 'spegel', namespace: 'spegel', name: 'spegel' }] }],
  [
    'the embedded registry of K3s',
    { nodes: [node('a', { labels: { 'p2p.k3s.cattle.io/enabled': 'true' } })] },
  ],
  [
    'GKE, which asks a cache by itself',
    { nodes: [node('a', { labels: { 'cloud.google.com/gke-nodepool': 'p' } })] },
  ],
  [
    "OpenShift's sets",
    {
      nodes: [node('a', { runtime: 'cri-o://1.34.0', labels: { 'node.openshift.io/os_id': 'rhel' } })],
      mirrorSets: [
        { kind: 'ImageTagMirrorSet', name: 'hub', source: 'docker.io', mirrors: ['m.example'], never: false },
      ],
    },
  ],
])('%s configures a mirror', (_name, facts) => {
  expect(states(survey(facts))).toEqual(['configured'])
})

test('a webhook changes pods, not nodes', () => {
  const made = survey({ rewriters: [{ product: 'kube-image-keeper', name: 'kuik' }] })
  expect([made.configured.length, states(made)]).toEqual([1, ['unknown']])
})

test("OpenShift's kinds are missed only where its nodes are, or where nodes are unknown", () => {
  const gaps = [
    { what: 'imagetagmirrorsets.config.openshift.io', namespace: null, why: 'forbidden' as const },
  ]
  const openshift = node('a', { labels: { 'node.openshift.io/os_id': 'rhel' } })
  expect(survey({ gaps }).gaps).toEqual([])
  expect(survey({ gaps, nodes: [openshift] }).gaps).toEqual(gaps)
  expect(survey({ gaps, nodes: [] }).gaps).toEqual(gaps)
})

test('pulls are counted once for each image and node', () => {
  const images = [
    { image: 'nginx', node: 'a' },
    { image: 'docker.io/library/nginx:latest', node: 'a' },
    { image: 'nginx', node: 'b' },
    { image: 'redis:7', node: 'b' },
    { image: 'ghcr.io/acme/api:1', node: 'a' },
    { image: 'Not An Image', node: 'a' },
  ]
  expect(survey({ images }).pulls).toEqual([
    { registry: 'docker.io', images: 2, pulls: 3, mostOnOneNode: 2 },
    { registry: 'ghcr.io', images: 1, pulls: 1, mostOnOneNode: 1 },
  ])
})

test.each([
  ['containerd://1.4.13', ['no-hosts-toml']],
  ['containerd://1.7.28', ['tables-deprecated']],
  ['containerd://2.1.4', ['tables-deprecated', 'one-folder']],
  ['containerd://2.4.2', ['tables-deprecated', 'one-folder']],
  ['docker://29.0.1', ['docker-hub-only']],
  ['cri-o://1.34.0', []],
])('the version of %s has its consequences', (runtime, notes) => {
  expect(survey({ nodes: [node('a', { runtime })] }).groups[0]?.notes).toEqual(notes)
})
