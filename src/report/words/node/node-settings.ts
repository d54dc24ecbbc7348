/** Where the settings of a node are (mirrors, plain HTTP, the pause image, the kubelet's limit), by platform, or else by runtime. */

import type { Platform } from '../../../diagnosis/node/node-platform.ts'
import type { PullingNode } from '../../../diagnosis/node/pulling-node.ts'
import type { NamedEndpoint } from '../../../diagnosis/text/endpoint.ts'
import { configPath, hostSection, mayIgnoreList, oneFolder } from './hosts-toml.ts'
import { isOfK3d, virtualMachineOf } from './local-clusters.ts'
import { isOldContainerd, oldMirrors, oldPlainHttp } from './old-containerd.ts'

/** Returns where this platform stores its mirrors for one registry. */
export function mirrorSettings(node: PullingNode, registry: string): string {
  const { platform, runtime, os } = node
  if (isOldContainerd(node)) return oldMirrors(node, registry)
  if (runtime === 'docker') return `${daemonFile(node)} (registry-mirrors; ${restartDocker(node)})`
  switch (platform) {
    case 'k3s':
    case 'rke2':
      return `${registriesYaml(platform, os)} on every node (${restartOf(node)} there)`
    case 'microk8s':
      return `/var/snap/microk8s/current/args/certs.d/${registry}/hosts.toml`
    case 'k0s':
      return k0sHosts(registry)
    case 'talos':
      return 'the machine configuration (RegistryMirrorConfig; before Talos 1.12 machine.registries)'
    case 'bottlerocket':
      return 'settings.container-registry.mirrors'
    case 'openshift':
      return 'the ImageTagMirrorSet and ImageDigestMirrorSet objects'
    case 'gke':
      if (os === 'windows')
        return "containerd's own settings, which GKE does not let you change on Windows nodes"
      return "the node pool's containerd configuration (registryHosts)"
    default:
      break
  }
  if (runtime === 'cri-o') return '/etc/containers/registries.conf or registries.conf.d (reload CRI-O)'
  if (os === 'windows') return `C:\\ProgramData\\containerd\\certs.d\\${folderOf(registry, os)}\\hosts.toml`
  return runtime === 'containerd'
    ? `/etc/containerd/certs.d/${registry}/hosts.toml`
    : `the runtime's mirror settings (containerd: /etc/containerd/certs.d/${registry}/hosts.toml; CRI-O: /etc/containers/registries.conf; k3s: registries.yaml)`
}

/** k0s sets no config_path: whoever added mirrors chose the folder (docs.k0sproject.io, Runtime). */
function k0sHosts(registry: string): string {
  return `/etc/k0s/containerd.d/certs.d/${registry}/hosts.toml (config_path in a file /etc/k0s/containerd.d/*.toml has to name this folder or another, as k0s sets none)`
}

/** Whether registries.yaml has the settings of the node's runtime: Docker, which K3s can use instead, has its own (docs.k3s.io, Private Registry Configuration). */
export function hasRegistriesYaml<N extends Pick<PullingNode, 'platform' | 'runtime'>>(
  node: N,
): node is N & { platform: 'k3s' | 'rke2' } {
  return (node.platform === 'k3s' || node.platform === 'rke2') && node.runtime !== 'docker'
}

/** Returns where K3s and RKE2 read mirrors, logins, and certificates; the same place on Windows, where RKE2 has agents. */
export function registriesYaml(platform: 'k3s' | 'rke2', os: PullingNode['os']): string {
  return os === 'windows'
    ? `C:\\etc\\rancher\\${platform}\\registries.yaml`
    : `/etc/rancher/${platform}/registries.yaml`
}

/** The units of platforms that bring their own runtime, by the node's role (docs.k3s.io/upgrades/manual, docs.rke2.io/install/quickstart, docs.k0sproject.io). */
const UNITS: Partial<Record<Platform, string>> = {
  k3s: 'k3s, or k3s-agent on an agent',
  rke2: 'rke2-server, or rke2-agent on an agent',
  k0s: 'k0scontroller, or k0sworker on a worker',
}

/** Returns which service of the platform's own to restart, such as `restart k3s, or …`; null if the platform has none. RKE2's has one name on Windows. */
export function restartOf({
  platform,
  runtime,
  os,
  name,
}: Pick<PullingNode, 'platform' | 'runtime' | 'os' | 'name'>): string | null {
  // There, K3s is the first process of a container, and no service.
  if (isOfK3d(name)) return `restart the node's container, as with \`docker restart ${name}\``
  const machine = virtualMachineOf({ name })
  if (machine === 'Rancher Desktop' || machine === 'OrbStack') return `restart ${machine}`
  const unit = platform === null ? undefined : UNITS[platform]
  // Docker is a service of its own beside them.
  if (unit === undefined || runtime === 'docker') return null
  return os === 'windows' ? `restart ${platform}` : `restart ${unit}`
}

/** Returns where OpenShift keeps its settings for images (hypershift-docs.netlify.app, API reference of HostedCluster). */
export const imageSettings = ({ hosted }: Pick<PullingNode, 'hosted'>) =>
  hosted
    ? 'spec.configuration.image of the HostedCluster (on its management cluster)'
    : 'image.config.openshift.io/cluster'

