/** The report of `mirror`: the survey and, if a mirror is given, what each group of nodes needs to use it. */

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
  /** What the mirror answered; null without `--verify`. */
  verification: Verification | null
  /** Files written on this machine: absolute paths, or paths below the folder where the command ran. */
  written: string[]
}
