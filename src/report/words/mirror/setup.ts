/**
 * The words of a mirror's setup: why an address is invalid, how a setting reaches the nodes, when it takes effect, and where a login is
 * stored.
 */

import type { AddressProblem } from '../../../mirror/address.ts'
import type {
  Delivery,
  Effect,
  LoginPlace,
  NodeSetup,
  SetupCommand,
  SetupNote,
  UnsupportedReason,
} from '../../../mirror/setup.ts'
import { type Invocation, kubectlCommand } from '../../invocation.ts'
import { joinList, registryLabel } from '../nouns.ts'

/** Why an address can't be a mirror's, as one sentence. None quotes the address, which may contain a password. */
export const ADDRESS_WORDS: Record<AddressProblem, string> = {
  empty: '--to needs the URL of the mirror, such as https://mirror.example.com.',
  'no-scheme': '--to needs a URL with its scheme: write https://… (or http://… with --plain-http).',
  'other-scheme': '--to needs an https URL: runtimes talk to registries only over HTTPS or plain HTTP.',
  malformed: '--to is not a URL: give scheme and host, such as https://mirror.example.com:5000.',
  login:
    '--to contains a login: give the URL without user and password; where each platform keeps a login is printed with its file.',
  query: "--to must end after the host or path: a query or fragment is not part of a mirror's address.",
  path: '--to has a path that runtimes would put before /v2/: give the root of the host, or the API path itself, such as https://harbor.example.com/v2/proxy.',
  'plain-http': '--to is plain HTTP, which nodes refuse by default: use https, or add --plain-http.',
  loopback:
    '--to is a loopback address, which is a different machine on every node: give a name or address that all nodes reach, or add --on-every-node if each node runs the mirror itself.',
  'service-name':
    "--to is the name of a cluster Service, which nodes can't resolve because they don't use the cluster's DNS: give the address of a load balancer, an ingress, or a NodePort.",
  itself:
    '--to is the registry that --registry names: give the URL of another registry between the nodes and that one.',
  'docker-hub': '--to is Docker Hub itself: give the URL of a registry between the nodes and Docker Hub.',
}

export const DELIVERY: Record<Delivery, string> = {
  copy: 'Copy it to every node, and add it to whatever creates new nodes (image, Ansible, cloud-init)',
  'copy-to-every-node': 'Copy it to every node, servers as well as workers',
  'user-data':
    'Write it in the user data of the launch template (a shell part of the MIME document), and replace the nodes; a DaemonSet that writes it helps nodes that exist',
  'daemon-set':
    'Write it from a DaemonSet with a hostPath on the folder: AKS has no setting for it, and an upgraded or reimaged node starts without the file',
  'machine-config': 'Patch the machine configuration of every node',
  objects: 'Apply the objects; the Machine Config Operator configures the nodes',
  'node-pool': 'Pass it to each node pool, or to the whole cluster',
  settings: 'Add it to the user data of new nodes; on existing nodes, set it with apiclient',
  'node-containers': 'Copy it into the container of every node; a new cluster starts without it',
  'minikube-files': 'minikube copies what is below ~/.minikube/files to the node at each start',
}

export const EFFECT: Record<Effect, string> = {
  'at-once': 'immediately, without a restart',
  'new-nodes': 'on new nodes; on existing ones as soon as the file is there',
  'new-cluster':
    'in a new cluster only: start ignores these flags for one that exists, so it has to be deleted first, with all that is in it',
  'after-restart': 'after a restart',
  'after-reload': 'after a reload; running containers keep running',
  'nodes-recreated': 'after GKE has recreated the nodes of the pool',
  'nodes-drained':
    'after a rollout of the machine config pools: the tag set, and later changes to either, drain and restart every node; a first digest set alone does not drain',
}

export const LOGIN: Record<LoginPlace, string> = {
  'pod-secrets':
    'prefer a mirror inside your network that needs none: its login would be a header in this file, readable by anyone who can read files on the node',
  'registries-yaml': 'configs."<mirror host>".auth in registries.yaml, readable by root only',
  'node-auth-file':
    'a file on the node that CRI-O reads (global_auth_file in crio.conf), with an entry for the mirror host',
  'credential-provider':
    'the cluster-wide pull secret (openshift-config/pull-secret) with an entry for the mirror host, or a CRIOCredentialProviderConfig',
  'registry-auth-config':
    'a RegistryAuthConfig document named after the mirror host (before Talos 1.12 machine.registries.config)',
  'upstream-credentials':
    "Bottlerocket ignores a login of the mirror's own and sends the one for the registry itself (settings.container-registry.credentials): use a mirror that needs none",
  'docker-hub-only': 'Docker keeps no login for a mirror: use one that needs none',
}

