/** Commands to run on a node, by its runtime and platform, and how to get there. */

import type { Finding } from '../../diagnosis/finding.ts'
import type { Platform, PullingNode } from '../../diagnosis/pulling-node.ts'
import { type Invocation, kubectlCommand } from '../invocation.ts'
import { shellWord } from '../sanitize.ts'
import type { Findings, StepText } from './step-words.ts'

/** Returns, for example, `on node node-1`, or `on the node` if its name is unknown. */
export function onNode({ node }: Pick<Finding, 'node'>): string {
  return node === null ? 'on the node' : `on node ${node}`
}

const RKE2_CRICTL = '/var/lib/rancher/rke2/bin/crictl --config /var/lib/rancher/rke2/agent/etc/crictl.yaml'

/** Returns the runtime's image client, which determines the verbs. */
function imageClient({ platform, runtime }: PullingNode): 'docker' | 'talosctl' | 'ctr' | 'crictl' {
  if (platform === 'talos') return 'talosctl'
  if (platform === 'microk8s' || platform === 'bottlerocket') return 'ctr'
  return runtime === 'docker' ? 'docker' : 'crictl'
}

function crictl({ platform }: PullingNode): string {
  return platform === 'k3s' ? 'k3s crictl' : platform === 'rke2' ? RKE2_CRICTL : 'crictl'
}

/** Returns how to pull one image by hand, with the runtime's complete answer. */
export function pullCommand(node: PullingNode, image: string): string {
  const name = shellWord(image)
  switch (imageClient(node)) {
    case 'docker':
      return `docker pull ${name}`
    case 'talosctl':
      return `talosctl -n <address> image pull ${name}`
    case 'ctr':
      return `${node.platform === 'microk8s' ? 'microk8s ctr' : 'ctr -n k8s.io'} images pull ${name}`
    case 'crictl':
      return `${crictl(node)} pull ${name}`
  }
}

/** Returns how to remove one image. */
export function removeCommand(node: PullingNode, image: string): string {
  const name = shellWord(image)
  switch (imageClient(node)) {
    case 'docker':
      return `docker rmi ${name}`
    case 'talosctl':
      return `talosctl -n <address> image remove ${name}`
    case 'ctr':
      return `${node.platform === 'microk8s' ? 'microk8s ctr' : 'ctr -n k8s.io'} images rm ${name}`
    case 'crictl':
      return `${crictl(node)} rmi ${name}`
  }
}

/** Returns how to remove unused images; null if the platform leaves that to the kubelet. */
export function pruneCommand(node: PullingNode): string | null {
  switch (imageClient(node)) {
    case 'docker':
      return 'docker image prune -a'
    case 'talosctl':
    case 'ctr':
      return null
    case 'crictl':
      return `${crictl(node)} rmi --prune`
  }
}

/** systemd units by platform, or else by runtime. */
const UNITS: Partial<Record<Platform, { runtime: string; kubelet: string }>> = {
  k3s: { runtime: '-u k3s -u k3s-agent', kubelet: '-u k3s -u k3s-agent' },
  rke2: { runtime: '-u rke2-server -u rke2-agent', kubelet: '-u rke2-server -u rke2-agent' },
  microk8s: { runtime: '-u snap.microk8s.daemon-containerd', kubelet: '-u snap.microk8s.daemon-kubelite' },
}

function units(node: PullingNode): { runtime: string; kubelet: string } {
  const { platform, runtime } = node
  const known = platform === null ? undefined : UNITS[platform]
  if (known !== undefined) return known
  if (runtime === 'cri-o') return { runtime: '-u crio', kubelet: '-u kubelet' }
  if (runtime === 'docker') return { runtime: '-u docker -u cri-docker', kubelet: '-u kubelet' }
  return {
    runtime: runtime === 'containerd' ? '-u containerd' : '-u containerd -u crio',
    kubelet: '-u kubelet',
  }
}

/** Returns the command for the runtime's log of the last hour. */
export function runtimeLog(node: PullingNode): string {
  if (node.platform === 'talos') return 'talosctl -n <address> logs cri'
  return `journalctl ${units(node).runtime} --since -1h`
}

/** Returns the command for the kernel's newest messages. */
export function kernelLog({ platform }: PullingNode): string {
  return platform === 'talos' ? 'talosctl -n <address> dmesg' : 'dmesg -T | tail -n 50'
}

/** Returns the command that shows how much memory is free. */
export function memoryCommand({ os, platform }: PullingNode): string {
  if (os === 'windows') return 'Get-CimInstance Win32_OperatingSystem | Select-Object FreePhysicalMemory'
  return platform === 'talos' ? 'talosctl -n <address> memory' : 'free -m'
}

