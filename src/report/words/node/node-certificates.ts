/** Where a node takes the authorities that it trusts, and the certificates that it shows, by platform, or else by runtime. */

import type { PullingNode } from '../../../diagnosis/node/pulling-node.ts'
import type { SystemFamily } from '../../../diagnosis/node/system-family.ts'
import type { NamedEndpoint } from '../../../diagnosis/text/endpoint.ts'
import { DOCKER_HUB } from '../../../image/docker-hub.ts'
import { hostSection, oneFolder } from './hosts-toml.ts'
import { minikubeProfile, virtualMachineOf } from './local-clusters.ts'
import {
  hasRegistriesYaml,
  mayBeOpenShift,
  mirrorSettings,
  registriesYaml,
  restartOf,
} from './node-settings.ts'
import { isOldContainerd, oldCertificates } from './old-containerd.ts'

/** Returns, for nodes that may belong to OpenShift, where that takes the authority of a proxy that intercepts TLS; empty for others. */
export function interceptorPlace(node: PullingNode): string {
  return mayBeOpenShift(node)
    ? '; on OpenShift, the authority of such a proxy goes into the config map that proxy.config.openshift.io/cluster names (trustedCA)'
    : ''
}

/** Returns where this runtime looks for a host's certificate authority. `named`: only the files, without what has to be in them. `wide`: first what counts for all hosts. */
export function authorityPlace(
  node: PullingNode,
  { host, role }: NamedEndpoint,
  registry: string,
  { named = false, wide = false } = {},
): string {
  const { platform, runtime, os, virtual } = node
  // Settings for a registry don't reach its token server or its storage.
  const ofHost = role === 'registry' || role === 'mirror'
  // docs.aws.amazon.com/eks, create-node-class: EKS replaces the nodes after a change.
  if (virtual === 'auto-mode')
    return "the NodeClass of the node's pool (certificateBundles: a name, and as data the PEM in base64), with which EKS Auto Mode starts new nodes"
  const ofComputer = computerStore(node, host, ofHost && registry !== DOCKER_HUB)
  if (ofComputer !== null) return ofComputer
  if (hasRegistriesYaml(node))
    return `a file that ${registriesYaml(node.platform, os)} names (configs."${host}".tls.ca_file), on every node (${restartOf(node)} there)${hostUnderMirrors(node, host)}`
  switch (platform) {
    case 'minikube':
      // For Docker Hub, Docker reads no folder of its own (moby/moby, registry/service_v2.go).
      return runtime === 'containerd' || runtime === 'cri-o' || registry === DOCKER_HUB || !ofHost
        ? `~/.minikube/certs on this machine, then \`minikube start${minikubeProfile(node.name)} --embed-certs\``
        : `~/.minikube/certs on this machine, then \`minikube start${minikubeProfile(node.name)} --embed-certs\` (or /etc/docker/certs.d/${host}/ca.crt in the node)`
    case 'gke':
      if (os === 'windows') break
      return "Secret Manager, and its name into the node pool's containerd configuration (privateRegistryAccessConfig)"
    case 'aks':
      // learn.microsoft.com/azure/aks/custom-certificate-authority, which is for Linux.
      if (os === 'windows') break
      return "the cluster's own list of authorities, which AKS installs on all its nodes, new ones too (`az aks update --custom-ca-trust-certificates <file>`; the file replaces the list)"
    case 'talos':
      return 'the machine configuration (TrustedRootsConfig, or for this host alone RegistryTLSConfig; before Talos 1.12 machine.registries.config, with tls.ca)'
    case 'openshift':
      return node.hosted
        ? 'the config map that spec.additionalTrustBundle of the HostedCluster names (on its management cluster; key ca-bundle.crt)'
        : 'the config map that image.config.openshift.io/cluster names (additionalTrustedCA)'
    case 'bottlerocket':
      return 'settings.pki (a bundle with trusted = true), with `apiclient set` on running nodes and in the user data of new ones'
    case 'microk8s':
      if (isOldContainerd(node)) break
      return ofHost
        ? `${mirrorSettings(node, registry)} (ca = …)`
        : "the node's trust store (update-ca-certificates)"
    default:
      break
  }
  if (os === 'windows') return "the node's machine-wide certificate store"
  const store = trustStore(node, named)
  const own = ofHost ? runtimeAuthorityPlace(node, { host, role }, registry, named) : null
  if (own === null) return store
  return wide ? `${store}, or, for this host alone, ${own}` : `${own}${named ? ' and' : ', or'} ${store}`
}

/**
 * Docker Desktop and Rancher Desktop copy what their computer trusts into their virtual machine at each start, the first also ~/.docker/certs.d
 * (docs.docker.com/desktop, FAQs for Mac and Windows; rancher-sandbox/rancher-desktop#305, #4867). Null for other nodes.
 */
function computerStore(node: PullingNode, host: string, ofHost: boolean): string | null {
  const machine = virtualMachineOf(node)
  if (machine !== 'Docker Desktop' && machine !== 'Rancher Desktop') return null
  const folder = machine === 'Docker Desktop' && ofHost ? `, or ~/.docker/certs.d/${host}/ca.crt there` : ''
  return `the store of the computer itself (the keychain on macOS, Trusted Root Certification Authorities on Windows)${folder}, then restart ${machine}`
}

