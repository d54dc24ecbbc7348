/** Commands of steps work where they are read: in every shell, on every kind of node, and for no other cluster. */

import { spawnSync } from 'node:child_process'
import { describe, expect, test } from 'vitest'
import type { Step } from '../../src/advice/step/step.ts'
import { runsOnNode } from '../../src/advice/step/step-traits.ts'
import { arrangeArguments } from '../../src/cli/arguments.ts'
import { buildProgram, type ProgramHost } from '../../src/cli/program.ts'
import { helmCommand, type Invocation, kubectlCommand, ownCommand } from '../../src/report/invocation.ts'
import { shellWords } from '../../src/report/sanitize.ts'
import { commandLines } from '../../src/report/screen/command-lines.ts'
import { remedyCommand } from '../../src/report/words/commands.ts'
import { loginCommand } from '../../src/report/words/credential/registry-logins.ts'
import { nerdctl } from '../../src/report/words/node/local-clusters.ts'
import { stepsOf } from '../../src/report/words/steps.ts'
import type { Workload } from '../../src/snapshot/owners.ts'
import { finding } from './samples.ts'
import { EVERY_STEP, NODES } from './step-samples.ts'

type Kind = keyof typeof NODES

const HERE: Invocation = { program: 'pullguard', flags: ['--context', 'prod'], fromDump: false }
const DUMP: Invocation = { ...HERE, flags: [], fromDump: true }

const FINDING = finding()

function wordsOf(step: Step, kind: Kind, invocation = HERE) {
  const host = NODES[kind]
  const moved = step.code === 'use-replacement' ? step.moved : null
  return stepsOf([{ ...FINDING, host, node: host.name, moved, steps: [step] }], invocation)[0]
}

const KINDS = Object.keys(NODES) as Kind[]
const everyStep = (invocation: Invocation) =>
  KINDS.flatMap(kind => EVERY_STEP.map(step => ({ kind, step, ...wordsOf(step, kind, invocation) })))
const EVERYWHERE = everyStep(HERE)
const everyCommand = [
  ...new Set(
    [...EVERYWHERE, ...everyStep(DUMP)].flatMap(({ kind, command }) =>
      command === undefined || NODES[kind].os === 'windows' ? [] : [command],
    ),
  ),
]

/** Verbs, and the words of a condition or an alternative before them. */
const BEGINNINGS =
  /^(?:(?:If|Or,?|Then) |(?:Add|Allow|Annotate|Append|Apply|Ask|Build|Bypass|Change|Check|Choose|Compare|Compose|Connect|Copy|Cordon|Correct|Create|Delete|Distribute|Drain|Enable|Enlarge|Fill|Find|Fix|Follow|Free|Get|Give|Go|Have|Install|Label|Let|Load|Look|Lower|Move|Name|Pin|Preload|Pull|Push|Put|Quote|Raise|Read|Rebuild|Recreate|Refresh|Reissue|Remove|Renew|Repeat|Replace|Restart|Restore|Resume|Retry|Rewrite|Run|Schedule|Seal|See|Serve|Set|Sign|Start|Test|Unpause|Update|Upgrade|Use|Wait|Write) )/

test('every step begins with what to do, not with why', () => {
  const texts = new Set(EVERYWHERE.map(({ text }) => text))
  expect([...texts].filter(text => !BEGINNINGS.test(text))).toEqual([])
})

/** Commands that change nothing, and the verbs of steps that only look. */
const SHOWS =
  /^(?:kubectl \S.*?\b(?:get|describe)\b(?!.*\| )|helm .*\bget\b|pullguard why\b|az acr cache show\b|apiclient get\b)/
const LOOKS = /^(?:(?:If|Or,?|Then) .*?)?\b(?:[Cc]heck|[Cc]ompare|[Ff]ind|[Ll]ook|[Rr]ead|[Ss]ee)\b/

test('a command that only shows something is not introduced as the change that the step asks for', () => {
  const shown = EVERYWHERE.filter(({ command, text }) => SHOWS.test(command ?? '') && !LOOKS.test(text))
  expect(shown.length).toBeGreaterThan(0)
  const unsaid = shown.filter(({ text }) => !/\bthis (?:shows|lists)\b[^.:;]*$/i.test(text))
  expect([...new Set(unsaid.map(({ text, command }) => `${text}: ${command}`))]).toEqual([])
})

