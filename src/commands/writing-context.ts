/** What commands that write get in addition. No other command may import this file, which test/architecture.test.ts checks. */

import type { ClusterWriter } from '../kubernetes/api/writer.ts'
import type { CommandContext, ConnectionFlags } from './context.ts'

export interface WritingContext extends CommandContext {
  /** As `connect`, for reading and writing. @throws UsageError, UnreachableError */
  connectWriter(flags: ConnectionFlags): Promise<ClusterWriter>
}
