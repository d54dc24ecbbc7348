/** Chooses context, cluster and user by kubectl's rules: flags over context, context over nothing. */

import { resolve } from 'node:path'
import { UsageError } from '../../errors.ts'
import type { ConnectionOptions } from './connection-options.ts'
import { clusterOf, impersonationBy, userOf } from './entries.ts'
import { type Entry, type Fields, type Kubeconfig, text } from './kubeconfig.ts'
import type { Cluster, Target, User } from './target.ts'

type Flags = Omit<ConnectionOptions, 'env' | 'home' | 'userAgent'>

/**
 * @returns null where the kubeconfig and the flags name no server at all
 * @throws UsageError for a context, cluster or user that does not exist
 */
export function chooseTarget(config: Kubeconfig, flags: Flags): Target | null {
  const contextName = flags.context || config.currentContext
  const context: Fields =
    contextName === '' ? {} : known(config.contexts, 'context', contextName, '--context').fields
  const clusterName = flags.cluster || text(context, 'cluster')
  const userName = flags.user || text(context, 'user')
  // What a flag replaces anyway may be missing.
  const clusterEntry =
    flags.server && !flags.cluster
      ? config.clusters.get(clusterName)
      : named(config.clusters, 'cluster', clusterName, '--cluster')
  const userEntry =
    flags.token && !flags.user ? config.users.get(userName) : named(config.users, 'user', userName, '--user')
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

function named(entries: Map<string, Entry>, kind: string, name: string, flag: string): Entry | undefined {
  return name === '' ? undefined : known(entries, kind, name, flag)
}

function known(entries: Map<string, Entry>, kind: string, name: string, flag: string): Entry {
  const entry = entries.get(name)
  if (entry !== undefined) return entry
  const names = [...entries.keys()].sort()
  const shown = names.slice(0, 5).join(', ') + (names.length > 5 ? ` and ${names.length - 5} more` : '')
  const there = names.length === 0 ? `it has no ${kind}s` : `it has ${shown}`
  throw new UsageError(`The kubeconfig has no ${kind} ${name} (${there}): choose one with ${flag}`)
}

/** Overrides by client-go's DirectClientConfig.getCluster: flags about trust replace the kubeconfig's trust as a whole. */
export function withClusterFlags(cluster: Cluster, flags: Flags): Cluster {
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

/** A --token stands before every other way to log in; a client certificate stays, as with kubectl. */
export function withUserFlags(user: User, flags: Flags): User {
  const impersonate = impersonationBy(user.impersonate, flags)
  if (flags.token === undefined || flags.token === '') return { ...user, impersonate }
  const { clientCertificate, clientKey, name } = user
  return { ...userOf(name, undefined), token: flags.token, clientCertificate, clientKey, impersonate }
}
