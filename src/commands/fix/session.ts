/** What every step of a fix works with, and the options that the flags make. */

import type { Finding, Severity } from '../../diagnosis/finding.ts'
import type { Remedy } from '../../diagnosis/remedy.ts'
import type { Credential } from '../../dockerconfig/registry-credential.ts'
import type { ClusterWriter } from '../../kubernetes/api/writer.ts'
import type { Plan } from '../../plan/plan.ts'
import type { Registries } from '../../registry/client.ts'
import type { PlanFormat } from '../../report/formats.ts'
import type { Gap } from '../../snapshot/snapshot.ts'
import type { CommandContext, ConnectionFlags } from '../context.ts'
import type { Unproven } from './prove.ts'

export interface FixOptions {
  connection: ConnectionFlags
  /** POD, NAMESPACE/POD, or TYPE/NAME; none: everything in the namespaces. */
  names: readonly string[]
  /** Only pods with these labels, as kubectl's -l takes them. */
  selector?: string
  /** Those of -n; none: the context's. */
  namespaces: readonly string[]
  allNamespaces: boolean
  /** Only namespaces with findings. */
  affected: boolean
  excludedNamespaces: string[]
  secretName: string
  /** Registries to distribute logins for, whether or not findings need them. */
  registries: string[]
  endpoints: string[]
  username?: string
  passwordStdin: boolean
  authenticate: boolean
  recreate: boolean
  recreateBarePods: boolean
  /** Other remedies whose flags were given, with the flags' values. */
  remediesAskedFor: ReadonlyMap<Remedy, readonly string[]>
  allowManaged: boolean
  overwriteSecret: boolean
  yes: boolean
  dryRun: 'none' | 'client' | 'server'
  timeoutMs: number
  /** Findings from this severity on decide the exit code. */
  failOn: Severity | 'never'
  format: PlanFormat
  /** Write the plan to this file and stop. */
  planFile?: string
  /** Apply the plan in this file. */
  applyFile?: string
}

export interface FixSession {
  options: FixOptions
  context: CommandContext
  cluster: ClusterWriter
  registries: Registries
  clusterUid: string
  /** The folder of this cluster's journals. */
  journals: string
  /** Sets the redactor for the server's messages from now on. */
  redactBy(redactor: (text: string) => string): void
}

/** A plan, and what is needed to apply it. */
export interface PreparedFix {
  plan: Plan
  /** The findings that the plan was made from; empty for a saved plan. */
  findings: Finding[]
  gaps: Gap[]
  /** How many pods are in scope, healthy ones included; left out for a saved plan. */
  pods?: number
  /** The plan's credentials with their passwords. */
  credentials: Credential[]
  /** Part of the scope could not be read, so changes may be missing from the plan. */
  narrowed: boolean
  /** Logins that failed their proof and are left out, so that the plan does not do all that was asked for. */
  unproven: Unproven[]
  /** Whether the plan was saved: it is applied exactly or not at all. */
  saved: boolean
}
