/** A kubeconfig's cluster and user entries, read field by field. */

import { dirname, sep } from 'node:path'
import { UsageError } from '../../errors.ts'
import { Redacted } from '../../secrecy/redacted.ts'
import type { ConnectionOptions } from './connection-options.ts'
import { type Entry, type Fields, mapping, mappings, secretText, text, texts, under } from './kubeconfig.ts'
import { pemSourceOf } from './pem-source.ts'
import type { Cluster, ExecPlugin, Impersonation, User } from './target.ts'

const EXEC_EXTENSION = 'client.authentication.k8s.io/exec'

/** The entry's fields; all empty without an entry. */
export function clusterOf(entry: Entry | undefined): Cluster {
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
export function userOf(name: string, entry: Entry | undefined): User {
  const fields = entry?.fields.reveal() ?? {}
  const folder = dirname(entry?.file ?? '')
  const provider = mapping(fields['auth-provider'])
  return {
    name,
    token: secretText(fields, 'token'),
    tokenFile: under(folder, text(fields, 'tokenFile')),
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
    command: command.includes(sep) ? under(folder, command) : command,
    args: texts(fields, 'args'),
    env: mappings(fields.env).map(item => ({ name: text(item, 'name'), value: text(item, 'value') })),
    installHint: text(fields, 'installHint'),
    provideClusterInfo: text(fields, 'provideClusterInfo') === 'true',
    interactiveMode: text(fields, 'interactiveMode') || 'IfAvailable',
  }
}

function impersonationOf(fields: Fields): Impersonation | null {
  const extra = mapping(fields['as-user-extra']) ?? {}
  const found = {
    user: text(fields, 'as'),
    uid: text(fields, 'as-uid'),
    groups: texts(fields, 'as-groups'),
    extra: Object.fromEntries(Object.keys(extra).map(key => [key, texts(extra, key)])),
  }
  return isEmpty(found) ? null : found
}

const isEmpty = ({ user, uid, groups, extra }: Impersonation) =>
  user === '' && uid === '' && groups.length === 0 && Object.keys(extra).length === 0

/**
 * The kubeconfig's impersonation with --as, --as-uid and --as-group over it.
 * @throws UsageError for a group or uid without a user, which the server would refuse
 */
export function impersonationBy(
  own: Impersonation | null,
  flags: Pick<ConnectionOptions, 'as' | 'asUid' | 'asGroup'>,
): Impersonation | null {
  const base = own ?? { user: '', uid: '', groups: [], extra: {} }
  const { asGroup = [] } = flags
  const wanted: Impersonation = {
    ...base,
    user: flags.as || base.user,
    uid: flags.asUid || base.uid,
    groups: asGroup.length > 0 ? asGroup : base.groups,
  }
  if (isEmpty(wanted)) return null
  if (wanted.user === '') throw new UsageError('--as-group and --as-uid need --as: add --as USER')
  return wanted
}