/** What some releases need besides; fixed in v1.27.13, v1.28.9, and v1.29.4 (k3s-io/k3s#9839, rancher/rke2#5658). */
function hostUnderMirrors({ platform, kubeletMinor }: PullingNode, host: string): string {
  return kubeletMinor !== null && kubeletMinor >= 26 && kubeletMinor <= 29
    ? `; some releases of ${platform === 'k3s' ? 'K3s' : 'RKE2'} before v1.27.13, v1.28.9, and v1.29.4 use that only for hosts under mirrors: update it, or list "${host}" there with the endpoint "https://${host}"`
    : ''
}

/** Where each system takes authorities from, and how it updates its trust store (update-ca-trust(8), update-ca-certificates(8); flatcar.org, Custom certificate authorities; Photon's ca-certificates). */
const UPDATES: Record<SystemFamily, { folder: string; update: string }> = {
  rhel: { folder: '/etc/pki/ca-trust/source/anchors', update: 'update-ca-trust' },
  suse: { folder: '/etc/pki/trust/anchors', update: 'update-ca-certificates' },
  debian: { folder: '/usr/local/share/ca-certificates', update: 'update-ca-certificates' },
  photon: { folder: '/etc/ssl/certs', update: 'rehash_ca_certificates.sh' },
  flatcar: { folder: '/etc/ssl/certs', update: 'update-ca-certificates' },
}

/** Returns the system's trust store, and how to update it. CRI-O reads it for each pull. `named`: only where it is. */
function trustStore({ platform, runtime, family }: PullingNode, named: boolean): string {
  const own = family === undefined ? null : UPDATES[family]
  if (named) return `the system's trust store${own === null ? '' : ` (${own.folder})`}`
  const [usual, restart] =
    platform === 'k0s' ? (['update-ca-certificates', 'k0s'] as const) : BY_RUNTIME[runtime ?? 'unknown']
  const update = own === null ? usual : `${own.folder} and ${own.update}`
  return `the system's trust store (${restart === null ? update : `${update}, then restart ${restart}`})`
}

/** What systems with this runtime most often have, and what has to start again. */
const BY_RUNTIME: Record<NonNullable<PullingNode['runtime']> | 'unknown', [string, string | null]> = {
  docker: ['update-ca-certificates', 'Docker'],
  'cri-o': ['update-ca-trust', null],
  containerd: ['update-ca-certificates', 'containerd'],
  unknown: ['update-ca-certificates or update-ca-trust', 'the runtime'],
}

/** Returns where this runtime looks for the authority of one host only; null if it has no such place. */
function runtimeAuthorityPlace(
  node: PullingNode,
  { host, role }: NamedEndpoint,
  registry: string,
  named: boolean,
): string | null {
  switch (node.runtime) {
    case 'docker':
      return registry === DOCKER_HUB ? null : `/etc/docker/certs.d/${host}/ca.crt`
    case 'cri-o':
      return `/etc/containers/certs.d/${role === 'mirror' ? host : registry}/ca.crt`
    case 'containerd': {
      if (isOldContainerd(node)) return oldCertificates(node, host, 'ca_file = "/path/ca.crt"')
      if (named) return mirrorSettings(node, registry)
      const section = role === 'mirror' ? ` under [host."https://${host}"]` : hostSection(node)
      return `${mirrorSettings(node, registry)} (ca = "/path/ca.crt"${section}${oneFolder(node)})`
    }
    default:
      return null
  }
}

/** Returns where this runtime looks for the certificate that it shows to a host; null if the platform has no place for one. */
export function clientCertificatePlace(
  node: PullingNode,
  { host, role }: NamedEndpoint,
  registry: string,
): string | null {
  const { platform, runtime, os } = node
  if (platform === 'bottlerocket' || (platform === 'gke' && os === 'windows')) return null
  const asked = role === 'mirror' ? host : registry
  if (hasRegistriesYaml(node))
    return `${registriesYaml(node.platform, os)} (configs."${asked}".tls.cert_file and key_file; ${restartOf(node)})`
  if (platform === 'talos')
    return 'the machine configuration (RegistryTLSConfig for this host, clientIdentity; before Talos 1.12 machine.registries.config)'
  if (platform === 'gke')
    return "the node pool's containerd configuration (registryHosts, client), from Secret Manager"
  if (runtime === 'docker')
    return os === 'windows'
      ? `C:\\ProgramData\\docker\\certs.d\\${asked.replace(':', '')} (client.cert and client.key)`
      : `/etc/docker/certs.d/${asked} (client.cert and client.key)`
  if (runtime === 'cri-o' || platform === 'openshift')
    return `/etc/containers/certs.d/${asked} (client.cert and client.key)`
  if (isOldContainerd(node)) return oldCertificates(node, asked, 'cert_file and key_file')
  const settings = mirrorSettings(node, role === 'mirror' ? registry : asked)
  return `${settings} (client = [["/path/client.cert", "/path/client.key"]], under [host."https://…"] for a host listed there, or at the top for the registry itself${hostSection(node)}${oneFolder(node)})`
}
