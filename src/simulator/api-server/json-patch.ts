/** JSON patch as the API server applies it (evanphx/json-patch): `replace` of an absent key adds it, `test` of one equals null. */

import { isDeepStrictEqual } from 'node:util'
import { copyOf } from '../cluster/objects.ts'
import { unprocessable } from '../cluster/refusal.ts'

export interface PatchOperation {
  op: string
  path: string
  value?: unknown
}

type Container = Record<string, unknown> | unknown[]

/** The patched copy. Throws the 422 without details. */
export function applyJsonPatch<T>(document: T, operations: PatchOperation[]): T {
  const copy = copyOf(document)
  for (const operation of operations) applyOne(copy as Container, operation)
  return copy
}

function applyOne(document: Container, { op, path, value }: PatchOperation): void {
  const keys = path
    .split('/')
    .slice(1)
    .map(key => key.replaceAll('~1', '/').replaceAll('~0', '~'))
  const last = keys.pop()
  const parent = keys.reduce<unknown>((node, key) => childOf(node, key), document)
  if (last === undefined || !isContainer(parent)) throw unprocessable()
  if (op === 'test') {
    if (!isDeepStrictEqual(childOf(parent, last) ?? null, value ?? null)) throw unprocessable()
  } else if (Array.isArray(parent)) changeArray(parent, op, last, value)
  else changeObject(parent, op, last, value)
}

const isContainer = (value: unknown): value is Container => typeof value === 'object' && value !== null

function childOf(node: unknown, key: string): unknown {
  if (!isContainer(node)) throw unprocessable()
  if (!Array.isArray(node)) return node[key]
  const index = Number(key)
  if (!Number.isInteger(index) || index < 0 || index >= node.length) throw unprocessable()
  return node[index]
}

function changeObject(parent: Record<string, unknown>, op: string, key: string, value: unknown): void {
  if (op === 'add' || op === 'replace') parent[key] = copyOf(value)
  else if (op === 'remove' && key in parent) delete parent[key]
  else throw unprocessable()
}

function changeArray(parent: unknown[], op: string, key: string, value: unknown): void {
  const index = key === '-' && op === 'add' ? parent.length : Number(key)
  const limit = op === 'add' ? parent.length : parent.length - 1
  if (!Number.isInteger(index) || index < 0 || index > limit) throw unprocessable()
  if (op === 'add') parent.splice(index, 0, copyOf(value))
  else if (op === 'replace') parent[index] = copyOf(value)
  else if (op === 'remove') parent.splice(index, 1)
  else throw unprocessable()
}
