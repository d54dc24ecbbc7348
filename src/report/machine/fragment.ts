/** An object as far as a change sets it: what somebody commits to Git instead of having it written. */

import type { Change, Edit, PatchChange } from '../../plan/change.ts'

type Fields = Record<string, unknown>

/** The object with its identity and the fields that the change sets, and no others; null for a change to a pod. */
export function fragmentOf(change: Change, secretName: string): Fields | null {
  const { apiVersion, kind, namespace, name } = change.target
  const object: Fields = { apiVersion, kind, metadata: { name, namespace } }
  switch (change.action) {
    case 'create-secret':
    case 'update-secret':
      // The login itself is for the owner to fill in: a plan holds none.
      return { ...object, type: 'kubernetes.io/dockerconfigjson', data: { '.dockerconfigjson': '' } }
    case 'patch-serviceaccount':
    case 'patch-template':
      return { ...object, ...edited(change, secretName) }
    default:
      return null
  }
}

function edited({ edits }: PatchChange, secretName: string): Fields {
  const root: Fields = {}
  for (const edit of edits) {
    if (edit.field === 'imagePullSecrets') {
      const steps = edit.pointer.split('/').slice(1)
      const list = [...(edit.before ?? []), { name: edit.entry || secretName }]
      inside(root, steps.slice(0, -1))[steps.at(-1) ?? ''] = list
    } else {
      setInContainer(root, edit)
    }
  }
  return root
}

/** Containers are named, not numbered: their place in the list may be another one in Git. */
function setInContainer(root: Fields, edit: Exclude<Edit, { field: 'imagePullSecrets' }>): void {
  const steps = edit.pointer.split('/').slice(1, -1)
  const parent = inside(root, steps.slice(0, -1))
  const key = steps.at(-1) ?? ''
  const containers = (parent[key] ?? []) as Fields[]
  parent[key] = containers
  const known = containers.find(({ name }) => name === edit.container)
  if (known) known[edit.field] = edit.after
  else containers.push({ name: edit.container, [edit.field]: edit.after })
}

function inside(root: Fields, steps: string[]): Fields {
  let place = root
  for (const step of steps) {
    const next = (place[step] ?? {}) as Fields
    place[step] = next
    place = next
  }
  return place
}