/** Returns the list of registries that the runtime may ask over HTTP, where that is a list; null if it asks by the scheme of an address. */
export function insecureList(node: PullingNode): string | null {
  const { platform, runtime } = node
  if (platform === 'openshift') return `registrySources.insecureRegistries of ${imageSettings(node)}`
  if (runtime === 'docker') return `insecure-registries in ${daemonFile(node)} (${restartDocker(node)})`
  return runtime === 'cri-o'
    ? '/etc/containers/registries.conf and registries.conf.d (insecure = true; reload CRI-O)'
    : null
}

/** Returns where plain HTTP is allowed for one registry. */
export function plainHttpPlace(node: PullingNode, { host, role }: NamedEndpoint, registry: string): string {
  const { platform, runtime, os } = node
  if (isOldContainerd(node)) return oldPlainHttp(node, host, role === 'mirror' ? registry : host)
  if (hasRegistriesYaml(node))
    return `${registriesYaml(node.platform, os)}: under mirrors, "${role === 'mirror' ? registry : host}" with the endpoint "http://${host}" (${restartOf(node)})`
  if (platform === 'openshift')
    return `registrySources.insecureRegistries of ${imageSettings(node)}: add "${host}"`
  if (platform === 'talos')
    return `a RegistryMirrorConfig (before Talos 1.12 machine.registries.mirrors) for ${host} with the endpoint http://${host}`
  if (platform === 'bottlerocket')
    return `settings.container-registry.mirrors: registry "${host}" with the endpoint "http://${host}"`
  if (platform === 'gke' && os !== 'windows')
    return `the node pool's containerd configuration: registryHosts with server "${host}" and the host "http://${host}"`
  // CRI-O there knows the range of Services as insecure, which does not match a name that leads to one (kubernetes/minikube#10171).
  if (platform === 'minikube' && runtime !== 'cri-o')
    return `--insecure-registry ${host} of \`minikube start\`, which takes effect only where a new cluster is created`
  if (platform === 'microk8s')
    return `/var/snap/microk8s/current/args/certs.d/${host}/hosts.toml: ${plainServer(node, host)}`
  if (platform === 'k0s' && runtime !== 'docker') return `${k0sHosts(host)}: ${plainServer(node, host)}`
  if (runtime === 'docker')
    return `${daemonFile(node)}: "insecure-registries": ["${host}"] (${restartDocker(node)})`
  if (runtime === 'cri-o')
    return `/etc/containers/registries.conf: [[registry]] location = "${host}", insecure = true (reload CRI-O)`
  if (role === 'mirror') return `${mirrorSettings(node, registry)}: [host."http://${host}"]${oneFolder(node)}`
  return os === 'windows'
    ? `C:\\ProgramData\\containerd\\certs.d\\${folderOf(host, os)}\\hosts.toml: ${plainServer(node, host)}; config_path in C:\\Program Files\\containerd\\config.toml has to be C:\\ProgramData\\containerd\\certs.d`
    : `/etc/containerd/certs.d/${host}/hosts.toml: ${plainServer(node, host)}${oneFolder(node)}`
}

/** Returns why the node's settings for the host, which lead elsewhere, may not have been used, as a sentence; empty if no such reason is known. */
export function unreadHosts(node: PullingNode, host: string): string {
  return mayIgnoreList(node)
    ? `. If ${mirrorSettings(node, host)} leads to another address, the runtime may not have read it, as ${configPath(node)}`
    : ''
}

const plainServer = (node: PullingNode, host: string) => `server = "http://${host}"${hostSection(node)}`

/** Returns the folder name of a host: on Windows, where names have no colon, containerd takes host_port_ (docs/hosts.md). */
function folderOf(host: string, os: PullingNode['os']): string {
  return os === 'windows' ? host.replace(/:(\d+)$/, '_$1_') : host
}

/** Where programs that make Docker's configuration from their own have it, and how a change gets there (docs.orbstack.dev/docker; abiosoft/colima, docs/FAQ.md). */
const DOCKER_SETTINGS: Record<string, { place: string; restart: string }> = {
  'Docker Desktop': { place: "Docker Desktop's settings (Docker Engine)", restart: 'Apply & restart' },
  OrbStack: { place: "OrbStack's settings (Docker)", restart: '`orb restart docker`' },
  'Rancher Desktop': { place: '/etc/docker/daemon.json', restart: 'restart Rancher Desktop' },
  Colima: {
    place: "the docker section of Colima's configuration (`colima start --edit`)",
    restart: 'restart Colima',
  },
}

/** Returns where Docker is configured. */
export function daemonFile(node: Pick<PullingNode, 'os' | 'desktop' | 'name'>): string {
  const { place } = DOCKER_SETTINGS[virtualMachineOf(node) ?? ''] ?? {}
  if (place !== undefined) return place
  return node.os === 'windows' ? 'C:\\ProgramData\\docker\\config\\daemon.json' : '/etc/docker/daemon.json'
}

