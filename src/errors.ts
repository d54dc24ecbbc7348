/** The few errors that a user or the environment can cause. In main, each becomes one clear sentence and an exit code. */

/** Wrong usage or unreadable input; the message names the input and the remedy. Exit code 2, nothing changed. */
export class UsageError extends Error {
  override name = 'UsageError'
}

/** The cluster or registry is unreachable, or authentication failed. Exit code 4. */
export class UnreachableError extends Error {
  override name = 'UnreachableError'
}

/** Ctrl-C at a prompt, which the terminal delivers as a key, not as a signal. Exit code 130, nothing changed. */
export class InterruptedError extends Error {
  override name = 'InterruptedError'
}

/** Not confirmed, stale plan, or managed by another tool. Exit code 5. */
export class RefusedError extends Error {
  override name = 'RefusedError'
}

/** The code of an error of Node or the system, such as `ENOENT` or `ERR_INVALID_ARG_VALUE`; null for an error without one. */
export function errorCode(error: unknown): string | null {
  return error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : null
}

/** The same for errors of the system only: anything else is a bug and must not be taken for an unreadable file. */
export function systemCode(error: unknown): string | null {
  const code = errorCode(error) ?? ''
  return /^E[A-Z0-9]+$/.test(code) ? code : null
}
