/** What each platform's nodes get, checked against the vendors' documented formats. */
import { describe, expect, test } from 'vitest'
import { parse, parseAllDocuments } from 'yaml'
import { readAddress } from '../../src/mirror/address.ts'
import { groupNodes } from '../../src/mirror/node-groups.ts'
import { setupFor } from '../../src/mirror/platforms/index.ts'
import type { MirrorTarget, NodeGroup, NodeSetup } from '../../src/mirror/setup.ts'
import type { Node } from '../../src/snapshot/node.ts'

const PEM = '-----BEGIN CERTIFICATE-----\nMIIB\n-----END CERTIFICATE-----\n'

function target(url = 'https://mirror.example.com', more: Partial<MirrorTarget> = {}): MirrorTarget {
  const address = readAddress(url, { plainHttp: true, onEveryNode: true, registries: [] })
  if ('problem' in address) throw new Error(address.problem)
  return { address, registries: ['docker.io'], dialTimeout: 2, authority: null, ...more }
}

function node(more: Partial<Node> = {}): Node {
  return {
    name: 'node-1',
    runtime: 'containerd://2.1.4',
    kubelet: 'v1.34.2',
    os: 'linux',
    osImage: 'Debian GNU/Linux 12',
    kernel: null,
    architecture: 'amd64',
    provider: null,
    labels: {},
    images: [],
    ...more,
  }
}

function group(more: Partial<Node> = {}): NodeGroup {
  const [only] = groupNodes([node(more)])
  if (only === undefined) throw new Error('no group')
  return only
}

function setup(of: Partial<Node>, to = target()): NodeSetup {
  const made = setupFor(to, group(of))
  if ('unsupported' in made) throw new Error(made.unsupported)
  return made
}

const K3S = { kubelet: 'v1.34.2+k3s1' }
const RKE2 = { kubelet: 'v1.34.2+rke2r1' }
const TALOS = { osImage: 'Talos (v1.12.1)' }
const OPENSHIFT = { runtime: 'cri-o://1.34.0', labels: { 'node.openshift.io/os_id': 'rhel' } }
const GKE = { labels: { 'cloud.google.com/gke-nodepool': 'a' } }
const BOTTLEROCKET = { osImage: 'Bottlerocket OS 1.50.0 (aws-k8s-1.34)' }
const DOCKER = { runtime: 'docker://29.0.1' }
const MINIKUBE = { labels: { 'minikube.k8s.io/name': 'm' } }
const WINDOWS = { os: 'windows', osImage: 'Windows Server 2022 Datacenter' }

test.each([
  ['containerd', {}, '/etc/containerd/certs.d/docker.io/mirror-ca.crt'],
  ['K3s', K3S, '/etc/rancher/k3s/mirror-ca.crt'],
  ['CRI-O', { runtime: 'cri-o://1.34.0' }, '/etc/containers/certs.d/mirror.example.com/ca.crt'],
  ['Docker', DOCKER, '/etc/docker/certs.d/mirror.example.com/ca.crt'],
])('on %s the check names the authority by its path on the node', (_platform, of, path) => {
  const { check, files } = setup(of, target('https://mirror.example.com', { authority: PEM }))
  expect(check[0]?.line).toContain(`--cacert ${path} `)
  expect(files.map(({ place }) => place)).toContain(path)
})

