/** The input of a plan: the diagnosis, the objects in scope, the user's choices, and the registries' answers. */

import type { Diagnosis, Remedy } from '../diagnosis/finding.ts'
import type { ReplacementRule } from '../image/replacement.ts'
import type { FixObjects } from '../snapshot/fix-objects.ts'
import type { ImageLookup } from '../snapshot/registry-answers.ts'
import type { Snapshot } from '../snapshot/snapshot.ts'
import type { PlanCredential, PlanScope, UnprovenLogin } from './plan.ts'

export interface PlanInput {
  /** ISO 8601. */
  createdAt: string
  cluster: { server: string; context: string | null }
  scope: PlanScope
  diagnosis: Diagnosis
  snapshot: Snapshot
  fixObjects: FixObjects
  /** The remedies chosen, by flag, by selection, or by default. */
  remedies: ReadonlySet<Remedy>
  secretName: string
  recreateBarePods: boolean
  allowManaged: boolean
  overwriteSecret: boolean
  replacements: ReplacementRule[]
  /** Credentials that may be distributed. */
  credentials: PlanCredential[]
  /** Registries that need a login and have none on this machine. `detail` is the keychain's reason. */
  missing: { registry: string; detail: string | null }[]
  /** Registries that the user named by flag or answer: their logins may be distributed wherever pods need them. */
  named: string[]
  /** Registries that pods need and the user did not name, so their logins are not distributed. */
  unnamed: string[]
  /** Logins of this machine that failed their proof and are not distributed. */
  unproven: ({ registry: string } & UnprovenLogin)[]
  /** Answers by reference, spelled as `referencesToAsk` returned it. */
  images: ReadonlyMap<string, ImageLookup>
}
