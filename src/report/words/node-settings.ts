/** Where a node keeps its mirrors, authorities and plain-HTTP registries, by platform, else by runtime. */

import type { PullingNode } from '../../diagnosis/pulling-node.ts'

/** Where this platform keeps its mirrors for one registry. */
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
  if (runtime === 'docker') return '/etc/docker/daemon.json (registry-mirrors; restart Docker)'
  if (runtime === 'cri-o') return '/etc/containers/registries.conf or registries.conf.d (reload CRI-O)'
  if (os === 'windows') return `C:\\ProgramData\\containerd\\certs.d\\${registry}\\hosts.toml`
  return runtime === 'containerd'
    ? `/etc/containerd/certs.d/${registry}/hosts.toml`
    : `the runtime's mirror settings (containerd: /etc/containerd/certs.d/${registry}/hosts.toml; CRI-O: /etc/containers/registries.conf; k3s: registries.yaml)`
}

/** Where this runtime looks for a certificate authority of one host. */
export function authorityPlace({ platform, runtime, os }: PullingNode, host: string): string {
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
    case 'microk8s':
      return `/var/snap/microk8s/current/args/certs.d/${host}/hosts.toml (ca = …)`
    default:
      break
  }
  if (runtime === 'docker')
    return `/etc/docker/certs.d/${host}/ca.crt, or the system's trust store (update-ca-certificates, then restart Docker)`
  if (runtime === 'cri-o')
    return `/etc/containers/certs.d/${host}/ca.crt, or the system's trust store (update-ca-trust)`
  if (os === 'windows') return "the node's machine-wide certificate store"
  return runtime === 'containerd'
    ? `/etc/containerd/certs.d/${host}/hosts.toml (ca = "/path/ca.crt"), or the system's trust store (update-ca-certificates, then restart containerd)`
    : `the system's trust store (update-ca-certificates or update-ca-trust, then restart the runtime)`
}

/** Where plain HTTP is allowed for one registry. */
export function plainHttpPlace({ platform, runtime }: PullingNode, host: string): string {
  if (platform === 'k3s' || platform === 'rke2')
    return `/etc/rancher/${platform}/registries.yaml: endpoint "http://${host}" (restart ${platform})`
  if (platform === 'minikube') return `\`minikube start --insecure-registry ${host}\``
  if (platform === 'microk8s')
    return `/var/snap/microk8s/current/args/certs.d/${host}/hosts.toml: server = "http://${host}"`
  if (runtime === 'docker')
    return `/etc/docker/daemon.json: "insecure-registries": ["${host}"] (restart Docker)`
  if (runtime === 'cri-o')
    return `/etc/containers/registries.conf: [[registry]] location = "${host}", insecure = true (reload CRI-O)`
  return `/etc/containerd/certs.d/${host}/hosts.toml: server = "http://${host}"`
}
