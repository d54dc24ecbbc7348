/** --sort-by and --no-headers: they ask for a diagnosis' plain columns, also on a terminal. */

import { UsageError } from '../errors.ts'
import type { DiagnosisFormat, SortKey } from '../report/formats.ts'
import type { PlainOptions } from '../report/machine/plain.ts'

export interface ColumnFlags {
  sortBy?: SortKey
  /** --no-headers was not given. */
  headers: boolean
}

interface Asked extends ColumnFlags {
  format: DiagnosisFormat
  watch?: unknown
}

/** What the flags ask for; undefined where none is given. @throws UsageError where one would do nothing */
export function plainColumns({ sortBy, headers, format, watch }: Asked): PlainOptions | undefined {
  if (sortBy === undefined && headers) return undefined
  const flag = headers ? '--sort-by' : '--no-headers'
  if (watch !== undefined) throw new UsageError(`${flag} does not go with --watch, which prints each change.`)
  const fitting: DiagnosisFormat[] = headers ? ['table', 'wide', 'name'] : ['table', 'wide']
  if (!fitting.includes(format))
    throw new UsageError(
      `${flag} does not go with -o ${format}: take ${fitting.join(', ').replace(/, (?=\w+$)/, ' or ')}.`,
    )
  return sortBy === undefined ? { headers } : { headers, sortBy }
}
