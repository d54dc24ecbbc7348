/** The few errors a user can cause, or the world can cause to a user. Each becomes one clear sentence and an exit code in main. */

/** Wrong usage or unreadable input: names the input and the remedy. Exit code 2, nothing changed. */
export class UsageError extends Error {
  override name = 'UsageError'
}

/** Cluster or registry unreachable, or not authenticated. Exit code 4. */
export class UnreachableError extends Error {
  override name = 'UnreachableError'
}

/** Ctrl-C at a question, where the terminal hands it over as a key and not as a signal. Exit code 130, nothing changed. */
export class InterruptedError extends Error {
  override name = 'InterruptedError'
}

/** Not confirmed, stale plan, managed by something else. Exit code 5. */
export class RefusedError extends Error {
  override name = 'RefusedError'
}
