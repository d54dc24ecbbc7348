/** What the commands that write are handed besides. No other command may import it, which test/architecture.test.ts sees to. */

import type { ClusterWriter } from '../kubernetes/api/writer.ts'
import type { CommandContext, ConnectionFlags } from './context.ts'

export interface WritingContext extends CommandContext {
  /** As `connect`, for reading and writing. @throws UsageError, UnreachableError */
  connectWriter(flags: ConnectionFlags): Promise<ClusterWriter>
}
