/** The codes of errors of the system and of the HTTP client, which wraps the error that explains a failure. */

interface CodedError {
  /** Such as `ECONNREFUSED` or `UND_ERR_SOCKET`. */
  code: string
  message: string
}

/** The first error in the chain of causes that has a code; null if none has. */
export function codedError(error: unknown): CodedError | null {
  for (let at = error; at instanceof Error; at = at.cause) {
    if ('code' in at && typeof at.code === 'string') return { code: at.code, message: at.message }
  }
  return null
}
