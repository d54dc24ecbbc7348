/** What every step of a fix works with, and what the flags ask for. */

import type { Finding, Severity } from '../../diagnosis/finding.ts'
import type { Remedy } from '../../diagnosis/remedy.ts'
import type { Credential } from '../../dockerconfig/credential.ts'
import type { ClusterWriter } from '../../kubernetes/api/writer.ts'
import type { Plan } from '../../plan/plan.ts'
import type { Registries } from '../../registry/client.ts'
import type { PlanFormat } from '../../report/formats.ts'
import type { Gap } from '../../snapshot/snapshot.ts'
import type { CommandContext, ConnectionFlags } from '../context.ts'
import type { Unproven } from './prove.ts'

export interface FixOptions {
  connection: ConnectionFlags
  allNamespaces: boolean
  /** Only namespaces with findings. */
  affected: boolean
  excludedNamespaces: string[]
  secretName: string
  /** Registries to distribute logins for, whatever the findings need. */
  registries: string[]
  endpoints: string[]
  username?: string
  passwordStdin: boolean
  authenticate: boolean
  recreate: boolean
  recreateBarePods: boolean
  /** Those besides the two above whose flags were given, with the values given. */
  remediesAskedFor: ReadonlyMap<Remedy, readonly string[]>
  allowManaged: boolean
  overwriteSecret: boolean
  yes: boolean
  dryRun: 'none' | 'client' | 'server'
  timeoutMs: number
  /** Findings from this severity on decide the exit code. */
  failOn: Severity | 'never'
  format: PlanFormat
  /** Write the plan there and stop. */
  planFile?: string
  /** Carry out the plan that is there. */
  applyFile?: string
}

export interface FixSession {
  options: FixOptions
  context: CommandContext
  cluster: ClusterWriter
  registries: Registries
  clusterUid: string
  /** Where this cluster's journals are. */
  journals: string
  /** How what the server says is redacted from now on. */
  redactBy(redactor: (text: string) => string): void
}

/** A plan, and what is needed to apply it. */
export interface Draft {
  plan: Plan
  /** What the plan was made from; empty for a saved one. */
  findings: Finding[]
  gaps: Gap[]
  /** With their passwords; one for each of the plan's. */
  credentials: Credential[]
  /** Part of the scope could not be read, so changes may be missing from the plan. */
  narrowed: boolean
  /** Logins that were tried and are left out, so that the plan does not do all that was asked for. */
  unproven: Unproven[]
  /** A saved plan: exactly this, or nothing. */
  saved: boolean
}