const PLACES: [string, Partial<Node>, string, (string | null)[]][] = [
  ['containerd', {}, 'containerd', ['/etc/containerd/certs.d/docker.io/hosts.toml']],
  ['EKS', { kubelet: 'v1.34.2-eks-abc' }, 'eks', ['/etc/containerd/certs.d/docker.io/hosts.toml']],
  [
    'AKS',
    { labels: { 'kubernetes.azure.com/cluster': 'c' } },
    'aks',
    ['/etc/containerd/certs.d/docker.io/hosts.toml'],
  ],
  ['kind', { provider: 'kind' }, 'kind', ['/etc/containerd/certs.d/docker.io/hosts.toml']],
  [
    'MicroK8s',
    { labels: { 'microk8s.io/cluster': 'true' } },
    'microk8s',
    ['/var/snap/microk8s/current/args/certs.d/docker.io/hosts.toml'],
  ],
  ['k0s', { kubelet: 'v1.35.1+k0s' }, 'k0s', ['/etc/k0s/containerd.d/certs.d/docker.io/hosts.toml']],
  [
    'a controller of k0s',
    { labels: { 'node.k0sproject.io/role': 'control-plane' } },
    'k0s',
    ['/etc/k0s/containerd.d/certs.d/docker.io/hosts.toml'],
  ],
  ['Windows', WINDOWS, 'windows', ['C:\\ProgramData\\containerd\\certs.d\\docker.io\\hosts.toml']],
  ['K3s', K3S, 'k3s', ['/etc/rancher/k3s/registries.yaml']],
  ['RKE2', RKE2, 'rke2', ['/etc/rancher/rke2/registries.yaml']],
  ['CRI-O', { runtime: 'cri-o://1.34.0' }, 'cri-o', ['/etc/containers/registries.conf.d/50-mirror.conf']],
  ['Docker', DOCKER, 'docker', ['/etc/docker/daemon.json']],
  ['Talos', TALOS, 'talos', [null]],
  ['OpenShift', OPENSHIFT, 'openshift', [null, null]],
  ['GKE', GKE, 'gke', [null]],
  ['Bottlerocket', BOTTLEROCKET, 'bottlerocket', [null]],
  ['minikube', MINIKUBE, 'minikube', ['/etc/containerd/certs.d/docker.io/hosts.toml']],
]

test.each(PLACES)('%s keeps its mirrors in a place of its own', (_name, of, platform, places) => {
  expect(group(of).platform).toBe(platform)
  expect(setup(of).files.map(({ place }) => place)).toEqual(places)
})

test.each<[string, Partial<Node>, string]>([
  ['K3s', K3S, "systemctl try-restart 'k3s*'"],
  ['RKE2', RKE2, "systemctl try-restart 'rke2-*'"],
])('a restart on %s starts no unit that was not running', (_name, of, line) => {
  expect(setup(of).activate?.line).toBe(line)
})

test.each(['containerd://2.1.4', 'cri-o://1.34.0', 'docker://29.0.1'])(
  'minikube with %s is told which cluster is meant, and deletes none',
  runtime => {
    const line = setup({ ...MINIKUBE, runtime, name: 'shop-m02' }).activate?.line ?? ''
    expect(line.match(/minikube (?:start|stop) -p shop/g)).toHaveLength(line.split('&&').length)
    expect(line).not.toContain('delete')
  },
)

test.each<[string, Partial<Node>]>([
  ['Talos', TALOS],
  ['GKE', GKE],
  ['containerd', {}],
])('what has to be filled in ends the line on %s, so that every shell rejects it', (_name, of) => {
  const { put, check } = setup(of, target(undefined, { registries: ['ghcr.io'] }))
  const open = [...put, ...check].filter(({ line }) => line.includes('<'))
  expect(open.length).toBeGreaterThan(0)
  for (const { line } of open) expect(line).toMatch(/>$/)
})

test.each<[string, Partial<Node>, string]>([
  ['EKS', { kubelet: 'v1.34.2-eks-abc' }, 'ctr -n k8s.io images pull --hosts-dir /etc/containerd/certs.d '],
  ['GKE', GKE, '/home/kubernetes/bin/crictl pull '],
  ['Windows', WINDOWS, 'ctr -n k8s.io images pull --hosts-dir C:\\ProgramData\\containerd\\certs.d '],
])('the check on %s pulls with a client that its nodes have', (_name, of, start) => {
  expect(setup(of).check.at(-1)?.line).toBe(`${start}docker.io/library/busybox:latest`)
})

