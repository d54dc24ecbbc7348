/** Where a node keeps what a step asks to change: by platform and runtime, and by the part that the host has in the pull. */
import { expect, test } from 'vitest'
import type { PullingNode } from '../../src/diagnosis/node/pulling-node.ts'
import type { EndpointRole } from '../../src/diagnosis/text/endpoint.ts'
import { diskCommand, machineLog, restartCommand, runtimeLog } from '../../src/report/words/node/node.ts'
import { authorityPlace, clientCertificatePlace } from '../../src/report/words/node/node-certificates.ts'
import { kernelLog } from '../../src/report/words/node/node-kernel.ts'
import { mirrorLogin, sandboxLoginPlace } from '../../src/report/words/node/node-logins.ts'
import {
  mirrorSettings,
  plainHttpPlace,
  restartOf,
  sandboxSetting,
} from '../../src/report/words/node/node-settings.ts'
import { proxyPlace } from '../../src/report/words/steps/proxies.ts'

const node = (fields: Partial<PullingNode> = {}): PullingNode => ({
  name: 'node-1',
  runtime: 'containerd',
  platform: null,
  cloud: null,
  os: 'linux',
  architecture: 'amd64',
  kernel: null,
  version: null,
  kubeletMinor: 34,
  toolImage: null,
  ...fields,
})

test.each<[string, Partial<PullingNode>, EndpointRole, string, string, string]>([
  [
    "containerd takes Docker Hub's from the folder docker.io",
    {},
    'registry',
    'registry-1.docker.io',
    'docker.io',
    '/etc/containerd/certs.d/docker.io/hosts.toml (ca =',
  ],
  [
    "containerd takes a mirror's from the folder of the registry that it stands for",
    {},
    'mirror',
    'cache.example',
    'quay.io',
    'certs.d/quay.io/hosts.toml (ca = "/path/ca.crt" under [host."https://cache.example"]; config_path in containerd\'s',
  ],
  [
    "a token server's is in the system's store",
    {},
    'token',
    'auth.example',
    'r.example',
    "the system's trust",
  ],
  [
    "CRI-O takes a mirror's from the mirror's own folder",
    { runtime: 'cri-o' },
    'mirror',
    'cache.example',
    'quay.io',
    '/etc/containers/certs.d/cache.example/ca.crt',
  ],
  [
    'Bottlerocket has a setting',
    { platform: 'bottlerocket' },
    'registry',
    'r.example',
    'r.example',
    'settings.pki',
  ],
  [
    'AKS has one list for all its nodes on Linux',
    { platform: 'aks' },
    'registry',
    'r.example',
    'r.example',
    '--custom-ca-trust-certificates',
  ],
  [
    "AKS has none for Windows, whose nodes take the system's",
    { platform: 'aks', os: 'windows' },
    'registry',
    'r.example',
    'r.example',
    'machine-wide certificate store',
  ],
])('a certificate authority: %s', (_name, fields, role, host, registry, place) => {
  expect(authorityPlace(node(fields), { host, role }, registry)).toContain(place)
})

test('settings for a registry do not reach its token server', () => {
  const place = authorityPlace(node(), { host: 'auth.docker.io', role: 'token' }, 'docker.io')
  expect(place).not.toContain('hosts.toml')
})

test.each<[PullingNode['platform'], string]>([
  ['openshift', 'image.config.openshift.io/cluster'],
  ['talos', 'RegistryMirrorConfig'],
  ['bottlerocket', 'settings.container-registry.mirrors'],
  ['k3s', '/etc/rancher/k3s/registries.yaml'],
])('plain HTTP is allowed on %s at a place of its own', (platform, place) => {
  const runtime = platform === 'openshift' ? 'cri-o' : 'containerd'
  const registry = { host: 'r.example:5000', role: 'registry' } as const
  expect(plainHttpPlace(node({ platform, runtime }), registry, 'r.example:5000')).toContain(place)
})

test.each([
  ['2.2.1', null, /config_path .*certs\.d alone/],
  ['2.1.0', null, /config_path .*certs\.d alone/],
  ['2.0.5', null, /config_path .* has to be \/etc\/containerd\/certs\.d.*empty by default/],
  ['1.7.27', null, /\[host\].*config_path .*empty by default/],
  [null, null, /config_path .*empty by default/],
  ['1.7.27', 'k0s' as const, /config_path in a file .* has to name this folder/],
  // Its nodes set one folder, or pull without the transfer service.
  ['2.2.1', 'eks' as const, /^(?!.*(?:config_path|\[host\]))/],
])(
  'containerd %s reads hosts.toml only where config_path names its folder (%s): %s',
  (version, platform, says) => {
    const at = { host: 'reg.example:5000', role: 'registry' as const }
    for (const place of [authorityPlace, plainHttpPlace])
      expect(place(node({ version, platform }), at, at.host)).toMatch(says)
  },
)

