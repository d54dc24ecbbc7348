/** Finds the cluster and user to connect with: those of the flags and kubeconfig, else those of the pod that pullguard runs in. */

import { readFile, stat } from 'node:fs/promises'
import { isIPv6 } from 'node:net'
import { dirname, join, resolve, sep } from 'node:path'
import { UsageError } from '../../errors.ts'
import { Redacted } from '../../secrecy/redacted.ts'
import type { ConnectionOptions } from './connection-options.ts'
import { impersonationBy, impersonationOf } from './impersonation.ts'
import {
  type Entry,
  type Fields,
  type Kubeconfig,
  mapping,
  mappings,
  resolveIn,
  secretText,
  text,
  texts,
} from './kubeconfig.ts'
import { loadKubeconfig } from './load.ts'
import { pemSourceOf } from './pem-source.ts'
import type { Cluster, ExecPlugin, PemSource, Target, User } from './target.ts'

/**
 * The kubeconfig's target, else the pod's own.
 * @throws UsageError if none is found, with what to do; kubectl's old default of localhost:8080 is not used
 */
export async function findTarget(options: ConnectionOptions): Promise<Target> {
  const { config, places, files } = await loadKubeconfig(options)
  const chosen = chooseTarget(config, options) ?? (await inClusterTarget(options))
  if (chosen !== null) return chosen
  const names = [...config.contexts.keys()].sort()
  if (names.length > 0) {
    const some = names.slice(0, 5).join(', ')
    throw new UsageError(`The kubeconfig has no current context: choose one with --context, such as ${some}`)
  }
  const what =
    files.length > 0
      ? `The kubeconfig has no context (${files.join(', ')})`
      : `No kubeconfig was found (looked at ${places.join(', ') || 'none: KUBECONFIG is empty'})`
  throw new UsageError(`${what}: name one with --kubeconfig or KUBECONFIG, or name a cluster with --server`)
}

type Flags = Omit<ConnectionOptions, 'env' | 'home' | 'userAgent'>

/**
 * Chooses context, cluster and user by kubectl's rules: flags override the context.
 * @returns null if the kubeconfig and the flags name no server at all
 * @throws UsageError for a context, cluster or user that does not exist
 */
function chooseTarget(config: Kubeconfig, flags: Flags): Target | null {
  const contextName = flags.context || config.currentContext
  const context: Fields =
    contextName === '' ? {} : entryNamed(config.contexts, 'context', contextName, '--context').fields.reveal()
  const clusterName = flags.cluster || text(context, 'cluster')
  const userName = flags.user || text(context, 'user')
  // An entry that a flag replaces may be missing.
  const clusterEntry =
    flags.server && !flags.cluster
      ? config.clusters.get(clusterName)
      : optionalEntry(config.clusters, 'cluster', clusterName, '--cluster')
  const userEntry =
    flags.token && !flags.user
      ? config.users.get(userName)
      : optionalEntry(config.users, 'user', userName, '--user')
  const cluster = withClusterFlags(clusterOf(clusterEntry), flags)
  if (cluster.server === '') {
    if (clusterName === '') return null
    throw new UsageError(
      `Cluster ${clusterName} in ${clusterEntry?.file ?? 'the kubeconfig'} has no server: add one or use --server`,
    )
  }
  return {
    context: contextName === '' ? null : contextName,
    namespace: flags.namespace || text(context, 'namespace') || 'default',
    cluster,
    user: withUserFlags(userOf(userName, userEntry), flags),
  }
}

function optionalEntry(
  entries: Map<string, Entry>,
  kind: string,
  name: string,
  flag: string,
): Entry | undefined {
  return name === '' ? undefined : entryNamed(entries, kind, name, flag)
}

function entryNamed(entries: Map<string, Entry>, kind: string, name: string, flag: string): Entry {
  const entry = entries.get(name)
  if (entry !== undefined) return entry
  const names = [...entries.keys()].sort()
  const shown = names.slice(0, 5).join(', ') + (names.length > 5 ? ` and ${names.length - 5} more` : '')
  const there = names.length === 0 ? `it has no ${kind}s` : `it has ${shown}`
  throw new UsageError(`The kubeconfig has no ${kind} ${name} (${there}): choose one with ${flag}`)
}

/** Applies overrides as client-go's DirectClientConfig.getCluster does: flags about trust replace the kubeconfig's trust as a whole. */
function withClusterFlags(cluster: Cluster, flags: Flags): Cluster {
  const { server = '', certificateAuthority = '', tlsServerName = '', insecureSkipTlsVerify = false } = flags
  const trust = certificateAuthority !== '' || insecureSkipTlsVerify
  return {
    ...cluster,
    server: server || cluster.server,
    ...(trust && {
      insecureSkipTlsVerify,
      certificateAuthority:
        certificateAuthority === '' ? null : { file: resolve(flags.cwd, certificateAuthority) },
    }),
    ...((tlsServerName !== '' || server !== '') && { tlsServerName }),
  }
}