test('nodes that are configured alike are one group, the largest first', () => {
  const nodes = [node({ name: 'b' }), node({ name: 'win', ...WINDOWS }), node({ name: 'a' })]
  expect(groupNodes(nodes).map(({ platform, nodes: names }) => [platform, names])).toEqual([
    ['containerd', ['a', 'b']],
    ['windows', ['win']],
  ])
})

describe('hosts.toml', () => {
  const toml = (version: string, to?: MirrorTarget) => setup({ runtime: `containerd://${version}` }, to).files

  test('has its server before the table, and never docker.io itself', () => {
    expect(toml('2.1.4')[0]?.content).toBe(
      [
        'server = "https://registry-1.docker.io"',
        '',
        '[host."https://mirror.example.com"]',
        '  capabilities = ["pull", "resolve"]',
        '  dial_timeout = "2s"',
        '',
      ].join('\n'),
    )
  })

  test.each([
    ['1.6.20', false, 30],
    ['1.7.28', false, 30],
    ['2.0.5', false, 30],
    ['2.0.6', true, 2],
    ['2.1.0', true, 2],
    ['2.4.2', true, 2],
    ['2.2.0-rc.1', true, 2],
  ])('of containerd %s has a dial timeout: %s', (version, has, delay) => {
    expect(toml(version)[0]?.content.includes('dial_timeout')).toBe(has)
    expect(setup({ runtime: `containerd://${version}` }).deadMirrorDelay).toBe(delay)
  })

  test('overrides the path only if the mirror has one', () => {
    const [file] = toml('2.1.4', target('https://harbor.example.com/v2/proxy'))
    expect(file?.content).toContain('[host."https://harbor.example.com/v2/proxy"]')
    expect(file?.content).toContain('override_path = true')
  })

  test('is one file a registry, whose own server is its host', () => {
    const files = toml('2.1.4', target(undefined, { registries: ['docker.io', 'ghcr.io', 'r.example:5000'] }))
    expect(files.map(({ name }) => name)).toEqual([
      'docker.io/hosts.toml',
      'ghcr.io/hosts.toml',
      'r.example_5000_/hosts.toml',
    ])
    expect(files[2]?.content).toContain('server = "https://r.example:5000"')
  })

  test('names the authority beside it', () => {
    const files = toml('2.1.4', target(undefined, { authority: PEM }))
    expect(files[0]?.content).toContain('ca = "mirror-ca.crt"')
    expect(files[1]).toMatchObject({ place: '/etc/containerd/certs.d/docker.io/mirror-ca.crt', content: PEM })
  })

  test('is not read by containerd before 1.5', () => {
    expect(setupFor(target(), group({ runtime: 'containerd://1.4.13' }))).toEqual({ unsupported: 'too-old' })
  })

  test('needs a single folder where the transfer service pulls', () => {
    const codes = (version: string) =>
      setup({ runtime: `containerd://${version}` }).notes.map(({ code }) => code)
    expect(codes('2.1.4')).toContain('one-folder')
    expect(codes('1.7.28')).not.toContain('one-folder')
  })
})

test.each([
  ['k3s', K3S],
  ['rke2', RKE2],
])(
  'registries.yaml of %s has endpoints by registry, a rewrite for a path, and the authority by host',
  (name, of) => {
    const to = target('https://harbor.example.com:8443/v2/proxy', {
      registries: ['docker.io', 'quay.io'],
      authority: PEM,
    })
    const { files, activate, effect } = setup(of, to)
    const mirror = { endpoint: ['https://harbor.example.com:8443'], rewrite: { '^(.*)$': 'proxy/$1' } }
    expect(parse(files[0]?.content ?? '')).toEqual({
      mirrors: { 'docker.io': mirror, 'quay.io': mirror },
      configs: { 'harbor.example.com:8443': { tls: { ca_file: `/etc/rancher/${name}/mirror-ca.crt` } } },
    })
    expect([effect, activate?.line.includes(name)]).toEqual(['after-restart', true])
  },
)

