/** What a plan is made from: the diagnosis, the objects in scope, the user's choices, and what registries said when asked. */

import type { Cause, Diagnosis } from '../diagnosis/finding.ts'
import type { Remedy } from '../diagnosis/remedy.ts'
import type { FixScope } from '../snapshot/fix-scope.ts'
import type { Snapshot } from '../snapshot/snapshot.ts'
import type { PlanCredential, PlanScope } from './plan.ts'

/** `--replace-registry FROM=TO`: a registry, a path in it, or one image. */
export interface Replacement {
  from: string
  to: string
}

/** What a registry said of one reference: its digest, or why there is none. */
export interface ImageFact {
  digest: string | null
  detail: string | null
  /** The registry itself says that it is not there, or not for these nodes; else it may only not have been reached. */
  ruledOut?: boolean
}

/** A login that was tried and is not distributed. */
export interface UnprovenLogin {
  username: string
  why: ProofFailure | 'used-up'
  /** The image that it does not open; null where that is not it. */
  image: string | null
}

/** Why a login could not be proven: the codes of registry/outcome.ts, which this room does not know. */
type ProofFailure =
  | 'wrong-credential'
  | 'no-access'
  | 'withheld'
  | 'not-asked-for'
  | 'rate-limited'
  | 'unreachable'
  | 'server-error'

export interface PlanInput {
  /** ISO 8601. */
  createdAt: string
  cluster: { server: string; context: string | null }
  scope: PlanScope
  diagnosis: Diagnosis
  snapshot: Snapshot
  fixScope: FixScope
  /** The remedies chosen, by flag, by tick or by default. */
  remedies: ReadonlySet<Remedy>
  secretName: string
  recreateBarePods: boolean
  allowManaged: boolean
  overwriteSecret: boolean
  replacements: Replacement[]
  /** Credentials that can be distributed, one per registry. */
  credentials: PlanCredential[]
  /** Registries that need one and have none on this machine. */
  missing: { registry: string; detail: string | null }[]
  /** Registries that somebody named, by flag or answer: their logins may be distributed, wherever pods need them. */
  named: string[]
  /** Registries that pods call for and nobody named, so that no login of theirs is distributed. */
  unnamed: string[]
  /** Logins of this machine that are not distributed, by registry: they were tried, and do not help. */
  unproven: ({ registry: string } & UnprovenLogin)[]
  /** Causes that no further try heals. */
  hopeless: ReadonlySet<Cause>
  /** Answers by reference as `referencesToAsk` spelt it. */
  images: ReadonlyMap<string, ImageFact>
}
