/** What `mirror` reports: the survey, and for a mirror that is to be used what each group of nodes needs. */

import type { GroupSetup, MirrorTarget, NodeGroup } from './setup.ts'
import type { MirrorSurvey } from './survey.ts'
import type { Verification } from './verification.ts'

export interface PlannedGroup {
  group: NodeGroup
  setup: GroupSetup
}

export interface MirrorReport {
  survey: MirrorSurvey
  target: MirrorTarget | null
  /** Empty without a target. */
  planned: PlannedGroup[]
  /** What the mirror answered; null if it was not asked (`--verify`). */
  verification: Verification | null
  /** Files that were written on this machine, as paths below the folder where the command ran or absolute. */
  written: string[]
}