test('the drop-in of CRI-O has prefix, location, and a mirror without a scheme', () => {
  const { files, login, notes } = setup({ runtime: 'cri-o://1.34.0' }, target('http://m.example:5000/v2/hub'))
  expect(files[0]?.content).toBe(
    [
      '[[registry]]',
      'prefix = "docker.io"',
      'location = "docker.io"',
      '',
      '[[registry.mirror]]',
      'location = "m.example:5000/hub"',
      'insecure = true',
      'pull-from-mirror = "all"',
      '',
    ].join('\n'),
  )
  expect(login).toBe('node-auth-file')
  expect(notes.map(({ code }) => code)).toEqual(['short-name', 'insecure-skips-tls', 'pod-logins-stay'])
})

describe('Docker', () => {
  test('takes the root of a host, and lists it as insecure for plain HTTP', () => {
    expect(JSON.parse(setup(DOCKER, target('http://m.example:5000')).files[0]?.content ?? '')).toEqual({
      'registry-mirrors': ['http://m.example:5000'],
      'insecure-registries': ['m.example:5000'],
    })
  })

  test('is used for Docker Hub only, without a path', () => {
    const of = group(DOCKER)
    expect(setupFor(target(undefined, { registries: ['ghcr.io'] }), of)).toEqual({
      unsupported: 'not-docker-hub',
    })
    expect(setupFor(target('https://m.example/v2/hub'), of)).toEqual({ unsupported: 'root-only' })
  })

  test('is what old nodes of a cloud have', () => {
    const of = { runtime: 'docker://20.10.25', kubelet: 'v1.23.17-eks-abc' }
    expect(setup(of).files[0]?.place).toBe('/etc/docker/daemon.json')
  })
})

describe('Talos', () => {
  const documents = (of: Partial<Node>, to: MirrorTarget) =>
    parseAllDocuments(setup(of, to).files[0]?.content ?? '').map(document => document.toJS())

  test('has a document for each registry, and one for the authority', () => {
    const to = target('https://m.example/v2/hub', { registries: ['docker.io', 'ghcr.io'], authority: PEM })
    expect(documents(TALOS, to)).toEqual([
      ...['docker.io', 'ghcr.io'].map(name => ({
        apiVersion: 'v1alpha1',
        kind: 'RegistryMirrorConfig',
        name,
        endpoints: [{ url: 'https://m.example/v2/hub', overridePath: true }],
      })),
      { apiVersion: 'v1alpha1', kind: 'RegistryTLSConfig', name: 'm.example', ca: PEM },
    ])
  })

  test('before 1.12 has machine.registries, with the authority in base64', () => {
    const [patch] = documents({ osImage: 'Talos (v1.11.3)' }, target('https://m.example', { authority: PEM }))
    expect(patch).toEqual({
      machine: {
        registries: {
          mirrors: { 'docker.io': { endpoints: ['https://m.example'] } },
          config: { 'm.example': { tls: { ca: Buffer.from(PEM).toString('base64') } } },
        },
      },
    })
  })
})

