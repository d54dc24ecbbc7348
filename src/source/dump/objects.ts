/** Takes the objects out of a dump's documents: single ones, lists, and lists whose items leave their kind to the list. */

import { UsageError } from '../../errors.ts'
import { isRecord, list, number, record, text } from '../narrow/shape.ts'
import type { DocumentHandlers } from './document-handlers.ts'
import type { DumpFacts } from './facts.ts'
import { kindByShape, MAKE_A_DUMP, nameOfKind, strangerIn } from './kinds.ts'

/** A list that is one page of a longer one. */
export interface PartialList {
  name: string
  kind: string
  remaining: number | null
}

/** What the documents of all inputs hold. */
export class DumpObjects {
  readonly partial: PartialList[] = []
  /** A list that could have held pods, and held nothing: there are none. */
  hasEmptyPodList = false
  readonly #facts: DumpFacts

  constructor(facts: DumpFacts) {
    this.#facts = facts
  }

  /** Handlers for one input. They throw UsageError for a document that is no part of a dump. */
  documentsOf(name: string): DocumentHandlers {
    let items = 0
    let withoutKind = 0
    /** Names and owners only, of items whose kind the list has yet to say. */
    let undecided: Record<string, unknown>[] = []
    const onItem = (raw: unknown) => {
      items += 1
      if (text(record(raw).kind) === '') withoutKind += 1
      if (!this.#take(raw)) undecided.push(outline(raw))
    }
    const onDocument = (document: unknown) => {
      const rest = record(document)
      const stranger = strangerIn(document, items > 0 && withoutKind === 0)
      if (stranger !== null)
        throw new UsageError(`${name} is ${stranger}. Make a dump with \`${MAKE_A_DUMP}\`.`)
      // Items that could not be cut off, as of YAML that is written like JSON, come with the rest.
      for (const raw of [...list(document), ...list(rest.items)]) onItem(raw)
      const kind = text(rest.kind)
      if (kind.endsWith('List') || items > 0 || 'items' in rest) this.#endList(name, rest, items, undecided)
      else if (isRecord(document)) this.#facts.add(rest, kind, text(rest.apiVersion))
      items = 0
      withoutKind = 0
      undecided = []
    }
    return { onItem, onDocument }
  }

  /** Whether the item says what it is, or shows it. A list within a list is opened: its own items know their kind from it. */
  #take(raw: unknown): boolean {
    const item = record(raw)
    const kind = text(item.kind) || kindByShape(item)
    if (kind === '' && isRecord(raw)) return false
    const open = [{ item, kind, apiVersion: text(item.apiVersion) }]
    for (let next = open.pop(); next !== undefined; next = open.pop()) {
      if (!next.kind.endsWith('List') || !Array.isArray(next.item.items)) {
        this.#facts.add(next.item, next.kind, next.apiVersion)
        continue
      }
      for (const inner of next.item.items.map(record)) {
        open.push({
          item: inner,
          kind: text(inner.kind) || next.kind.replace(/List$/, ''),
          apiVersion: text(inner.apiVersion) || next.apiVersion,
        })
      }
    }
    return true
  }

  #endList(
    name: string,
    rest: Record<string, unknown>,
    items: number,
    undecided: Record<string, unknown>[],
  ): void {
    const kind = text(rest.kind).replace(/List$/, '')
    for (const raw of undecided) this.#facts.add(raw, kind, text(rest.apiVersion))
    if (items === 0) this.#facts.kinds.add(nameOfKind(rest.kind))
    const isEmpty = items === 0 && (rest.items === null || Array.isArray(rest.items))
    if (isEmpty && (kind === '' || kind === 'Pod')) this.hasEmptyPodList = true
    const metadata = record(rest.metadata)
    const remaining = number(metadata.remainingItemCount, 0)
    if (text(metadata.continue) !== '' || remaining > 0)
      this.partial.push({ name, kind, remaining: remaining || null })
  }
}

/** What a service account or an owner is known by, without what else the object is full of. */
function outline(raw: unknown): Record<string, unknown> {
  const { name, namespace, uid, resourceVersion, ownerReferences } = record(record(raw).metadata)
  return {
    metadata: { name, namespace, uid, resourceVersion, ownerReferences },
    imagePullSecrets: record(raw).imagePullSecrets,
  }
}