test("a DeploymentConfig gets its image from OpenShift's client, which knows that kind", () => {
  const workload: Workload = { kind: 'DeploymentConfig', name: 'portal', group: 'apps.openshift.io' }
  const step: Step = { code: 'set-image', known: 'repository' }
  const found = finding({
    namespace: 'legacy',
    workload,
    container: 'portal',
    image: 'quay.io/acme/portal:7',
  })
  const [{ text, command }] = stepsOf([{ ...found, steps: [step] }], HERE)
  expect(command).toBe('oc --context prod -n legacy set image dc/portal portal=quay.io/acme/portal:<tag>')
  expect(text).toContain('of DeploymentConfig portal')
})

test("OpenShift's import of a tag reaches the cluster of the run", () => {
  const step: Step = { code: 'see-image-stream', project: 'base', stream: 'api', tag: 'v1' }
  expect(wordsOf(step, KINDS[0] as Kind).text).toContain('`oc --context prod -n base import-image api:v1`')
  expect(wordsOf(step, KINDS[0] as Kind, DUMP).text).toContain('--context <context>`')
})

/** Whether a shell parses each of the scripts, which it does not run. One shell reads all, as starting one takes long. */
function parsed(scripts: string[][]): boolean[] {
  const input = scripts.map(
    lines => `sh -n 2>/dev/null <<'END OF SCRIPT' && echo yes || echo no\n${lines.join('\n')}\nEND OF SCRIPT`,
  )
  const { stdout } = spawnSync('sh', [], { input: input.join('\n'), encoding: 'utf8' })
  return stdout.split('\n').map(line => line === 'yes')
}

const PLACEHOLDER = /<[a-z][\w -]*>/

describe.skipIf(process.platform === 'win32')('a shell', () => {
  test('parses every command that has nothing to fill in', () => {
    const whole = everyCommand.filter(command => !PLACEHOLDER.test(command))
    expect(whole.length).toBeGreaterThan(60)
    expect(parsed([whole])[0]).toBe(true)
  })

  test('rejects every command as a whole until it is filled in', () => {
    const open = everyCommand.filter(command => PLACEHOLDER.test(command))
    const scripts = open.flatMap(command => [[command], commandLines(command, 40, '  ')])
    const answers = parsed(scripts)
    expect(answers.length).toBeGreaterThan(100)
    expect(scripts.filter((_, index) => answers[index])).toEqual([])
  })

  test.each([
    kubectlCommand(DUMP, 'delete pod shop-1', 'web'),
    kubectlCommand({ ...HERE, flags: ['--token', '<token>', '--context', 'prod'] }, 'edit sa/default', 'web'),
    helmCommand({ ...HERE, flags: ['--token', '<token>', '--context', 'prod'] }, 'get values shop', 'web') ??
      '',
    ownCommand(HERE, 'mirror --to https://<mirror>'),
    ownCommand(DUMP, 'mirror --to https://<mirror>'),
    remedyCommand(HERE, 'replace-registry', finding({ reference: 'docker.io/acme/api:1' })),
  ])('finds what is to be filled in at the end, even if a folder has its name: %s', command => {
    expect(command).toMatch(/>$/)
    expect(parsed([[command]])[0]).toBe(false)
  })
})

test('pullguard knows every flag of its own commands', () => {
  const host = { program: 'pullguard', version: '0', writeOut: () => {}, helpWidth: 80 }
  const program = () => buildProgram(host as unknown as ProgramHost, () => {})
  const own = everyCommand.filter(command => /^pullguard /.test(command) && !PLACEHOLDER.test(command))
  for (const command of own.flatMap(line => line.split(' && '))) {
    const [name, ...words] = arrangeArguments(shellWords(command).slice(1), program())
    const known = program().commands.find(each => each.name() === name)
    expect(known?.parseOptions(words).unknown, command).toEqual([])
  }
  expect(own.length).toBeGreaterThan(5)
})

test('a registry is never asked as a mirror of itself', () => {
  const asking = everyCommand.filter(command => /^pullguard mirror .*--verify/.test(command))
  expect(asking.length).toBeGreaterThan(0)
  for (const command of asking) {
    const [, host = '', registry = 'docker.io'] =
      /--to https?:\/\/([^\s/]+)(?:.* --registry (\S+))?/.exec(command) ?? []
    expect(host, command).not.toBe(registry)
  }
})

