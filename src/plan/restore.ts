/** The way back of a patch: which of its fields still hold what it wrote, and the patch that restores those and only those. */

import type { Edit, PatchChange, PatchOperation } from './change.ts'
import { isWritten, pullSecretsAt, valueAt } from './patch.ts'

export interface Restoration {
  held: Edit[]
  /** Hold something else by now. */
  changed: Edit[]
  patch: PatchOperation[]
}

/** What takes `change` back from `object` as it is now. Entries that others have put into a list stay, in their order. */
export function restoration(change: PatchChange, object: unknown): Restoration {
  const held = change.edits.filter(edit => isWritten(edit, object))
  const changed = change.edits.filter(edit => !held.includes(edit))
  const tests: PatchOperation[] = [
    { op: 'test', path: '/metadata/uid', value: valueAt(object, '/metadata/uid') },
  ]
  const writes: PatchOperation[] = []
  for (const edit of held) {
    const [test, write] = edit.field === 'imagePullSecrets' ? takeOff(edit, object) : putBack(edit)
    tests.push(...test)
    writes.push(write)
  }
  return { held, changed, patch: [...tests, ...writes] }
}

type Way = [tests: PatchOperation[], write: PatchOperation]

function takeOff(
  { pointer, before, entry }: Extract<Edit, { field: 'imagePullSecrets' }>,
  object: unknown,
): Way {
  const list = pullSecretsAt(object, pointer) ?? []
  const index = list.findLastIndex(({ name }) => name === entry)
  const test: PatchOperation = { op: 'test', path: pointer, value: list }
  // A list that was absent is absent again once its only entry is the one that goes.
  const path = before === null && list.length === 1 ? pointer : `${pointer}/${index}`
  return [[test], { op: 'remove', path }]
}

function putBack(edit: Exclude<Edit, { field: 'imagePullSecrets' }>): Way {
  const path = `${edit.pointer}/${edit.field}`
  const tests: PatchOperation[] = [
    { op: 'test', path: `${edit.pointer}/name`, value: edit.container },
    { op: 'test', path, value: edit.after },
  ]
  return [tests, edit.before === null ? { op: 'remove', path } : { op: 'replace', path, value: edit.before }]
}
