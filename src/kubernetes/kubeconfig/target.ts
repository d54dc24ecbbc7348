/** The cluster and user that the kubeconfig and the flags select. */

import type { Redacted } from '../../secrecy/redacted.ts'
import type { Impersonation } from './impersonation.ts'
import type { Fields } from './kubeconfig.ts'

export interface Target {
  /** null if no context was used: in a pod, or with a bare --server. */
  context: string | null
  namespace: string
  cluster: Cluster
  user: User
}

/** PEM text in the kubeconfig, or the file that contains it; null if neither is given. */
export type PemSource = { data: Redacted } | { file: string } | null

export interface Cluster {
  server: string
  /** PEM. */
  certificateAuthority: PemSource
  tlsServerName: string
  insecureSkipTlsVerify: boolean
  proxyUrl: string
  disableCompression: boolean
  /** The cluster's extension `client.authentication.k8s.io/exec` for exec plugins. */
  execConfig: unknown
}

export interface User {
  /** For messages. */
  name: string
  token: Redacted | null
  /** Read again after a 401. */
  tokenFile: string
  username: string
  password: Redacted | null
  clientCertificate: PemSource
  clientKey: PemSource
  exec: ExecPlugin | null
  /** The legacy `auth-provider`, unparsed. */
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
