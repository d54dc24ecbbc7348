/** The state that all steps of a fix share, and the options from its flags. */

import type { Run } from '../../apply/journal/run.ts'
import type { Finding, Remedy, Severity } from '../../diagnosis/finding.ts'
import type { Credential } from '../../dockerconfig/registry-credential.ts'
import type { RefusedError, UnreachableError } from '../../errors.ts'
import type { ClusterWriter } from '../../kubernetes/api/writer.ts'
import type { Plan, UnprovenLogin } from '../../plan/plan.ts'
import type { Registries } from '../../registry/client.ts'
import type { PlanFormat } from '../../report/formats.ts'
import type { Gap } from '../../snapshot/snapshot.ts'
import type { Reading } from '../../source/live/reading.ts'
import type { CommandContext, ConnectionFlags } from '../context.ts'

export interface FixOptions {
  connection: ConnectionFlags
  /** POD, NAMESPACE/POD, or TYPE/NAME; empty: everything in the namespaces. */
  names: readonly string[]
  /** Only pods with these labels, in the syntax of kubectl's -l. */
  selector?: string
  /** From -n; empty: the context's namespace. */
  namespaces: readonly string[]
  allNamespaces: boolean
  /** Only namespaces with findings. */
  affected: boolean
  excludedNamespaces: string[]
  secretName: string
  /** Registries whose logins to distribute, whether or not findings need them. */
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
  /** The lowest severity of findings that affect the exit code. */
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
  reading: Reading
  registries: Registries
  clusterUid: string
  /** The folders of this cluster's journals; new ones go into the first. */
  journals: readonly [string, ...string[]]
}

/** A plan, and what is needed to apply it. */
export interface PreparedFix {
  plan: Plan
  /** Earlier runs against this cluster, newest first. */
  runs: Run[]
  /** The findings that the plan was made from; empty for a saved plan. */
  findings: Finding[]
  gaps: Gap[]
  /** The number of pods in scope, including healthy ones; absent for a saved plan. */
  pods?: number
  /** The plan's credentials with their passwords. */
  credentials: Credential[]
  /** Whether part of the scope could not be read, so that changes may be missing from the plan. */
  partial: boolean
  /** Logins that failed their proof and are not distributed, so that the plan is less than what was requested. */
  unproven: UnprovenCredential[]
  /** Whether the plan was saved, and so is applied exactly or not at all. */
  saved: boolean
}

/** A login that failed its proof, and the error that ends the run if nothing else remains to be done. */
export interface UnprovenCredential {
  credential: Credential
  login: UnprovenLogin
  error: RefusedError | UnreachableError
}
