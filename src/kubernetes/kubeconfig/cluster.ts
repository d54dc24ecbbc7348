/** A kubeconfig's cluster entry, read field by field. */

import { dirname } from 'node:path'
import { UsageError } from '../../errors.ts'
import { type Entry, type Fields, mappings, text, under } from './kubeconfig.ts'
import type { Cluster, Material } from './target.ts'

const EXEC_EXTENSION = 'client.authentication.k8s.io/exec'

/** The entry's fields; all empty where there is no entry. */
export function clusterOf(entry: Entry | undefined): Cluster {
  const fields = entry?.fields ?? {}
  const extension = mappings(fields.extensions).find(item => text(item, 'name') === EXEC_EXTENSION)
  return {
    server: text(fields, 'server'),
    certificateAuthority: materialOf(entry, 'certificate-authority'),
    tlsServerName: text(fields, 'tls-server-name'),
    insecureSkipTlsVerify: isTrue(fields, 'insecure-skip-tls-verify'),
    proxyUrl: text(fields, 'proxy-url'),
    disableCompression: isTrue(fields, 'disable-compression'),
    execConfig: extension?.extension ?? null,
  }
}

/** `<field>-data` (base64) stands before `<field>` (a path), as in client-go. */
export function materialOf(entry: Entry | undefined, field: string): Material {
  if (entry === undefined) return null
  const data = text(entry.fields, `${field}-data`)
  if (data !== '') return { data: decoded(data, field, entry.file) }
  const file = under(dirname(entry.file), text(entry.fields, field))
  return file === '' ? null : { file }
}

function decoded(data: string, field: string, file: string): string {
  const compact = data.replace(/\s+/g, '')
  if (!/^[A-Za-z0-9+/]*={0,2}$/.test(compact)) {
    throw new UsageError(`${field}-data in ${file} is not base64: correct it`)
  }
  return Buffer.from(compact, 'base64').toString('utf8')
}

/** kubectl reads YAML 1.1, where `yes` and `on` are true. */
function isTrue(fields: Fields, name: string): boolean {
  return /^(?:true|yes|on|y)$/i.test(text(fields, name))
}
