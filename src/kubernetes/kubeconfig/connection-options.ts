/** Options that select the cluster: kubectl's flags, and the environment in which they are resolved. */

import type { Dispatcher } from 'undici'
import type { Redacted } from '../../secrecy/redacted.ts'

/** kubectl's flags for the cluster and the user, with kubectl's names and meaning. */
export interface ClusterFlags {
  kubeconfig?: string
  context?: string
  cluster?: string
  user?: string
  server?: string
  token?: Redacted
  certificateAuthority?: string
  clientCertificate?: string
  clientKey?: string
  tlsServerName?: string
  insecureSkipTlsVerify?: boolean
  as?: string
  asUid?: string
  asGroup?: string[]
  /** `-n`. */
  namespace?: string
}

/** What carries requests to the API server. */
export type Transport = Pick<Dispatcher, 'request' | 'close' | 'destroy'>

export interface ConnectionOptions extends ClusterFlags {
  /** KUBECONFIG, the proxy variables, and a pod's variables are read from it; exec plugins inherit it. */
  env: Record<string, string | undefined>
  cwd: string
  home: string
  /** Log in only with what the kubeconfig contains: run no exec plugin, and renew no token. */
  storedLoginOnly?: boolean
  /** `pullguard/<version>`. */
  userAgent: string
  /** Absent: the network, with the TLS and the proxy of the cluster. */
  transport?: Transport
}