export const UNSUPPORTED: Record<UnsupportedReason, string> = {
  'too-old': 'Update containerd first: it reads hosts.toml from version 1.5 on',
  'root-only':
    'Docker accepts only the root of a host as a mirror: give a URL without a path, or use another runtime',
  'not-docker-hub':
    'Docker uses mirrors for Docker Hub only: name the mirror in the image references instead, as with `fix --replace-registry`',
  fargate:
    'Fargate gives no access to its nodes: name the mirror in the image references instead, as with `fix --replace-registry`',
  'auto-mode':
    'EKS Auto Mode manages these nodes and takes no settings for mirrors: name the mirror in the image references instead, as with `fix --replace-registry`',
  'windows-pool':
    'GKE takes no containerd settings for Windows nodes: name the mirror in the image references instead, as with `fix --replace-registry`',
  'numeric-host': 'OpenShift does not accept an IPv6 address as a mirror: give the mirror a name',
  'unknown-runtime': 'The nodes do not say which runtime they have, so nothing can be printed for them',
}

/** Returns how long an unreachable mirror delays a pull. */
export function deadMirrorText(
  { deadMirrorDelay }: Pick<NodeSetup, 'deadMirrorDelay'>,
  registries: readonly string[],
): string {
  const asks = `asks ${joinList(registries.map(registryLabel))} itself`
  return deadMirrorDelay === null
    ? `the node ${asks} once the mirror fails; how long it waits is up to the runtime`
    : `the node ${asks} once the mirror fails; a mirror that does not answer costs ${deadMirrorDelay} s for each connection${deadMirrorDelay >= 30 ? ", which this runtime can't shorten" : ''}`
}

type Notes = { [Code in SetupNote['code']]: (note: Extract<SetupNote, { code: Code }>) => string }

const NOTE: Notes = {
  'config-path': ({ major, folder, file }) =>
    `containerd reads the file only if config_path is set to ${folder} in ${file}, ${major === 1 ? 'version 2: [plugins."io.containerd.grpc.v1.cri".registry]' : "version 3 and later: [plugins.'io.containerd.cri.v1.images'.registry]"}; after changing that, restart containerd`,
  'one-folder': () =>
    'from containerd 2.1 on, config_path has to be this one folder: with a list of folders, pulls through the transfer service ignore the file (containerd/containerd#12808)',
  'old-tables': () =>
    'remove registry.mirrors and registry.configs from config.toml, which older guides use: together with config_path, they keep the CRI plugin of containerd from starting',
  'pod-logins-reach-mirror': () =>
    "pods' Docker Hub logins reach the mirror if it asks for one: the runtime sends a pull secret to any host of the pull",
  'pod-logins-stay': () => "pods' pull secrets are not sent to the mirror, only to the registry itself",
  'no-namespace-query': () =>
    'mirrors are asked without ?ns=: a cache of several registries needs a path for each of them, so run this once for each registry with its own --to',
  'several-registries': () =>
    'one address serves several registries: the mirror has to distinguish them by the query ?ns=, which a cache with one upstream ignores',
  'plain-http': () =>
    'plain HTTP: anyone on the network path can read and replace images that are pulled by tag',
  'insecure-skips-tls': () =>
    'insecure allows plain HTTP and, if the mirror ever speaks TLS, any certificate: anyone on the network path can replace images that are pulled by tag',
  merge: () => 'if the file exists already, add these settings to it instead of replacing it',
  'docker-hub-only': ({ others }) =>
    `Docker uses mirrors for Docker Hub only: ${joinList(others)} ${others.length === 1 ? 'is' : 'are'} not mirrored`,
  'tags-and-digests': () =>
    'references with a tag need the tag set, references with a digest the digest set: apply both',
  'insecure-registries': ({ host }) =>
    `plain HTTP needs ${host} in spec.registrySources.insecureRegistries of image.config.openshift.io/cluster`,
  'authority-secret': () =>
    "put the authority's certificate in Secret Manager and its name in place of projects/PROJECT/secrets/SECRET/versions/VERSION",
  'built-in-cache': ({ host }) => `without this, GKE asks ${host} before Docker Hub`,
  'short-name': ({ host }) =>
    `${host} is not a full name: nodes resolve it only through their own DNS or /etc/hosts, never as the name of a cluster Service`,
  'old-talos': () => 'for Talos before 1.12; newer versions take RegistryMirrorConfig documents',
  'unconfirmed-place': () =>
    'the folder is the usual one of Windows nodes, but not confirmed for every installer: check config_path',
}

export function noteText(note: SetupNote): string {
  // Each code's words take that code's arguments; the compiler can't follow the code through the union.
  return NOTE[note.code](note as never)
}

/** Returns the command to type; kubectl's repeats the connection flags of this run. */
export function commandOf({ on, line }: SetupCommand, invocation: Invocation): string {
  return on === 'cluster' ? kubectlCommand(invocation, line) : line
}