const image = 'docker.io/library/nginx:1'
const MIRRORS = '--hosts-dir /etc/containerd/certs.d'
test.each<[Kind, string]>([
  ['containerd', `crictl pull ${image}`],
  ['Docker', `docker pull ${image}`],
  ['K3s', `k3s crictl pull ${image}`],
  ['GKE', `/home/kubernetes/bin/crictl pull ${image}`],
  ['EKS', `ctr -n k8s.io images pull ${MIRRORS} ${image}`],
  ['MicroK8s', `microk8s ctr images pull --hosts-dir /var/snap/microk8s/current/args/certs.d ${image}`],
  ['k0s', `k0s ctr images pull --hosts-dir /etc/k0s/containerd.d/certs.d ${image}`],
  ['Bottlerocket', `ctr -n k8s.io images pull ${image}`],
  ['Talos', `talosctl image pull ${image} -n <address>`],
  ['Windows', `ctr -n k8s.io images pull --hosts-dir C:\\ProgramData\\containerd\\certs.d ${image}`],
])('a pull by hand on %s uses a client that is there, and the mirrors of the node', (kind, command) => {
  expect(wordsOf({ code: 'pull-by-hand', image }, kind).command).toBe(command)
})

test.each<[Kind, string, string]>([
  ['containerd', `crictl rmi ${image}`, ''],
  [
    'EKS',
    `ctr -n k8s.io images rm $(ctr -n k8s.io images ls -q target.digest==$(ctr -n k8s.io images ls name==${image} | grep -om1 'sha256:[0-9a-f]*'))`,
    '',
  ],
  ['Windows', `ctr -n k8s.io images rm ${image}`, 'its other names'],
  ['Talos', `talosctl image remove ${image} -n <address>`, 'Talos 1.13'],
])('an image is removed on %s with all of its names, which keep its content', (kind, command, note) => {
  const { text, command: printed } = wordsOf({ code: 'remove-image', image }, kind)
  expect(printed).toBe(command)
  expect(text).toContain(note)
})

test('a pull by hand says that it sends no login where the image needs one', () => {
  const said = (fields: Parameters<typeof finding>[0]) =>
    stepsOf([{ ...finding(fields), steps: [{ code: 'pull-by-hand', image }] }], HERE)[0].text
  expect(said({})).not.toContain('login')
  expect(said({ registry: 'acme.azurecr.io' })).toContain("sends neither the pod's nor the kubelet's login")
  expect(said({ credential: { status: 'usable', attempts: [] } })).toContain(
    "sends neither the pod's nor the kubelet's login",
  )
})

test.each<[Kind, string]>([
  ['containerd', 'journalctl -u containerd --since -1h'],
  ['Docker', 'journalctl -u docker -u cri-docker --since -1h'],
  ['K3s', 'tail -n 200 /var/lib/rancher/k3s/agent/containerd/containerd.log'],
  ['RKE2', 'tail -n 200 /var/lib/rancher/rke2/agent/containerd/containerd.log'],
  ['MicroK8s', 'journalctl -u snap.microk8s.daemon-containerd --since -1h'],
  ['k0s', 'journalctl -u k0sworker -u k0scontroller --since -1h'],
])("the runtime's log is where %s writes it", (kind, command) => {
  expect(wordsOf({ code: 'runtime-log' }, kind).command).toBe(command)
})

test.each<[Kind, string]>([
  ['K3s', 'journalctl -u k3s -u k3s-agent'],
  ['RKE2', '/var/lib/rancher/rke2/agent/logs/kubelet.log'],
  ['EKS on Windows', 'Get-WinEvent -ProviderName kubelet'],
  ['GKE on Windows', 'C:\\etc\\kubernetes\\logs\\kubelet*.log'],
])("the kubelet's log is where %s writes it", (kind, place) => {
  expect(
    wordsOf({ code: 'check-provider', cloud: null, sent: 'nothing', likely: true }, kind).command,
  ).toContain(place)
})

test.each<[Kind, string]>([
  ['containerd', `tr '\\0' '\\n' < "/proc/$(pidof -s containerd)/environ" | grep -i _proxy`],
  ['Docker', `tr '\\0' '\\n' < "/proc/$(pidof -s dockerd)/environ" | grep -i _proxy`],
  ['Bottlerocket', 'apiclient get settings.network'],
  ['Talos', 'talosctl get machineconfig -o yaml -n <address> | grep -i _proxy'],
])('the proxy of %s is read where it takes effect, without secrets beside it', (kind, command) => {
  expect(wordsOf({ code: 'show-proxy' }, kind).command).toBe(command)
})

