/** Turns edits into a JSON patch that applies only to the state the plan was made from, and into the patch that reverts them. */

import type { PullSecretEntryName } from '../snapshot/fix-objects.ts'
import type { Edit, PatchChange, PatchOperation } from './change.ts'

/**
 * The patch for `edits`: every test first, then every write.
 * JSON Patch can't test that a list is absent, and `add` would replace one that was created meanwhile,
 * so in that case the object's resourceVersion is tested instead.
 * @param resourceVersion null only where no edit adds a list; otherwise no object would match the patch
 */
export function patchOf(uid: string, resourceVersion: string | null, edits: Edit[]): PatchOperation[] {
  const tests: PatchOperation[] = [{ op: 'test', path: '/metadata/uid', value: uid }]
  const writes: PatchOperation[] = []
  for (const edit of edits) {
    if (edit.field === 'imagePullSecrets') {
      tests.push(
        edit.before === null
          ? { op: 'test', path: '/metadata/resourceVersion', value: resourceVersion }
          : { op: 'test', path: edit.pointer, value: edit.before },
      )
      writes.push(appendTo(edit.pointer, edit.before, edit.entry))
      continue
    }
    const path = `${edit.pointer}/${edit.field}`
    tests.push({ op: 'test', path: `${edit.pointer}/name`, value: edit.container })
    if (edit.before !== null) tests.push({ op: 'test', path, value: edit.before })
    writes.push({ op: edit.before === null ? 'add' : 'replace', path, value: edit.after })
  }
  return [...tests, ...writes]
}

function appendTo(pointer: string, before: PullSecretEntryName[] | null, name: string): PatchOperation {
  return before === null
    ? { op: 'add', path: pointer, value: [{ name }] }
    : { op: 'add', path: `${pointer}/-`, value: { name } }
}

/** The value at a JSON pointer (RFC 6901); undefined if there is none. */
export function valueAt(document: unknown, pointer: string): unknown {
  let value = document
  for (const part of pointer.split('/').slice(1)) {
    if (typeof value !== 'object' || value === null) return undefined
    const key = part.replaceAll('~1', '/').replaceAll('~0', '~')
    value = Object.hasOwn(value, key) ? (value as Record<string, unknown>)[key] : undefined
  }
  return value
}

/** A stored imagePullSecrets list; null if it is absent. */
export function pullSecretsAt(document: unknown, pointer: string): PullSecretEntryName[] | null {
  const list = valueAt(document, pointer)
  return Array.isArray(list) ? (list as PullSecretEntryName[]) : null
}

/**
 * The same change planned again for the current object, after someone else wrote to it. An entry can be appended to any list.
 * @returns null if a field no longer has its old value
 */
export function replanPatch(change: PatchChange, object: unknown): PatchChange | null {
  const resourceVersion = valueAt(object, '/metadata/resourceVersion')
  if (change.target.uid === null || valueAt(object, '/metadata/uid') !== change.target.uid) return null
  const edits: Edit[] = []
  for (const edit of change.edits) {
    if (isWritten(edit, object)) continue
    if (edit.field === 'imagePullSecrets') {
      const before = pullSecretsAt(object, edit.pointer)
      // Without its own list the template uses its service account's, which a new list would hide.
      if (change.action === 'patch-template' && !before?.length) return null
      edits.push({ ...edit, before })
    } else if (hasValue(edit, object, edit.before)) {
      edits.push(edit)
    } else {
      return null
    }
  }
  return { ...change, edits, patch: patchOf(change.target.uid, String(resourceVersion), edits) }
}

/** Whether the object already contains what the edit would write. */
export function isWritten(edit: Edit, object: unknown): boolean {
  if (edit.field !== 'imagePullSecrets') return hasValue(edit, object, edit.after)
  return pullSecretsAt(object, edit.pointer)?.some(entry => entry.name === edit.entry) ?? false
}

/**
 * Whether the object that the server returned for a write shows no effect of the edit. Another value than the written one is an effect: a
 * webhook may complete an image's name.
 */
export function isWithoutEffect(edit: Edit, written: unknown): boolean {
  if (edit.field === 'imagePullSecrets') return !isWritten(edit, written)
  return edit.before !== edit.after && hasValue(edit, written, edit.before)
}

function hasValue(edit: Exclude<Edit, { field: 'imagePullSecrets' }>, object: unknown, value: string | null) {
  if (valueAt(object, `${edit.pointer}/name`) !== edit.container) return false
  return (valueAt(object, `${edit.pointer}/${edit.field}`) ?? null) === value
}

/** A patch that reverts a change in the fields that still contain what the change wrote. */
export interface Restoration {
  /** Edits that the patch reverts. */
  held: Edit[]
  /** Edits whose fields have other values now. */
  changed: Edit[]
  patch: PatchOperation[]
}

/** The patch that reverts `change` in the current object. List entries that others added stay, in their order. */
export function restoration(change: PatchChange, object: unknown): Restoration {
  const held = change.edits.filter(edit => isWritten(edit, object))
  const changed = change.edits.filter(edit => !held.includes(edit))
  const tests: PatchOperation[] = [
    { op: 'test', path: '/metadata/uid', value: valueAt(object, '/metadata/uid') },
  ]
  const writes: PatchOperation[] = []
  for (const edit of held) {
    const [test, write] = edit.field === 'imagePullSecrets' ? removeEntry(edit, object) : restoreField(edit)
    tests.push(...test)
    writes.push(write)
  }
  return { held, changed, patch: [...tests, ...writes] }
}

type Reversal = [tests: PatchOperation[], write: PatchOperation]

function removeEntry(
  { pointer, before, entry }: Extract<Edit, { field: 'imagePullSecrets' }>,
  object: unknown,
): Reversal {
  const list = pullSecretsAt(object, pointer) ?? []
  const index = list.findLastIndex(({ name }) => name === entry)
  const test: PatchOperation = { op: 'test', path: pointer, value: list }
  // If the list was absent before and has only this entry, the whole list is removed.
  const path = before === null && list.length === 1 ? pointer : `${pointer}/${index}`
  return [[test], { op: 'remove', path }]
}

function restoreField(edit: Exclude<Edit, { field: 'imagePullSecrets' }>): Reversal {
  const path = `${edit.pointer}/${edit.field}`
  const tests: PatchOperation[] = [
    { op: 'test', path: `${edit.pointer}/name`, value: edit.container },
    { op: 'test', path, value: edit.after },
  ]
  return [tests, edit.before === null ? { op: 'remove', path } : { op: 'replace', path, value: edit.before }]
}
