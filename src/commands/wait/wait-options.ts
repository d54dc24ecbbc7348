/** What `pullguard wait` is asked for. */

import type { Cause } from '../../diagnosis/finding.ts'
import type { WaitFormat } from '../../report/formats.ts'
import type { Goal } from '../../waiting/subject-state.ts'
import type { ImageCheckFlags } from '../check-images.ts'
import type { ConnectionFlags } from '../context.ts'

export interface WaitOptions {
  connection: ConnectionFlags
  /** TYPE/NAME, or a type and names. */
  names: string[]
  selector?: string
  files: string[]
  recursive: boolean
  goal: Goal
  /** Milliseconds; 0 looks once. */
  timeoutMs: number
  /** Milliseconds, by cause. */
  patience: Partial<Record<Cause, number>>
  checkImages?: ImageCheckFlags
  format: WaitFormat
}
