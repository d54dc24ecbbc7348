/** Why a file or folder could not be read, by the system's own code. */

import type { FileProblem } from '../../snapshot/audit-scope.ts'

const BY_CODE = new Map<string, FileProblem>([
  ['ENOENT', 'missing'],
  ['EACCES', 'forbidden'],
  ['EPERM', 'forbidden'],
  ['ELOOP', 'link-loop'],
])

/** @throws what is not a system error */
export function problemOf(error: unknown): FileProblem {
  const code = error instanceof Error && 'code' in error ? String(error.code) : ''
  if (!/^E[A-Z0-9]+$/.test(code)) throw error
  return BY_CODE.get(code) ?? 'unreadable'
}
