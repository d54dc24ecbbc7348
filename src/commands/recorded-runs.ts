/** What earlier runs on this machine wrote to a cluster, as their journals tell. */

import { listRuns } from '../apply/journal/find-runs.ts'
import type { Run } from '../apply/journal/run.ts'
import { wrapLines } from '../report/screen/layout.ts'
import { damagedLineText } from '../report/views/questions.ts'
import type { CommandContext } from './context.ts'

interface RecordedRuns {
  folder: string
  /** Newest first. */
  runs: Run[]
}

/** Returns the runs in each of a cluster's folders. Reports damaged journal lines on standard error. */
export async function recordedRuns(
  [own, ...others]: readonly [string, ...string[]],
  server: string,
  { err }: Pick<CommandContext, 'err'>,
): Promise<[RecordedRuns, ...RecordedRuns[]]> {
  const read = async (folder: string): Promise<RecordedRuns> => {
    const { runs, damaged } = await listRuns(folder, server)
    for (const line of damaged) await err.write(wrapLines(damagedLineText(line), err.width))
    return { folder, runs }
  }
  return [await read(own), ...(await Promise.all(others.map(read)))]
}
