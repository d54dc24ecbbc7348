/**
 * What only commands that write get: a context that connects a writer, and the question before anything is written. The others must not
 * import this file (test/architecture.test.ts).
 */

import { RefusedError } from '../errors.ts'
import type { ClusterWriter } from '../kubernetes/api/writer.ts'
import { unconfirmedText } from '../report/views/questions.ts'
import type { Questions } from '../terminal.ts'
import type { CommandContext, ConnectionFlags } from './context.ts'

export interface WritingContext extends CommandContext {
  /** Like `connect`, for reading and writing. @throws UsageError, UnreachableError */
  connectWriter(flags: ConnectionFlags): Promise<ClusterWriter>
}

/**
 * @param agree asks the question
 * @throws RefusedError if nobody can be asked or the answer is no
 */
export async function confirmWrite(
  ask: Questions,
  action: Parameters<typeof unconfirmedText>[0],
  agree: () => Promise<boolean>,
): Promise<void> {
  if (!ask.available) throw new RefusedError(unconfirmedText(action))
  if (!(await agree())) throw new RefusedError('Not confirmed. Nothing was changed.')
}