describe('OpenShift', () => {
  /** The pattern for mirrors in the schema of both kinds. */
  const LOCATION =
    /^((?:[a-zA-Z0-9]|[a-zA-Z0-9][a-zA-Z0-9-]*[a-zA-Z0-9])(?:(?:\.(?:[a-zA-Z0-9]|[a-zA-Z0-9][a-zA-Z0-9-]*[a-zA-Z0-9]))+)?(?::[0-9]+)?)(?:(?:\/[a-z0-9]+(?:(?:(?:[._]|__|[-]*)[a-z0-9]+)+)?)+)?$/

  test('has a set for digests and a set for tags, each in its own list', () => {
    const objects = setup(OPENSHIFT, target('https://m.example:5000/v2/hub')).files.map(({ content }) =>
      parse(content),
    )
    expect(objects.map(({ kind, spec }) => [kind, Object.keys(spec)])).toEqual([
      ['ImageDigestMirrorSet', ['imageDigestMirrors']],
      ['ImageTagMirrorSet', ['imageTagMirrors']],
    ])
    for (const { apiVersion, spec } of objects) {
      expect(apiVersion).toBe('config.openshift.io/v1')
      const [[entry]] = Object.values(spec) as [{ source: string; mirrors: string[] }[]]
      expect(entry).toEqual({
        source: 'docker.io',
        mirrors: ['m.example:5000/hub'],
        mirrorSourcePolicy: 'AllowContactingSource',
      })
      expect(entry?.mirrors[0]).toMatch(LOCATION)
    }
  })

  test('writes a port of the authority with two periods', () => {
    const { files } = setup(OPENSHIFT, target('https://m.example:5000', { authority: PEM }))
    expect(parse(files[2]?.content ?? '').data).toEqual({ 'm.example..5000': PEM })
  })

  test('takes no IPv6 address', () => {
    expect(setupFor(target('https://[fd00::5]'), group(OPENSHIFT))).toEqual({ unsupported: 'numeric-host' })
  })
})

test('GKE gets registryHosts, without Windows nodes', () => {
  const to = target('https://m.example/v2/hub', { authority: PEM, dialTimeout: 5 })
  expect(parse(setup(GKE, to).files[0]?.content ?? '')).toEqual({
    registryHosts: [
      {
        server: 'docker.io',
        hosts: [
          {
            host: 'https://m.example/v2/hub',
            capabilities: ['HOST_CAPABILITY_PULL', 'HOST_CAPABILITY_RESOLVE'],
            overridePath: true,
            dialTimeout: '5s',
            ca: [{ gcpSecretManagerSecretUri: 'projects/PROJECT/secrets/SECRET/versions/VERSION' }],
          },
        ],
      },
    ],
  })
  expect(setupFor(to, group({ ...GKE, ...WINDOWS }))).toEqual({ unsupported: 'windows-pool' })
})

test('Bottlerocket gets a table for each registry, and trusts the authority', () => {
  const to = target(undefined, { registries: ['docker.io', 'quay.io'], authority: PEM })
  const content = setup(BOTTLEROCKET, to).files[0]?.content ?? ''
  expect(content).toContain(
    '[[settings.container-registry.mirrors]]\nregistry = "docker.io"\nendpoint = ["https://mirror.example.com"]\n',
  )
  expect(content).toContain('registry = "quay.io"')
  expect(content).toContain(`data = "${Buffer.from(PEM).toString('base64')}"\ntrusted = true`)
})

test.each([
  ['containerd', 'containerd://2.1.4', ['.minikube/files/etc/containerd/certs.d/docker.io/hosts.toml']],
  ['cri-o', 'cri-o://1.34.0', ['.minikube/files/etc/containers/registries.conf.d/50-mirror.conf']],
  ['docker', 'docker://29.0.1', []],
])('minikube with %s copies files, or starts Docker with a flag', (_name, runtime, names) => {
  const made = setup({ ...MINIKUBE, runtime })
  expect(made.files.map(({ name }) => name)).toEqual(names)
  expect(made.activate?.line.includes('--registry-mirror=https://mirror.example.com')).toBe(
    names.length === 0,
  )
})

test.each([
  ['fargate', { labels: { 'eks.amazonaws.com/compute-type': 'fargate' } }],
  ['auto-mode', { ...BOTTLEROCKET, labels: { 'eks.amazonaws.com/compute-type': 'auto' } }],
  ['unknown-runtime', { runtime: null }],
] as const)('nodes that take no settings are reported as such: %s', (unsupported, of) => {
  expect(setupFor(target(), group(of))).toEqual({ unsupported })
})

test.each(PLACES)('%s never gets a login, and says where one is kept', (_name, of) => {
  const made = setup(of, target('https://m.example', { authority: PEM }))
  expect(JSON.stringify(made.files)).not.toMatch(/password|username|token/i)
  expect(made.login).not.toBe('')
  expect(made.check.length).toBeGreaterThan(0)
})
