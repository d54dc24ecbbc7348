/** Commands to run on a node, by its runtime and platform, and how to get there. */

import type { Finding } from '../../../diagnosis/finding.ts'
import type { PullingNode } from '../../../diagnosis/node/pulling-node.ts'
import { type Invocation, kubectlCommand } from '../../invocation.ts'
import { shellWord } from '../../sanitize.ts'
import { namedList } from '../nouns.ts'
import type { Findings, StepText } from '../step-words.ts'
import { virtualMachineOf } from './local-clusters.ts'

/** Returns, for example, `node node-1`, or `the node` if its name is unknown. */
export function nodeName({ node }: Pick<Finding, 'node'>): string {
  return node === null ? 'the node' : `node ${node}`
}

/** Returns the same with `on` before it. */
export function onNode(finding: Pick<Finding, 'node'>): string {
  return `on ${nodeName(finding)}`
}

/** Returns, for example, `on nodes node-1 and node-2`, for findings that share a step. */
export function onNodes(findings: Findings): string {
  const names = nodesOf(findings)
  return names.length < 2 ? onNode(findings[0]) : `on ${namedList('node', names, 2)}`
}

/** Returns the names of the findings' nodes, each once. */
export function nodesOf(findings: Findings): string[] {
  return [...new Set(findings.flatMap(({ node }) => node ?? []))]
}

/** Where RKE2 keeps its data on Windows (docs.rke2.io/reference/windows_agent_config). */
export const RKE2_ON_WINDOWS = 'C:\\var\\lib\\rancher\\rke2'

/** Returns a command of the node's client on Talos. The address comes last, so that a shell rejects the line until it is filled in. */
export function talosctl(rest: string): string {
  return `talosctl ${rest} -n <address>`
}

/** Whether the unit that starts the runtime has another name on a node of another role: k3s-agent, rke2-server, k0sworker. */
function startsOwnRuntime({ platform, runtime }: Pick<PullingNode, 'platform' | 'runtime'>): boolean {
  return runtime !== 'docker' && (platform === 'k3s' || platform === 'rke2' || platform === 'k0s')
}

/** Whether the platform starts its own containerd, which then writes to a file instead of the journal. */
export function hasOwnContainerd({ platform, runtime }: PullingNode): boolean {
  return (platform === 'k3s' || platform === 'rke2') && runtime !== 'docker'
}

/** k0s starts containerd and the kubelet itself; a node has one of these units, by its role. */
const K0S_UNITS = '-u k0sworker -u k0scontroller'

/** The systemd units of each runtime. */
const RUNTIME_UNITS: Record<NonNullable<PullingNode['runtime']>, string[]> = {
  containerd: ['containerd'],
  'cri-o': ['crio'],
  docker: ['docker', 'cri-docker'],
}
const MICROK8S_UNIT = 'microk8s.daemon-containerd'

const asFlags = (units: string[]) => units.map(unit => `-u ${unit}`).join(' ')

/** Returns the runtime's systemd units, as journalctl takes them. */
function runtimeUnits({ platform, runtime }: PullingNode): string {
  if (platform === 'microk8s') return asFlags([`snap.${MICROK8S_UNIT}`])
  if (platform === 'k0s' && runtime !== 'docker') return K0S_UNITS
  // K3s contains cri-dockerd.
  if (platform === 'k3s' && runtime === 'docker') return asFlags(['docker', 'k3s', 'k3s-agent'])
  return asFlags(
    runtime === null ? [...RUNTIME_UNITS.containerd, ...RUNTIME_UNITS['cri-o']] : RUNTIME_UNITS[runtime],
  )
}

/** Returns the command for the runtime's log of the last hour. @param text of an error, which may be that of the containerd below Docker */
export function runtimeLog(node: PullingNode, text = ''): string {
  if (node.platform === 'talos') return talosctl('logs cri')
  // docs.rke2.io/reference/logging; K3s: pkg/agent/config.
  if (hasOwnContainerd(node))
    return `tail -n 200 /var/lib/rancher/${node.platform}/agent/containerd/containerd.log`
  const below = node.runtime === 'docker' && isOfContainerd(text) ? `${asFlags(['containerd'])} ` : ''
  return `journalctl ${below}${runtimeUnits(node)} --since -1h`
}

