/** The one cluster and user that a kubeconfig and the flags come down to. */

import type { Redacted } from '../../secrecy/redacted.ts'
import type { Fields } from './kubeconfig.ts'

export interface Target {
  /** Null where no context was used: in a pod, or with a bare --server. */
  context: string | null
  namespace: string
  cluster: Cluster
  user: User
}

/** Text that stands in the kubeconfig or in a file that it names; null where neither is given. */
export type PemSource = { data: Redacted } | { file: string } | null

export interface Cluster {
  server: string
  /** PEM. */
  certificateAuthority: PemSource
  tlsServerName: string
  insecureSkipTlsVerify: boolean
  proxyUrl: string
  disableCompression: boolean
  /** What the cluster has for exec plugins: its extension `client.authentication.k8s.io/exec`. */
  execConfig: unknown
}

export interface User {
  /** For messages. */
  name: string
  token: Redacted | null
  /** Read again when the server says 401. */
  tokenFile: string
  username: string
  password: Redacted | null
  clientCertificate: PemSource
  clientKey: PemSource
  exec: ExecPlugin | null
  /** The legacy `auth-provider`, as it stands. */
  authProvider: Redacted<Fields> | null
  impersonate: Impersonation | null
}

export interface ExecPlugin {
  apiVersion: string
  /** Absolute, or a name to look up in PATH. */
  command: string
  args: string[]
  env: { name: string; value: string }[]
  installHint: string
  provideClusterInfo: boolean
  interactiveMode: string
}

export interface Impersonation {
  user: string
  uid: string
  groups: string[]
  extra: Record<string, string[]>
}