/** Returns the command that searches the kubelet's log for one word. */
export function kubeletLog(node: PullingNode, word: string): string {
  if (node.os === 'windows')
    return `Get-Content C:\\k\\kubelet*.log, C:\\var\\log\\kubelet\\*.log -ErrorAction Ignore | Select-String ${word}`
  if (node.platform === 'talos') return `talosctl -n <address> logs kubelet | grep -i ${word}`
  return `journalctl ${units(node).kubelet} --since -1h | grep -i ${word}`
}

/** Returns the command that shows the runtime's environment, which includes its proxy. */
export function proxyCommand(node: PullingNode): string {
  if (node.os === 'windows') {
    const service = node.runtime === 'docker' ? 'docker' : 'containerd'
    return `Get-ItemProperty HKLM:\\SYSTEM\\CurrentControlSet\\Services\\${service} -Name Environment`
  }
  const names = units(node).runtime.replaceAll('-u ', '')
  return node.platform === 'talos'
    ? 'talosctl -n <address> get machineconfig -o yaml'
    : `systemctl show ${names} --property=Environment`
}

/** Returns how to look up a name as the node's resolver does. */
export function lookUpCommand({ os }: PullingNode, host: string): string {
  return `${os === 'windows' ? 'Resolve-DnsName' : 'getent hosts'} ${shellWord(host)}`
}

/** Returns where the node's DNS servers are set. */
export function resolverPlace({ os, platform }: PullingNode): string {
  if (os === 'windows') return 'the DNS servers of its network adapter'
  return platform === 'talos' ? 'nameservers in the machine configuration' : '/etc/resolv.conf'
}

/** Returns how to request a URL, showing the whole exchange except the body. */
export function curlCommand({ os }: PullingNode, url: string): string {
  return os === 'windows'
    ? `curl.exe -sSv -m 15 -o NUL ${shellWord(url)}`
    : `curl -sSv -m 15 -o /dev/null ${shellWord(url)}`
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
  return platform === 'talos' ? 'talosctl -n <address> time' : 'date -u; timedatectl'
}

/** Returns a step with a shell command, which runs on the node. On Talos it runs in a debug pod there (see enterNode). */
export function nodeShellStep(text: string, command: string, [first]: Findings): StepText {
  return { text, command, where: onNode(first) }
}

/** Returns a step with a command of the node's own client (image client, logs, settings), which on Talos runs on this machine. */
export function nodeClientStep(text: string, command: string, [first]: Findings): StepText {
  return first.host.platform === 'talos' ? { text, command } : { text, command, where: onNode(first) }
}

/** Returns how to show what fills the disk under a path (by default the runtime's store): space, then inodes. */
export function diskCommand(node: PullingNode, full: string | null): string {
  if (node.platform === 'talos') return 'talosctl -n <address> mounts'
  const path = full === null ? storePath(node) : shellWord(full)
  return node.os === 'windows' ? 'Get-PSDrive C' : `df -h ${path}; df -i ${path}`
}

/** Returns where the runtime stores images, by platform, or else by runtime. */
export function storePath({ platform, runtime, os }: PullingNode): string {
  if (os === 'windows')
    return runtime === 'docker' ? 'C:\\ProgramData\\docker' : 'C:\\ProgramData\\containerd'
  if (platform === 'k3s' || platform === 'rke2') return `/var/lib/rancher/${platform}`
  if (platform === 'microk8s') return '/var/snap/microk8s/common'
  return runtime === 'docker'
    ? '/var/lib/docker'
    : runtime === 'cri-o'
      ? '/var/lib/containers'
      : '/var/lib/containerd'
}

/** Returns how to get a shell on the node. */
export function enterNode(invocation: Invocation, { node, host }: Pick<Finding, 'node' | 'host'>): StepText {
  const name = node ?? '<node>'
  const word = node === null ? name : shellWord(node)
  if (host.platform === 'kind')
    return { text: "Get a shell in the node's container", command: `docker exec -it ${word} bash` }
  if (host.platform === 'minikube')
    return { text: 'Get a shell on the node', command: `minikube ssh -n ${word}` }
  if (host.platform === 'talos')
    return {
      text: `Talos nodes have no shell: run the commands for the node in a debug pod, which shares the node's network, ${withTool(host)}`,
      command: kubectlCommand(
        invocation,
        `debug node/${word} -it --profile=sysadmin --image=${toolImage(host)}`,
        'kube-system',
      ),
    }
  if (host.os === 'windows')
    return { text: `Connect to node ${name} by RDP or SSH, or with a HostProcess container` }
  return {
    text: `Get a shell on node ${name}, by SSH or ${withTool(host)}, then \`chroot /host\``,
    command: kubectlCommand(
      invocation,
      `debug node/${word} -it --profile=sysadmin --image=${toolImage(host)}`,
    ),
  }
}

function withTool({ toolImage }: PullingNode): string {
  return toolImage === null
    ? 'with an image that is already there and has a shell'
    : 'with an image that is already there'
}

function toolImage({ toolImage }: PullingNode): string {
  return toolImage === null ? '<image>' : shellWord(toolImage)
}