/** Returns how a change of that configuration gets to Docker. */
function restartDocker(node: Pick<PullingNode, 'desktop' | 'name'>): string {
  return DOCKER_SETTINGS[virtualMachineOf(node) ?? '']?.restart ?? 'restart Docker'
}

/** Returns what talks to Docker for Kubernetes: the kubelet itself before 1.24 (kubernetes.io/blog, "Dockershim Removal FAQ"). */
export function dockerClient({
  kubeletMinor,
}: Pick<PullingNode, 'kubeletMinor'>): 'the kubelet' | 'cri-dockerd' {
  return kubeletMinor !== null && kubeletMinor < 24 ? 'the kubelet' : 'cri-dockerd'
}

/** Returns where the runtime's pause image is set. */
export function sandboxSetting(node: PullingNode): string {
  const { platform, runtime, os } = node
  switch (platform) {
    case 'k3s':
    case 'rke2':
      return `pause-image in /etc/rancher/${platform}/config.yaml`
    case 'bottlerocket':
      return 'settings.kubernetes.pod-infra-container-image'
    case 'talos':
      return 'a file in /etc/cri/conf.d that the machine configuration adds (machine.files)'
    case 'microk8s':
      return 'sandbox_image in /var/snap/microk8s/current/args/containerd-template.toml'
    case 'k0s':
      return "spec.images.pause in k0s's configuration"
    default:
      break
  }
  if (runtime === 'cri-o') return 'pause_image in /etc/crio/crio.conf'
  if (runtime === 'docker') return `--pod-infra-container-image of ${dockerClient(node)}`
  const file =
    os === 'windows'
      ? 'C:\\Program Files\\containerd\\config.toml'
      : platform === 'eks'
        ? userData(node, 'spec.containerd.config', '--containerd-config-file')
        : '/etc/containerd/config.toml'
  return `sandbox_image, from containerd 2 on pinned_images.sandbox, in ${file}`
}

/** Returns where this platform loads images from at startup, into the containerd that it runs; null if it does not. */
export function preloadPlace({ platform, runtime }: PullingNode): string | null {
  if (runtime === 'docker' || runtime === 'cri-o') return null
  if (platform === 'k0s') return '/var/lib/k0s/images'
  return platform === 'k3s' || platform === 'rke2' ? `/var/lib/rancher/${platform}/agent/images` : null
}

/** Whether the node may belong to OpenShift, which keeps such lists in an object. */
export function mayBeOpenShift({ platform, runtime, foreignToOpenShift }: PullingNode): boolean {
  const mayBe = platform === null && foreignToOpenShift !== true
  return platform === 'openshift' || (mayBe && runtime !== 'containerd' && runtime !== 'docker')
}

/** Where platforms set the kubelet's throttle, with its defaults (bottlerocket.dev, settings.kubernetes; docs.k3s.io, kubelet-arg; talos.dev, KubeletConfig; docs.k0sproject.io, Worker node configuration; minikube.sigs.k8s.io, Configuration). */
const KUBELET_QPS: Partial<Record<string, string>> = {
  bottlerocket:
    'settings.kubernetes.registry-qps (5) and registry-burst (10), with `apiclient set` on running nodes and in the user data of new ones',
  openshift: 'registryPullQPS (5) and registryBurst (10) in the kubeletConfig of a KubeletConfig object',
  k3s: 'registry-qps (5) and registry-burst (10), as kubelet-arg in the config.yaml of K3s',
  rke2: 'registry-qps (5) and registry-burst (10), as kubelet-arg in the config.yaml of RKE2',
  talos:
    'registryPullQPS (5) and registryBurst (10) in machine.kubelet.extraConfig of the machine configuration',
  k0s: "registryPullQPS (5) and registryBurst (10) in a worker profile (spec.workerProfiles of k0s's configuration)",
  microk8s:
    '--registry-qps (5) and --registry-burst (10) in /var/snap/microk8s/current/args/kubelet (restart MicroK8s)',
  minikube:
    'registry-qps (5) and registry-burst (10) with `minikube start --extra-config=kubelet.registry-qps=… --extra-config=kubelet.registry-burst=…`',
}

/** Returns where the kubelet's limit on pulls per second is set; null where the cloud offers no setting for it (their "node system configuration", "custom node configuration"). */
export function throttleSetting(node: PullingNode): string | null {
  const { platform, os } = node
  if (platform === 'gke' || platform === 'aks') return null
  const own =
    platform === 'eks' && os !== 'windows'
      ? ` (${userData(node, 'spec.kubelet.config', "--kubelet-extra-args '--registry-qps=… --registry-burst=…'")})`
      : ''
  return (
    KUBELET_QPS[platform ?? ''] ??
    `registryPullQPS (5) and registryBurst (10) in the kubelet's configuration${own}`
  )
}

/** Where EKS's own images for nodes take settings, which both make their files of at each start (awslabs/amazon-eks-ami, nodeadm and bootstrap.sh). */
function userData({ amazonLinux2 }: PullingNode, nodeConfig: string, flag: string): string {
  return amazonLinux2 === true
    ? `${flag} of bootstrap.sh in the user data of new nodes`
    : `${nodeConfig} of the NodeConfig in the user data of new nodes`
}
