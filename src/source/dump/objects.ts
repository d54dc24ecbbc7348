/** Extracts the objects from a dump's documents: single objects, lists, and lists whose items have no kind. */

import { isObject } from '../../json/json-object.ts'
import { list, number, record, text } from '../narrow/shape.ts'
import type { DocumentHandlers } from './documents.ts'
import type { DumpFacts } from './facts.ts'
import type { Input } from './inputs.ts'
import { asNotADump, describeForeignDocument, kindByShape, NotADump, nameOfKind } from './recognize.ts'

/** A list that is one page of a longer one. */
export interface PartialList {
  name: string
  kind: string
  remaining: number | null
}

/** Collects the objects in the documents of all inputs. */
export class DumpObjects {
  readonly partial: PartialList[] = []
  /** An empty list that could have contained pods: the cluster has none. */
  hasEmptyPodList = false
  /** Files in folders that contain something other than Kubernetes objects. */
  readonly passedOver = new Set<string>()
  /** Why pods in some files of folders could not be read: one sentence per file, without a period. */
  readonly unseen: string[] = []
  readonly #facts: DumpFacts

  constructor(facts: DumpFacts) {
    this.#facts = facts
  }

  /** Handlers for one input. They throw NotADump for a document that is not part of a dump, unless it only lies in a folder. */
  documentsOf({ name, named }: Pick<Input, 'name' | 'named'>): DocumentHandlers {
    let items = 0
    let withoutKind = 0
    let unnamed = 0
    /** Outlines of items whose kind is known only at the end of the list: names, owners, pull secrets. */
    let undecided: Record<string, unknown>[] = []
    // An object without name and status is a template if it is in a folder, and an error if its file was named with -f.
    const countUnnamed = (raw: Record<string, unknown>) => {
      if (named || isObject(raw.status)) unnamed += 1
    }
    const onItem = (raw: unknown) => {
      items += 1
      if (text(record(raw).kind) === '') withoutKind += 1
      if (!this.#take(raw, countUnnamed)) undecided.push(outline(raw))
    }
    const onDocument = (document: unknown) => {
      const rest = record(document)
      const foreign = describeForeignDocument(document, items > 0 && withoutKind === 0)
      if (foreign !== null && named) throw new NotADump(asNotADump(name, foreign.is))
      if (foreign?.hidesPods) this.unseen.push(`${name} is ${foreign.is}`)
      else if (foreign !== null) this.passedOver.add(name)
      else {
        // Items that could not be split off, as in YAML written like JSON, come with the rest.
        for (const raw of [...list(document), ...list(rest.items)]) onItem(raw)
        const kind = text(rest.kind)
        if (kind.endsWith('List') || items > 0 || 'items' in rest)
          this.#endList(name, rest, items, undecided, countUnnamed)
        else if (isObject(document) && !this.#facts.add(rest, kind, text(rest.apiVersion))) countUnnamed(rest)
        this.#facts.unnamed += unnamed
        this.#facts.secretsHeld.endDocument()
      }
      items = 0
      withoutKind = 0
      unnamed = 0
      undecided = []
    }
    return { onItem, onDocument }
  }

  /** Records a file in a folder that could not be read completely. What was read before the error counts. */
  recordUnreadable(name: string, error: Error): void {
    if (error instanceof NotADump && !error.damaged) this.passedOver.add(name)
    else this.unseen.push(error.message.replace(/\.$/, ''))
  }

  /** Adds an item whose kind is known; returns false if it is not. Items of a list within a list get their kind from that list. */
  #take(raw: unknown, onUnnamed: (raw: Record<string, unknown>) => void): boolean {
    const item = record(raw)
    const kind = text(item.kind) || kindByShape(item)
    if (kind === '' && isObject(raw)) return false
    const open = [{ item, kind, apiVersion: text(item.apiVersion) }]
    for (let next = open.pop(); next !== undefined; next = open.pop()) {
      if (!next.kind.endsWith('List') || !Array.isArray(next.item.items)) {
        if (!this.#facts.add(next.item, next.kind, next.apiVersion)) onUnnamed(next.item)
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
    onUnnamed: (raw: Record<string, unknown>) => void,
  ): void {
    const kind = text(rest.kind).replace(/List$/, '')
    for (const raw of undecided) if (!this.#facts.add(raw, kind, text(rest.apiVersion))) onUnnamed(raw)
    if (items === 0) this.#facts.kinds.add(nameOfKind(rest.kind))
    const isEmpty = items === 0 && (rest.items === null || Array.isArray(rest.items))
    if (isEmpty && (kind === '' || kind === 'Pod')) this.hasEmptyPodList = true
    const metadata = record(rest.metadata)
    const remaining = number(metadata.remainingItemCount, 0)
    if (text(metadata.continue) === '' && remaining === 0) return
    this.partial.push({ name, kind, remaining: remaining || null })
    if (kind === '' || kind === 'Secret') this.#facts.secretsHeld.doubt()
  }
}

/** Returns the fields that identify a service account or an owner, without the rest of the object. */
function outline(raw: unknown): Record<string, unknown> {
  const { name, namespace, uid, resourceVersion, creationTimestamp, ownerReferences } = record(
    record(raw).metadata,
  )
  return {
    metadata: { name, namespace, uid, resourceVersion, creationTimestamp, ownerReferences },
    imagePullSecrets: record(raw).imagePullSecrets,
  }
}
