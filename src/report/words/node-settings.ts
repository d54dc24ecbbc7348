/** Where a node stores its mirrors, authorities, and plain-HTTP registries, by platform, or else by runtime. */

import type { NamedEndpoint } from '../../diagnosis/endpoint.ts'
import type { PullingNode } from '../../diagnosis/pulling-node.ts'

/** Returns where this platform stores its mirrors for one registry. */
export function mirrorSettings({ platform, runtime, os }: PullingNode, registry: string): string {
  switch (platform) {
    case 'k3s':
    case 'rke2':
      return `/etc/rancher/${platform}/registries.yaml on every node (restart ${platform} there)`
    case 'microk8s':
      return `/var/snap/microk8s/current/args/certs.d/${registry}/hosts.toml`
    case 'talos':
      return 'the machine configuration (RegistryMirrorConfig; before Talos 1.12 machine.registries)'
    case 'bottlerocket':
      return 'settings.container-registry.mirrors'
    case 'openshift':
      return 'the ImageTagMirrorSet and ImageDigestMirrorSet objects'
    case 'gke':
      return "the node pool's containerd configuration (registryHosts)"
    default:
      break
  }
  if (runtime === 'docker') return `${daemonFile(os)} (registry-mirrors; restart Docker)`
  if (runtime === 'cri-o') return '/etc/containers/registries.conf or registries.conf.d (reload CRI-O)'
  if (os === 'windows') return `C:\\ProgramData\\containerd\\certs.d\\${folderOf(registry, os)}\\hosts.toml`
  return runtime === 'containerd'
    ? `/etc/containerd/certs.d/${registry}/hosts.toml`
    : `the runtime's mirror settings (containerd: /etc/containerd/certs.d/${registry}/hosts.toml; CRI-O: /etc/containers/registries.conf; k3s: registries.yaml)`
}

/** Returns where the nodes' own login for a mirror is set. */
export function mirrorLoginPlace(node: PullingNode, host: string, registry: string): string {
  const { platform, runtime } = node
  if (platform === 'k3s' || platform === 'rke2')
    return `/etc/rancher/${platform}/registries.yaml (configs."${host}".auth; restart ${platform})`
  if (platform === 'talos') return 'the machine configuration (RegistryAuthConfig)'
  if (platform === 'openshift') return 'the pull secret of the cluster (openshift-config/pull-secret)'
  if (runtime === 'cri-o') return "CRI-O's global_auth_file, or /var/lib/kubelet/config.json"
  return `${mirrorSettings(node, registry)}${runtime === 'containerd' ? ' (header.Authorization of this host)' : ''}`
}

/** Returns where a runtime has registry logins of its own. */
export function runtimeLoginPlace({ platform, runtime }: PullingNode): string {
  if (platform === 'k3s' || platform === 'rke2') return `/etc/rancher/${platform}/registries.yaml`
  if (platform === 'talos') return 'the machine configuration (RegistryAuthConfig)'
  if (platform === 'openshift') return 'the pull secret of the cluster (openshift-config/pull-secret)'
  return runtime === 'cri-o' ? "CRI-O's global_auth_file" : "the runtime's own registry settings"
}

/** Returns where this runtime looks for a host's certificate authority. */
export function authorityPlace(node: PullingNode, { host, role }: NamedEndpoint, registry: string): string {
  const { platform, runtime, os } = node
  // Settings for a registry don't reach its token server or its storage.
  const ofHost = role === 'registry' || role === 'mirror'
  switch (platform) {
    case 'minikube':
      return runtime === 'containerd' || runtime === 'cri-o'
        ? '~/.minikube/certs on this machine, then `minikube start --embed-certs`'
        : `~/.minikube/certs on this machine, then \`minikube start --embed-certs\` (or /etc/docker/certs.d/${host}/ca.crt in the node)`
    case 'k3s':
    case 'rke2':
      return `a file that /etc/rancher/${platform}/registries.yaml names (configs."${host}".tls.ca_file), on every node`
    case 'talos':
      return 'the machine configuration (TrustedRootsConfig, or RegistryTLSConfig for this host)'
    case 'openshift':
      return 'the config map that image.config.openshift.io/cluster names (additionalTrustedCA)'
    case 'bottlerocket':
      return 'settings.pki (a bundle with trusted = true)'
    case 'microk8s':
      return ofHost
        ? `${mirrorSettings(node, registry)} (ca = …)`
        : "the node's trust store (update-ca-certificates)"
    default:
      break
  }
  if (os === 'windows') return "the node's machine-wide certificate store"
  const store = `the system's trust store (${TRUST_STORE[runtime ?? 'unknown']})`
  const own = ofHost ? runtimeAuthorityPlace(node, { host, role }, registry) : null
  return own === null ? store : `${own}, or ${store}`
}

/** How to update the system's trust store, by runtime. */
const TRUST_STORE: Record<NonNullable<PullingNode['runtime']> | 'unknown', string> = {
  docker: 'update-ca-certificates, then restart Docker',
  'cri-o': 'update-ca-trust',
  containerd: 'update-ca-certificates, then restart containerd',
  unknown: 'update-ca-certificates or update-ca-trust, then restart the runtime',
}

