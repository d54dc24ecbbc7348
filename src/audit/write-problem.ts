/** Why an edited file was not written. */

export type WriteProblem =
  /** Somebody else changed or moved it since it was read. */
  | 'changed'
  /** It is in an encoding in which edits can't leave the rest byte for byte. */
  | 'encoding'
  /** A part of it could not be read, so that nothing of it is changed. */
  | 'unread'
  | 'forbidden'
  | 'failed'