/** Returns the step for the logs of a program that runs the node in its virtual machine (docs.rancherdesktop.io, Troubleshooting; `orb logs --help`); null for nodes with a log of their own. */
export function machineLog(node: PullingNode): StepText | null {
  const machine = virtualMachineOf(node)
  if (machine === 'OrbStack')
    return { text: "Look at the log of OrbStack's Docker", command: 'orb logs docker' }
  if (machine === 'Rancher Desktop')
    return { text: "Look at Rancher Desktop's logs (Troubleshooting, Show Logs)" }
  return machine === 'Docker Desktop'
    ? { text: "Look at Docker Desktop's logs (Troubleshoot, in its menu)" }
    : null
}

/**
 * Whether a text is about a containerd that is a service of its own, by its socket, its store, or the words of its clients: without such a service,
 * Docker starts one itself, below folders named docker/containerd.
 */
function isOfContainerd(text: string): boolean {
  const isAny = /\/containerd\.sock\b|\/var\/lib\/containerd\b|\bio\.containerd\./.test(text)
  return isAny && !/\/docker\/containerd\//.test(text)
}

/**
 * Returns the command that starts a runtime again, even a hanging one; null where no single one does it.
 * @param socket the one that nothing answers at, which tells an unknown runtime, and the containerd below Docker
 */
export function restartCommand(node: PullingNode, socket: string | null): string | null {
  const { platform, runtime, os } = node
  const machine = virtualMachineOf(node)
  // The others' systems have no systemd.
  if (machine !== null && machine !== 'Colima') return null
  const ofSocket = /crio/.test(socket ?? '') ? 'cri-o' : isOfContainerd(socket ?? '') ? 'containerd' : null
  // Docker only wants containerd to be there, so its own restart does not start a containerd that hangs.
  const name = runtime === 'docker' && ofSocket === 'containerd' ? ofSocket : (runtime ?? ofSocket)
  // These start containerd in a unit whose name depends on the node's role; Talos restarts its containerd by itself.
  if (name === null || startsOwnRuntime(node) || platform === 'talos') return null
  if (os === 'windows') return `Restart-Service ${name === 'docker' ? 'docker' : 'containerd'}`
  if (platform === 'microk8s') return `snap restart ${MICROK8S_UNIT}`
  // K3s contains cri-dockerd.
  return `systemctl restart ${platform === 'k3s' && name === 'docker' ? 'docker' : RUNTIME_UNITS[name].join(' ')}`
}

/** Returns the command that shows how much memory is free. */
export function memoryCommand({ os, platform }: PullingNode): string {
  if (os === 'windows') return 'Get-CimInstance Win32_OperatingSystem | Select-Object FreePhysicalMemory'
  // Not every image of a node in a container has procps with its `free`.
  return platform === 'talos' ? talosctl('memory') : 'head -n 3 /proc/meminfo'
}

/** The kubelet's log on Windows: AKS, kubeadm, GKE, and RKE2. */
const WINDOWS_LOGS = [
  'C:\\k\\kubelet*.log',
  'C:\\var\\log\\kubelet\\*.log',
  'C:\\etc\\kubernetes\\logs\\kubelet*.log',
  `${RKE2_ON_WINDOWS}\\agent\\logs\\kubelet*.log`,
].join(', ')

/** Returns the command that searches the kubelet's log for one word. */
export function kubeletLog({ os, platform }: PullingNode, word: string): string {
  if (os === 'windows')
    return platform === 'eks'
      ? `Get-WinEvent -ProviderName kubelet -MaxEvents 1000 | Where-Object Message -Match ${word}`
      : `Get-Content ${WINDOWS_LOGS} -ErrorAction Ignore | Select-String ${word}`
  if (platform === 'talos') return `${talosctl('logs kubelet')} | grep -i ${word}`
  if (platform === 'rke2') return `grep -i ${word} /var/lib/rancher/rke2/agent/logs/kubelet.log | tail -n 50`
  const units =
    platform === 'k3s'
      ? '-u k3s -u k3s-agent'
      : platform === 'microk8s'
        ? '-u snap.microk8s.daemon-kubelite'
        : platform === 'k0s'
          ? K0S_UNITS
          : '-u kubelet'
  return `journalctl ${units} --since -1h | grep -i ${word}`
}

