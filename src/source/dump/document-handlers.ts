/** What a reader of documents hands out. */

export interface DocumentHandlers {
  /** One element of a document's `items`, before the rest of its document is known. */
  onItem(raw: unknown): void
  /** A document's end: all of it, but the items that were handed out. */
  onDocument(rest: unknown): void
}
