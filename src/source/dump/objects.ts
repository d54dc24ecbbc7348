/** Extracts the objects from a dump's documents: single objects, lists, and lists whose items have no kind. */

import { isObject, type JsonObject, list, number, record, text } from '../../json/json-object.ts'
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

/** What is known of a document before its end. */
interface OpenDocument {
  /** Where it is from; `named` with -f, not only in a folder. */
  input: Pick<Input, 'name' | 'named'>
  items: number
  itemsWithoutKind: number
  unnamed: number
  /** Outlines of items whose kind is known only at the end of the list: names, owners, pull secrets. */
  undecided: JsonObject[]
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
  documentsOf(input: Pick<Input, 'name' | 'named'>): DocumentHandlers {
    const next = (): OpenDocument => ({ input, items: 0, itemsWithoutKind: 0, unnamed: 0, undecided: [] })
    let open = next()
    return {
      onItem: item => this.#addItem(item, open),
      onDocument: document => {
        this.#endDocument(document, open)
        open = next()
      },
    }
  }

  /** Records a file in a folder that could not be read completely. What was read before the error counts. */
  recordUnreadable(name: string, error: Error): void {
    if (error instanceof NotADump && !error.damaged) this.passedOver.add(name)
    else this.unseen.push(error.message.replace(/\.$/, ''))
  }

  /** Items of a list within a list get their kind from that list. */
  #addItem(raw: unknown, open: OpenDocument): void {
    const item = record(raw)
    const apiVersion = text(item.apiVersion)
    open.items += 1
    if (text(item.kind) === '') open.itemsWithoutKind += 1
    const kind = text(item.kind) || kindByShape(item)
    if (kind === '' && isObject(raw)) {
      open.undecided.push(outline(item))
      return
    }
    const waiting = [{ item, kind, apiVersion }]
    for (let next = waiting.pop(); next !== undefined; next = waiting.pop()) {
      if (!next.kind.endsWith('List') || !Array.isArray(next.item.items)) {
        this.#add(next.item, next, open)
        continue
      }
      for (const inner of next.item.items.map(record)) {
        waiting.push({
          item: inner,
          kind: text(inner.kind) || next.kind.replace(/List$/, ''),
          apiVersion: text(inner.apiVersion) || next.apiVersion,
        })
      }
    }
  }

  #add(
    item: JsonObject,
    { kind, apiVersion }: { kind: string; apiVersion: string },
    open: OpenDocument,
  ): void {
    const isNamed = this.#facts.add(item, kind, apiVersion)
    // An object without name and status is a template if it is in a folder, and an error if its file was named with -f.
    if (!isNamed && (open.input.named || isObject(item.status))) open.unnamed += 1
  }

  /** @param document without the items that were split off */
  #endDocument(document: unknown, open: OpenDocument): void {
    const { name, named } = open.input
    const foreign = describeForeignDocument(document, open.items > 0 && open.itemsWithoutKind === 0)
    if (foreign !== null) {
      if (named) throw new NotADump(asNotADump(name, foreign.is))
      if (foreign.hidesPods) this.unseen.push(`${name} is ${foreign.is}`)
      else this.passedOver.add(name)
      return
    }
    const rest = record(document)
    const kind = text(rest.kind)
    // Items that could not be split off, as in YAML written like JSON, come with the rest.
    for (const raw of [...list(document), ...list(rest.items)]) this.#addItem(raw, open)
    if (kind.endsWith('List') || open.items > 0 || 'items' in rest) this.#endList(rest, open)
    else if (isObject(document)) this.#add(rest, { kind, apiVersion: text(rest.apiVersion) }, open)
    this.#facts.unnamed += open.unnamed
    this.#facts.secretsHeld.endDocument()
  }

  #endList(rest: JsonObject, open: OpenDocument): void {
    const kind = text(rest.kind).replace(/List$/, '')
    for (const item of open.undecided) this.#add(item, { kind, apiVersion: text(rest.apiVersion) }, open)
    if (open.items === 0) this.#facts.kinds.add(nameOfKind(rest.kind))
    const isEmpty = open.items === 0 && (rest.items === null || Array.isArray(rest.items))
    if (isEmpty && (kind === '' || kind === 'Pod')) this.hasEmptyPodList = true
    const metadata = record(rest.metadata)
    const remaining = number(metadata.remainingItemCount, 0)
    if (text(metadata.continue) === '' && remaining === 0) return
    this.partial.push({ name: open.input.name, kind, remaining: remaining || null })
    if (kind === '' || kind === 'Secret') this.#facts.secretsHeld.doubt()
  }
}

/** Returns the fields that identify a service account or an owner, without the rest of the object. */
function outline(item: JsonObject): JsonObject {
  const { name, namespace, uid, resourceVersion, creationTimestamp, ownerReferences } = record(item.metadata)
  return {
    metadata: { name, namespace, uid, resourceVersion, creationTimestamp, ownerReferences },
    imagePullSecrets: item.imagePullSecrets,
  }
}