/** Returns the command that shows the proxy in the runtime's environment. */
export function proxyCommand({ os, platform, runtime }: PullingNode): string {
  if (os === 'windows') {
    const service = runtime === 'docker' ? 'docker' : platform === 'rke2' ? 'rke2' : 'containerd'
    return `[Environment]::GetEnvironmentVariable('HTTPS_PROXY', 'Machine'); (Get-ItemProperty HKLM:\\SYSTEM\\CurrentControlSet\\Services\\${service}).Environment`
  }
  if (platform === 'talos') return `${talosctl('get machineconfig -o yaml')} | grep -i _proxy`
  if (platform === 'bottlerocket') return 'apiclient get settings.network'
  // The unit's properties lack what its environment files and the service manager add, so the process is asked.
  const daemon = runtime === 'docker' ? 'dockerd' : runtime === 'cri-o' ? 'crio' : 'containerd'
  const daemons = runtime === null ? 'containerd crio' : daemon
  return `tr '\\0' '\\n' < "/proc/$(pidof -s ${daemons})/environ" | grep -i _proxy`
}

/** Returns how to look up a name as the node's resolver does. */
export function lookUpCommand({ os }: PullingNode, host: string): string {
  return `${os === 'windows' ? 'Resolve-DnsName' : 'getent hosts'} ${shellWord(host)}`
}

/** Returns how to request a URL, showing the whole exchange except the body. @param flags more of curl's */
export function curlCommand({ os }: PullingNode, url: string, flags = ''): string {
  return os === 'windows'
    ? `curl.exe -sSv${flags} -m 15 -o NUL ${shellWord(url)}`
    : `curl -sSv${flags} -m 15 -o /dev/null ${shellWord(url)}`
}

/** Returns the same with the body, which tells who answered. */
export function pageCommand({ os }: PullingNode, url: string): string {
  return `${os === 'windows' ? 'curl.exe' : 'curl'} -sSv -m 15 ${shellWord(url)}`
}

/** The media types of manifests that runtimes accept: without them, some registries answer with another one, or with an error. */
const MANIFESTS = [
  'application/vnd.oci.image.index.v1+json',
  'application/vnd.docker.distribution.manifest.list.v2+json',
  'application/vnd.oci.image.manifest.v1+json',
  'application/vnd.docker.distribution.manifest.v2+json',
].join(', ')

/** Returns how to ask for a manifest without downloading it. */
export function headCommand({ os }: PullingNode, url: string): string {
  const client = os === 'windows' ? 'curl.exe' : 'curl'
  return `${client} -sSI -m 15 -H ${shellWord(`Accept: ${MANIFESTS}`)} ${shellWord(url)}`
}

/** Returns how to show where each redirect leads, without downloading anything. */
export function redirectsCommand({ os }: PullingNode, url: string): string {
  return `${os === 'windows' ? 'curl.exe' : 'curl'} -sSIL --max-redirs 10 -m 30 ${shellWord(url)}`
}

/** Returns how to show the certificate of HOST:PORT. */
export function certificateCommand(node: PullingNode, address: string): string {
  return node.os === 'windows'
    ? curlCommand(node, `https://${address}/v2/`)
    : `openssl s_client -connect ${shellWord(address)} </dev/null`
}

/** Returns how to show the clock of the node, in UTC. */
export function clockCommand({ os, platform }: PullingNode): string {
  if (os === 'windows') return '(Get-Date).ToUniversalTime(); w32tm /query /status'
  return platform === 'talos' ? talosctl('time') : 'date -u; timedatectl'
}

