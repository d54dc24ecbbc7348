/** `pullguard why POD`: for each image what the kubelet will try, and the one link that is broken. */

import { diagnose } from '../diagnosis/diagnose.ts'
import { explainPod } from '../diagnosis/why.ts'
import { UsageError } from '../errors.ts'
import type { DataFormat } from '../report/images.ts'
import { renderWhy } from '../report/why.ts'
import type { Pod } from '../snapshot/pod.ts'
import type { Snapshot } from '../snapshot/snapshot.ts'
import type { CommandContext, ConnectionFlags, ExitName } from './context.ts'
import { takeSnapshot } from './snapshot.ts'

export interface WhyOptions {
  connection: ConnectionFlags
  /** POD or NAMESPACE/POD; `pod/POD` as kubectl prints it is POD. */
  pod: string
  files: string[]
  recursive: boolean
  format: DataFormat
}