/** As in kubectl, --token replaces every other login except a client certificate; certificate flags replace the kubeconfig's. */
function withUserFlags(user: User, flags: Flags): User {
  const { clientCertificate, clientKey, cwd } = flags
  const fileOr = (file: string | undefined, own: PemSource) => (file ? { file: resolve(cwd, file) } : own)
  const certificate = {
    clientCertificate: fileOr(clientCertificate, user.clientCertificate),
    clientKey: fileOr(clientKey, user.clientKey),
    impersonate: impersonationBy(user.impersonate, flags),
  }
  if (flags.token === undefined || flags.token.reveal() === '') return { ...user, ...certificate }
  return { ...userOf(user.name, undefined), token: flags.token, ...certificate }
}

/** Where the kubelet mounts it (Kubernetes documentation, "Accessing the Kubernetes API from a Pod"). */
const SERVICE_ACCOUNT = '/var/run/secrets/kubernetes.io/serviceaccount'

/**
 * The service account of the pod that pullguard runs in, overridden by the flags; null outside a pod.
 * @param folder the mounted service account; tests use their own
 */
export async function inClusterTarget(
  options: ConnectionOptions,
  folder = SERVICE_ACCOUNT,
): Promise<Target | null> {
  const { KUBERNETES_SERVICE_HOST: host, KUBERNETES_SERVICE_PORT: port } = options.env
  const tokenFile = join(folder, 'token')
  if (!host || !port || !(await isFile(tokenFile))) return null
  const own = {
    ...clusterOf(undefined),
    server: `https://${isIPv6(host) ? `[${host}]` : host}:${port}`,
    certificateAuthority: { file: join(folder, 'ca.crt') },
  }
  const user = { ...userOf('in-cluster', undefined), tokenFile }
  return {
    context: null,
    namespace: options.namespace || options.env.POD_NAMESPACE || (await mountedNamespace(folder)),
    cluster: withClusterFlags(own, options),
    user: withUserFlags(user, options),
  }
}

async function isFile(path: string): Promise<boolean> {
  return stat(path).then(
    found => !found.isDirectory(),
    () => false,
  )
}

async function mountedNamespace(folder: string): Promise<string> {
  const text = await readFile(join(folder, 'namespace'), 'utf8').catch(() => '')
  return text.trim() || 'default'
}

const EXEC_EXTENSION = 'client.authentication.k8s.io/exec'

/** The entry's fields; all empty without an entry. */
function clusterOf(entry: Entry | undefined): Cluster {
  const fields = entry?.fields.reveal() ?? {}
  const extension = mappings(fields.extensions).find(item => text(item, 'name') === EXEC_EXTENSION)
  return {
    server: text(fields, 'server'),
    certificateAuthority: pemSourceOf(entry, 'certificate-authority'),
    tlsServerName: text(fields, 'tls-server-name'),
    insecureSkipTlsVerify: isTrue(fields, 'insecure-skip-tls-verify'),
    proxyUrl: text(fields, 'proxy-url'),
    disableCompression: isTrue(fields, 'disable-compression'),
    execConfig: extension?.extension ?? null,
  }
}

/** kubectl reads YAML 1.1, where `yes` and `on` are true. */
function isTrue(fields: Fields, name: string): boolean {
  return /^(?:true|yes|on|y)$/i.test(text(fields, name))
}

/** The entry's fields; all empty without an entry. */
function userOf(name: string, entry: Entry | undefined): User {
  const fields = entry?.fields.reveal() ?? {}
  const folder = dirname(entry?.file ?? '')
  const provider = mapping(fields['auth-provider'])
  return {
    name,
    token: secretText(fields, 'token'),
    tokenFile: resolveIn(folder, text(fields, 'tokenFile')),
    username: text(fields, 'username'),
    password: secretText(fields, 'password'),
    clientCertificate: pemSourceOf(entry, 'client-certificate'),
    clientKey: pemSourceOf(entry, 'client-key'),
    exec: execOf(mapping(fields.exec), folder, name),
    authProvider: provider && new Redacted(provider),
    impersonate: impersonationOf(fields),
  }
}

function execOf(fields: Fields | null, folder: string, user: string): ExecPlugin | null {
  if (fields === null) return null
  const command = text(fields, 'command')
  if (command === '') {
    throw new UsageError(`The exec plugin of user ${user} in the kubeconfig has no command: add one`)
  }
  return {
    apiVersion: text(fields, 'apiVersion') || 'client.authentication.k8s.io/v1beta1',
    // A bare name is looked up in PATH.
    command: command.includes(sep) ? resolveIn(folder, command) : command,
    args: texts(fields, 'args'),
    env: mappings(fields.env).map(item => ({ name: text(item, 'name'), value: text(item, 'value') })),
    installHint: text(fields, 'installHint'),
    provideClusterInfo: text(fields, 'provideClusterInfo') === 'true',
    interactiveMode: text(fields, 'interactiveMode') || 'IfAvailable',
  }
}