test.each<[string, Partial<PullingNode>, RegExp, RegExp]>([
  [
    'Docker beside K3s reads no registries.yaml',
    { platform: 'k3s', runtime: 'docker' },
    /^\/etc\/docker\/daemon\.json/,
    /^\/etc\/docker\/certs\.d\/r\.example:5000\/ca\.crt/,
  ],
  [
    'Docker Desktop takes both from its computer',
    { runtime: 'docker', desktop: true, name: 'docker-desktop' },
    /^Docker Desktop's settings/,
    /keychain on macOS.*~\/\.docker\/certs\.d\/r\.example:5000\/ca\.crt there, then restart Docker Desktop$/,
  ],
  [
    'Rancher Desktop trusts what its computer does',
    { platform: 'k3s', name: 'lima-rancher-desktop' },
    /registries\.yaml.*\(restart Rancher Desktop\)/,
    /keychain on macOS, .*\), then restart Rancher Desktop$/,
  ],
  [
    "Photon's own script updates its store",
    { family: 'photon' },
    /hosts\.toml/,
    /\/etc\/ssl\/certs and rehash_ca_certificates\.sh/,
  ],
  [
    'OrbStack has settings of its own',
    { runtime: 'docker', name: 'orbstack' },
    /^OrbStack's settings.*\(`orb restart docker`\)$/,
    /certs\.d/,
  ],
  [
    "containerd's table has a name by its version, and does not go with the older tables",
    { version: '1.7.27' },
    /config_path in \[plugins\."io\.containerd\.grpc\.v1\.cri"\.registry\] .*first move registry\.mirrors and the tls of registry\.configs/,
    /then restart containerd\)/,
  ],
  [
    'containerd 2 has another table for them',
    { version: '2.2.1' },
    /config_path in \[plugins\."io\.containerd\.cri\.v1\.images"\.registry\] .*certs\.d alone: with a list.*; restart containerd after a change there$/,
    /restart containerd after/,
  ],
  [
    "Colima's containerd has its configuration on the computer",
    { name: 'colima', version: '2.1.4' },
    /~\/\.config\/containerd\/config\.toml.*certs\.d alone: it is empty by default.*restart Colima$/,
    /config_path/,
  ],
  [
    "Colima writes Docker's file itself",
    { platform: 'k3s', runtime: 'docker', name: 'colima-work' },
    /`colima start --edit`\).*\(restart Colima\)$/,
    /certs\.d/,
  ],
])('plain HTTP and authorities: %s', (_name, fields, plain, authority) => {
  const at = { host: 'r.example:5000', role: 'registry' as const }
  expect(plainHttpPlace(node(fields), at, at.host)).toMatch(plain)
  expect(authorityPlace(node(fields), at, at.host)).toMatch(authority)
})

test.each<[string, Partial<PullingNode>, string | null, string | null]>([
  ['K3s', { platform: 'k3s', name: 'n1' }, 'restart k3s, or k3s-agent on an agent', null],
  [
    'Docker beside K3s, which contains cri-dockerd',
    { platform: 'k3s', runtime: 'docker' },
    null,
    'systemctl restart docker',
  ],
  ['Rancher Desktop', { platform: 'k3s', name: 'lima-rancher-desktop' }, 'restart Rancher Desktop', null],
  ['OrbStack', { runtime: 'docker', name: 'orbstack' }, 'restart OrbStack', null],
])('a runtime is started again: %s', (_name, fields, how, command) => {
  expect(restartOf(node(fields))).toBe(how)
  expect(restartCommand(node(fields), null)).toBe(command)
})

test.each<[string, Partial<PullingNode>, RegExp]>([
  ['OrbStack', { runtime: 'docker', name: 'orbstack' }, /^orb logs docker$/],
  ['Rancher Desktop', { platform: 'k3s', name: 'lima-rancher-desktop' }, /Show Logs/],
  ['Docker beside K3s', { platform: 'k3s', runtime: 'docker' }, /^journalctl -u docker -u k3s -u k3s-agent /],
])('the log of the runtime: %s', (_name, fields, says) => {
  const step = machineLog(node(fields))
  expect(step === null ? runtimeLog(node(fields)) : (step.command ?? step.text)).toMatch(says)
})

