/** The context that only writing commands get. No other command may import this file, which test/architecture.test.ts checks. */

import type { ClusterWriter } from '../kubernetes/api/writer.ts'
import type { CommandContext, ConnectionFlags } from './context.ts'

export interface WritingContext extends CommandContext {
  /** Like `connect`, for reading and writing. @throws UsageError, UnreachableError */
  connectWriter(flags: ConnectionFlags): Promise<ClusterWriter>
}
