/** What a reader of documents emits. */

export interface DocumentHandlers {
  /** One element of a document's `items`, before the rest of its document is known. */
  onItem(raw: unknown): void
  /** A document's end: all of it, without the items that were emitted. */
  onDocument(rest: unknown): void
}
