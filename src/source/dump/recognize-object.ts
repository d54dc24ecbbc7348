/** Which kinds of objects a dump is made of, and what else a document may turn out to be. */

import { isRecord, nameOf, record, text } from '../narrow/shape.ts'

/** How kubectl makes a dump that holds all there is to know. */
export const MAKE_A_DUMP = 'kubectl get pods,events,nodes,serviceaccounts,secrets,replicasets,jobs -A -o json'

/** Tells what an input is that is not a dump, and the way to one. */
export function asNotADump(name: string, is: string): string {
  return `${name} is ${is}. Make a dump with \`${MAKE_A_DUMP}\`.`
}

/** The kind of an item that says none, before its list has said it; empty where its shape does not tell. */
export function kindByShape(item: Record<string, unknown>): string {
  if (isRecord(item.involvedObject) || isRecord(item.regarding)) return 'Event'
  if (Array.isArray(record(item.spec).containers)) return 'Pod'
  if (isRecord(record(item.status).nodeInfo)) return 'Node'
  return typeof item.type === 'string' && !('spec' in item) ? 'Secret' : ''
}

/** What a document is, where it is neither an object of a cluster nor a list of them. */
export interface ForeignDocument {
  is: string
  /** It tells of pods in a form that can't be read: to pass it over would hide them. */
  hidesPods: boolean
}

/** Null where it is an object or a list of objects. `itemsHaveKinds`: all the items that it had, and it had some, said what they are. */
export function describeForeignDocument(document: unknown, itemsHaveKinds: boolean): ForeignDocument | null {
  if (Array.isArray(document))
    return document.length === 0 || document.some(isObject)
      ? null
      : foreign('a list without Kubernetes objects')
  if (!isRecord(document)) return foreign('plain text')
  const { kind, apiVersion } = document
  if (text(apiVersion).startsWith('pullguard.dev/'))
    return foreign(`what pullguard itself wrote (${nameOfKind(kind)})`)
  if (kind === 'Table') return foreign('a Table, which holds only the columns that are printed', true)
  if (kind === 'Status')
    return foreign("an API server's answer that something failed", record(document.details).kind === 'pods')
  if (kind === 'Config' && 'clusters' in document) return foreign('a kubeconfig')
  if (typeof kind === 'string' && typeof apiVersion === 'string') return null
  if (WATCH_EVENTS.has(text(document.type)) && isRecord(document.object))
    return foreign('a watch stream, which holds changes and not a state', true)
  if (Array.isArray(document.Items))
    return foreign('a list of an old kubectl, which leaves out what its items are: take a newer one', true)
  return itemsHaveKinds ? null : foreign('not a Kubernetes object: it has no kind and apiVersion')
}

const WATCH_EVENTS = new Set(['ADDED', 'MODIFIED', 'DELETED', 'BOOKMARK', 'ERROR'])

function foreign(is: string, hidesPods = false): ForeignDocument {
  return { is, hidesPods }
}

/** Whether it has a name, and says or shows what it is. */
function isObject(item: unknown): boolean {
  if (!isRecord(item)) return false
  if (text(item.kind).endsWith('List') && Array.isArray(item.items)) return true
  return nameOf(item) !== null && (text(item.kind) !== '' || kindByShape(item) !== '')
}

/** A kind as it may be shown: it comes from a file that anybody may have written. */
export function nameOfKind(kind: unknown): string {
  return /^[A-Za-z][A-Za-z0-9.]{0,62}$/.test(text(kind)) ? text(kind) : 'something without a kind'
}