test.each<[Kind, RegExp]>([
  ['containerd', /debug node\/node-1 -it --profile=sysadmin --image=<image>$/],
  ['kind', /^docker exec -it shop-worker2 bash$/],
  ['minikube', /^minikube ssh -p shop -n shop-m02$/],
  ['k3d', /^docker exec -it k3d-shop-agent-0 sh$/],
  ['Talos with BusyBox', /-n kube-system debug node\/node-1 .* --image=<image>$/],
  ['Bottlerocket', /debug node\/node-1/],
  ['OpenShift', /^oc .*debug node\/node-1$/],
])('a shell on %s comes from what the platform has', (kind, command) => {
  expect(wordsOf({ code: 'enter-node' }, kind).command).toMatch(command)
})

test("Bottlerocket's host has no shell to change root to", () => {
  const { text } = wordsOf({ code: 'enter-node' }, 'Bottlerocket')
  expect(text).toContain('chroot /host apiclient exec admin bash')
  expect(text).not.toMatch(/chroot \/host`/)
})

test('an image is loaded into the cluster that the node belongs to', () => {
  const load = (kind: 'kind' | 'minikube' | 'k3d') =>
    wordsOf({ code: 'load-image', image: 'api:1', tool: kind }, kind).command
  expect(load('kind')).toBe('kind load docker-image api:1 --name shop')
  expect(load('minikube')).toBe('minikube image load -p shop api:1')
  expect(load('k3d')).toBe('k3d image import api:1 -c shop')
})

test('in the virtual machine of a desktop, an image is built in the namespace of Kubernetes', () => {
  const { text, command } = wordsOf({ code: 'load-image', image: 'api:1', tool: 'nerdctl' }, 'K3s')
  expect(text).toContain('`nerdctl --namespace k8s.io build`')
  expect(command).toBeUndefined()
  expect(nerdctl('colima')).toBe('colima nerdctl --')
  expect(nerdctl('colima-work')).toBe('colima nerdctl --profile work --')
})

test.each([
  ['shop', 'Load the image from this machine into node shop, if it was built here'],
  [
    'shop-m02',
    /^Load .* into node shop-m02 and the others .* each node has its own images, .* first node's Docker/,
  ],
])('an image for node %s of minikube is not on the others for that', (node, expected) => {
  const step: Step = { code: 'load-image', image: 'api:1', tool: 'minikube' }
  const { text } = stepsOf([{ ...finding({ node }), steps: [step] }], HERE)[0]
  expect(text).toEqual(typeof expected === 'string' ? expected : expect.stringMatching(expected))
})

test.each<[Kind, Step]>([
  ['Windows', { code: 'release-mount' }],
  ['Windows', { code: 'show-policy', kind: 'signature' }],
  ['Docker', { code: 'show-policy', kind: 'signature' }],
  ['Talos', { code: 'show-policy', kind: 'signature' }],
  ['Bottlerocket', { code: 'restore-sandbox-image' }],
  ['EKS', { code: 'restore-sandbox-image' }],
])('on %s there is no command for %o, so words say what to do', (kind, step) => {
  expect(wordsOf(step, kind)).toEqual({ text: expect.stringMatching(/^\S.*[^.\s]$/) })
})

test.each<[Kind, string]>([
  ['containerd', "registryPullQPS (5) and registryBurst (10) in the kubelet's configuration"],
  ['Bottlerocket', 'settings.kubernetes.registry-qps (5) and registry-burst (10), with `apiclient set`'],
  ['EKS', "in the kubelet's configuration (spec.kubelet.config of the NodeConfig"],
  ['GKE', 'GKE offers no setting for the limit'],
  ['RKE2 on Windows', 'registry-qps (5) and registry-burst (10), as kubelet-arg in '],
])("on %s, the kubelet's throttle is raised where the platform keeps its settings", (kind, place) => {
  expect(wordsOf({ code: 'raise-kubelet-qps' }, kind).text).toContain(place)
})

test.each<[Kind, string]>([
  ['containerd', '/etc/containerd/certs.d/docker.io/hosts.toml (header.Authorization of this host)'],
  ['Docker', 'Docker keeps no login for a mirror'],
  ['Bottlerocket', 'Bottlerocket keeps no login for a mirror'],
  ['GKE', 'registryHosts) (header of this host)'],
  ['GKE on Windows', 'keeps no login for a mirror'],
  ['RKE2 on Windows', 'C:\\etc\\rancher\\rke2\\registries.yaml (configs."cache.example".auth'],
])("a mirror's login is set on %s where the platform has a place for it", (kind, place) => {
  const step: Step = { code: 'mirror-login', host: 'cache.example', registry: 'docker.io', sent: 'unknown' }
  expect(wordsOf(step, kind).text).toContain(place)
})

test.each<[Kind, string]>([
  ['containerd', 'Put a login for cache.example into /etc/containerd/certs.d/docker.io/hosts.toml'],
  ['Docker', 'Let the mirror cache.example serve the nodes without a login, as Docker keeps none'],
])('on %s, a login that a mirror wants is put where it is kept, if anywhere', (kind, text) => {
  const step: Step = { code: 'mirror-login', host: 'cache.example', registry: 'docker.io', sent: 'nothing' }
  expect(wordsOf(step, kind).text).toContain(text)
})

test.each<[Kind, string]>([
  ['GKE', 'registryHosts, client'],
  ['Talos', 'RegistryTLSConfig'],
  ['Bottlerocket', 'no setting for one'],
])('a client certificate is set on %s where the platform has a place for it', (kind, place) => {
  const step: Step = { code: 'renew-certificate', host: 'r.example', problem: 'client' }
  expect(wordsOf(step, kind).text).toContain(place)
})

test.each([
  ['docker.io', 'docker login'],
  ['ghcr.io', 'docker login ghcr.io'],
  ['acme.azurecr.io', 'docker login acme.azurecr.io'],
  [
    '123456789012.dkr.ecr.eu-west-1.amazonaws.com',
    'aws ecr get-login-password --region eu-west-1 | docker login --username AWS --password-stdin 123456789012.dkr.ecr.eu-west-1.amazonaws.com',
  ],
  [
    'europe-docker.pkg.dev',
    'gcloud auth print-access-token | docker login -u oauth2accesstoken --password-stdin europe-docker.pkg.dev',
  ],
])('%s is logged in to in the way that it accepts', (registry, command) => {
  expect(loginCommand(registry)).toBe(command)
})

test.each<[string, Workload, RegExp]>([
  [
    'is edited',
    { kind: 'Rollout', name: 'shop', group: 'argoproj.io' },
    / edit rollout\.argoproj\.io\/shop$/,
  ],
  [
    'of a kind that Kubernetes has, too, is no such object',
    { kind: 'StatefulSet', name: 'shop', group: 'apps.kruise.io' },
    / edit statefulset\.apps\.kruise\.io\/shop$/,
  ],
])('a custom resource %s by its full name', (_what, workload, command) => {
  const step = { code: 'set-image', known: 'nothing' } as const
  const [{ command: printed }] = stepsOf([{ ...finding({ workload }), steps: [step] }], HERE)
  expect(printed).toMatch(command)
})

test.each<[Kind, string | undefined, string?]>([
  ['containerd', 'systemctl restart containerd'],
  ['CRI-O', 'systemctl restart crio'],
  ['Docker', 'systemctl restart docker cri-docker', '/var/run/docker.sock'],
  // Its own restart does not start a containerd that hangs (TophantTechnology/ARL#683).
  ['Docker', 'systemctl restart containerd'],
  ['Docker', 'systemctl restart docker cri-docker', '/var/run/docker/containerd/containerd.sock'],
  ['unknown', 'systemctl restart containerd'],
  ['MicroK8s', 'snap restart microk8s.daemon-containerd'],
  ['Windows', 'Restart-Service containerd'],
  ['K3s', undefined],
  ['Talos', undefined],
])(
  'a runtime on %s that does not answer is restarted by what runs it',
  (kind, command, socket = '/run/containerd/containerd.sock') => {
    const step = { code: 'start-runtime', socket } as const
    expect(wordsOf(step, kind).command).toBe(command)
  },
)

test('a step is known to run on the node if, and only if, its words say so on some kind of node', () => {
  const saySo = EVERYWHERE.filter(({ where }) => where?.startsWith('on ')).map(({ step }) => step.code)
  expect(new Set(saySo)).toEqual(new Set(EVERY_STEP.filter(runsOnNode).map(({ code }) => code)))
})

test('a step with a command for the node says so where its text can refer to the way there', () => {
  const onNode = EVERYWHERE.filter(({ command, where }) => command !== undefined && where !== undefined)
  expect(onNode.length).toBeGreaterThan(0)
  expect(onNode.filter(({ text, where = '' }) => !text.includes(where))).toEqual([])
})