test.each<[string, Partial<PullingNode>, string]>([
  ['k3d', { platform: 'k3s', name: 'k3d-dev-agent-0' }, 'which `k3d cluster create --env` sets'],
  ['Rancher Desktop', { platform: 'k3s', name: 'lima-rancher-desktop' }, "the runtime's environment"],
  ['K3s', { platform: 'k3s', name: 'n1' }, 'k3s.service.env'],
])('the proxy of the runtime: %s', (_name, fields, place) => {
  expect(proxyPlace(node(fields))).toContain(place)
})

// containerd/containerd#4938
test('containerd before 1.5 has its settings for registries in its main configuration', () => {
  const old = node({ version: '1.4.12' })
  const registry = { host: 'r.example:5000', role: 'registry' as const }
  const mirror = { host: 'cache.example', role: 'mirror' as const }
  const table = '[plugins."io.containerd.grpc.v1.cri".registry.'
  expect(mirrorSettings(old, 'docker.io')).toContain(
    `${table}mirrors."docker.io"] of /etc/containerd/config.toml`,
  )
  expect(plainHttpPlace(old, registry, registry.host)).toContain(
    `endpoint = ["http://r.example:5000"] in ${table}mirrors."r.example:5000"]`,
  )
  expect(plainHttpPlace(old, mirror, 'docker.io')).toContain(
    `endpoint = ["http://cache.example"] in ${table}mirrors."docker.io"]`,
  )
  expect(authorityPlace(old, registry, registry.host)).toContain(`in ${table}configs."r.example:5000".tls]`)
  expect(mirrorLogin(old, 'cache.example', 'docker.io')).toContain(`${table}configs."cache.example".auth]`)
  expect(clientCertificatePlace(old, registry, registry.host)).toContain(
    `${table}configs."r.example:5000".tls]`,
  )
  for (const place of [mirrorSettings(old, 'docker.io'), authorityPlace(old, registry, registry.host)]) {
    expect(place).toMatch(/without version = 2, the table begins with plugins\.cri;/)
    expect(place).not.toMatch(/certs\.d|\[host\]/)
  }
  expect(mirrorSettings({ ...old, platform: 'k0s' }, 'docker.io')).toMatch(/restart k0s/)
})

test('containerd before 1.3 has the first format, and no authorities of single hosts', () => {
  const old = node({ version: '1.2.13' })
  const at = { host: 'r.example:5000', role: 'registry' as const }
  expect(mirrorSettings(old, 'docker.io')).toContain('[plugins.cri.registry.mirrors."docker.io"]')
  expect(mirrorSettings(old, 'docker.io')).not.toMatch(/version = 2/)
  expect(authorityPlace(old, at, at.host)).toMatch(/^the system's trust store/)
})

test.each([
  ['1.5.2', null, '/etc/containerd/certs.d/docker.io/hosts.toml'],
  ['1.4.4', 'k3s' as const, '/etc/rancher/k3s/registries.yaml'],
  ['1.3.7', 'microk8s' as const, '/var/snap/microk8s/current/args/containerd-template.toml'],
  [null, null, '/etc/containerd/certs.d/docker.io/hosts.toml'],
])('mirrors of containerd %s on %s are in %s', (version, platform, place) => {
  expect(mirrorSettings(node({ version, platform }), 'docker.io')).toContain(place)
})

test('a folder on Windows has no colon in its name', () => {
  expect(mirrorSettings(node({ os: 'windows' }), 'r.example:5000')).toContain('\\r.example_5000_\\hosts.toml')
})

test("commands for Talos are its own client's, which runs on this machine", () => {
  expect(diskCommand(node({ platform: 'talos' }), null)).toMatch(/^talosctl /)
  expect(kernelLog(node({ platform: 'talos' }))).toMatch(/^talosctl /)
  expect(diskCommand(node(), '/var/tmp')).toBe('df -h /var/tmp; df -i /var/tmp')
})

test("the pause image is set where EKS's nodes take it from at each start", () => {
  expect(sandboxSetting(node({ platform: 'eks' }))).toContain('NodeConfig')
  expect(sandboxSetting(node())).toContain('/etc/containerd/config.toml')
})

test('cri-dockerd has its login in another folder than the kubelet, which had it before 1.24', () => {
  expect(sandboxLoginPlace(node({ runtime: 'docker', kubeletMinor: 23 }))).toBe(
    '/var/lib/kubelet/config.json',
  )
  expect(sandboxLoginPlace(node({ runtime: 'docker' }))).toContain('/.docker/config.json')
})