/** Returns what corrects the clock of the node. */
export function clockCorrection(node: PullingNode): string {
  const machine = virtualMachineOf(node)
  if (machine !== null) return `restart ${machine}, whose clock can be wrong after its computer slept`
  if (node.os === 'windows') return 'synchronize it (`w32tm /resync`)'
  return node.platform === 'talos'
    ? 'correct the time servers in its machine configuration'
    : 'synchronize it with NTP (chrony, systemd-timesyncd)'
}

/** Returns a step with a shell command, which runs on the node. On Talos it runs in a debug pod there (see enterNode). */
export function nodeShellStep(text: string, command: string, findings: Findings): StepText {
  return { text, command, where: onNodes(findings) }
}

/**
 * Returns a step with a command of the node's own client (image client, logs, settings), which on Talos runs on this machine.
 * @param command null if the node has none for this
 */
export function nodeClientStep(text: string, command: string | null, findings: Findings): StepText {
  if (command === null) return { text }
  return findings[0].host.platform === 'talos' ? { text, command } : nodeShellStep(text, command, findings)
}

/** Returns how to show what fills the disk under a path (by default the runtime's store): space, then inodes. */
export function diskCommand(node: PullingNode, full: string | null): string {
  if (node.platform === 'talos') return talosctl('mounts')
  const path = full === null ? [storePath(node), ...otherStore(node)].join(' ') : shellWord(full)
  return node.os === 'windows' ? 'Get-PSDrive C' : `df -h ${path}; df -i ${path}`
}

/** Returns how to see the largest folders on the file system of a path; null where the node has no such program. */
export function largestFolders({ platform, os, virtual }: PullingNode, path: string): string | null {
  if (os === 'windows' || platform === 'talos' || platform === 'bottlerocket' || virtual !== undefined)
    return null
  return `df -P ${shellWord(path)} | awk 'NR==2 {print $6}' | xargs du -xmd3 | sort -n | tail`
}

/** Returns where the runtime stores images, by platform, or else by runtime. */
export function storePath({ platform, runtime, os, containerdStore }: PullingNode): string {
  const isDockers = runtime === 'docker' && containerdStore === undefined
  if (os === 'windows') return isDockers ? 'C:\\ProgramData\\docker' : 'C:\\ProgramData\\containerd'
  if (runtime === 'docker') return isDockers ? '/var/lib/docker' : '/var/lib/containerd'
  if (platform === 'k3s' || platform === 'rke2') return `/var/lib/rancher/${platform}`
  if (platform === 'microk8s') return '/var/snap/microk8s/common'
  if (platform === 'k0s') return '/var/lib/k0s/containerd'
  return runtime === 'cri-o' ? '/var/lib/containers' : '/var/lib/containerd'
}

/** Returns where Docker may store images instead. */
function otherStore(node: PullingNode): string[] {
  const mayBeContainerds =
    node.runtime === 'docker' && node.os !== 'windows' && releaseOf(node.version)[0] >= 29
  return mayBeContainerds && node.containerdStore === undefined ? ['/var/lib/containerd'] : []
}

/** Returns the command that shows a node's conditions, capacity, and pods; none if its name is unknown. */
export function describeNode(invocation: Invocation, node: string | null): Pick<StepText, 'command'> {
  return node === null ? {} : { command: kubectlCommand(invocation, `describe node ${shellWord(node)}`) }
}

/** Returns the command that lists the pods on a node; none if its name is unknown. */
export function listPodsOn(invocation: Invocation, node: string | null): Pick<StepText, 'command'> {
  return node === null
    ? {}
    : { command: kubectlCommand(invocation, `get pods -A -o wide ${onlyOnNode(node)}`) }
}

/** Returns the flag of kubectl that selects the pods of one node. */
export function onlyOnNode(node: string): string {
  return `--field-selector spec.nodeName=${shellWord(node)}`
}

/** Returns the first two numbers of a runtime's version; 0 for each that is unknown. */
export function releaseOf(version: string | null): [major: number, minor: number] {
  const [major = 0, minor = 0] = (version ?? '').split('.').map(Number)
  return [major, minor]
}