/** Returns where this runtime looks for the authority of one host only; null if it has no such place. */
function runtimeAuthorityPlace(
  node: PullingNode,
  { host, role }: NamedEndpoint,
  registry: string,
): string | null {
  switch (node.runtime) {
    case 'docker':
      return registry === 'docker.io' ? null : `/etc/docker/certs.d/${host}/ca.crt`
    case 'cri-o':
      return `/etc/containers/certs.d/${role === 'mirror' ? host : registry}/ca.crt`
    case 'containerd': {
      const section = role === 'mirror' ? ` under [host."https://${host}"]` : ''
      return `${mirrorSettings(node, registry)} (ca = "/path/ca.crt"${section})`
    }
    default:
      return null
  }
}

/** Returns where this runtime looks for the certificate that it shows to a host. */
export function clientCertificatePlace(
  node: PullingNode,
  { host, role }: NamedEndpoint,
  registry: string,
): string {
  const { platform, runtime, os } = node
  const asked = role === 'mirror' ? host : registry
  if (platform === 'k3s' || platform === 'rke2')
    return `/etc/rancher/${platform}/registries.yaml (configs."${asked}".tls.cert_file and key_file; restart ${platform})`
  if (platform === 'talos')
    return 'the machine configuration (RegistryTLSConfig for this host, clientIdentity)'
  if (runtime === 'docker')
    return os === 'windows'
      ? `C:\\ProgramData\\docker\\certs.d\\${asked.replace(':', '')} (client.cert and client.key)`
      : `/etc/docker/certs.d/${asked} (client.cert and client.key)`
  if (runtime === 'cri-o' || platform === 'openshift')
    return `/etc/containers/certs.d/${asked} (client.cert and client.key)`
  const settings = mirrorSettings(node, role === 'mirror' ? registry : asked)
  return `${settings} (client = [["/path/client.cert", "/path/client.key"]], at the top for the registry itself, and under [host."https://…"] for a host listed there)`
}

/** Returns where plain HTTP is allowed for one registry. */
export function plainHttpPlace(node: PullingNode, { host, role }: NamedEndpoint, registry: string): string {
  const { platform, runtime, os } = node
  if (platform === 'k3s' || platform === 'rke2')
    return `/etc/rancher/${platform}/registries.yaml: endpoint "http://${host}" (restart ${platform})`
  if (platform === 'openshift')
    return `registrySources.insecureRegistries of image.config.openshift.io/cluster: add "${host}"`
  if (platform === 'talos')
    return `a RegistryMirrorConfig (before Talos 1.12 machine.registries.mirrors) for ${host} with the endpoint http://${host}`
  if (platform === 'bottlerocket')
    return `settings.container-registry.mirrors: registry "${host}" with the endpoint "http://${host}"`
  if (platform === 'minikube')
    return `\`minikube start --insecure-registry ${host}\`, which an existing cluster ignores (\`minikube delete\` first)`
  if (platform === 'microk8s')
    return `/var/snap/microk8s/current/args/certs.d/${host}/hosts.toml: server = "http://${host}"`
  if (runtime === 'docker') return `${daemonFile(os)}: "insecure-registries": ["${host}"] (restart Docker)`
  if (runtime === 'cri-o')
    return `/etc/containers/registries.conf: [[registry]] location = "${host}", insecure = true (reload CRI-O)`
  if (role === 'mirror') return `${mirrorSettings(node, registry)}: [host."http://${host}"]`
  return os === 'windows'
    ? `C:\\ProgramData\\containerd\\certs.d\\${folderOf(host, os)}\\hosts.toml: server = "http://${host}"`
    : `/etc/containerd/certs.d/${host}/hosts.toml: server = "http://${host}"`
}

/** Returns the folder name of a host: on Windows, where names have no colon, containerd takes host_port_ (docs/hosts.md). */
function folderOf(host: string, os: PullingNode['os']): string {
  return os === 'windows' ? host.replace(/:(\d+)$/, '_$1_') : host
}

/** Returns where Docker is configured. */
function daemonFile(os: PullingNode['os']): string {
  return os === 'windows' ? 'C:\\ProgramData\\docker\\config\\daemon.json' : '/etc/docker/daemon.json'
}

/** Returns where the runtime's pause image is set. */
export function sandboxSetting({ platform, runtime, os, kubeletMinor }: PullingNode): string {
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
    default:
      break
  }
  if (runtime === 'cri-o') return 'pause_image in /etc/crio/crio.conf'
  if (runtime === 'docker')
    return `--pod-infra-container-image of ${kubeletMinor !== null && kubeletMinor < 24 ? 'the kubelet' : 'cri-dockerd'}`
  const file = os === 'windows' ? 'C:\\Program Files\\containerd\\config.toml' : '/etc/containerd/config.toml'
  return `sandbox_image, from containerd 2 on pinned_images.sandbox, in ${file}`
}

/** Returns where this platform loads images from at startup; null if it does not. */
export function preloadPlace({ platform }: PullingNode): string | null {
  return platform === 'k3s' || platform === 'rke2' ? `/var/lib/rancher/${platform}/agent/images` : null
}
