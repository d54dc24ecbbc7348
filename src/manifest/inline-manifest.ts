/** Reads manifests that stand as a text in another object, with the place of each value in the whole file. */

import { isScalar, type Node, type Scalar } from 'yaml'
import type { Place, WorkloadTemplate } from '../snapshot/template.ts'
import { type ManifestText, readManifest } from './document.ts'
import { workloadsIn } from './narrow-workloads.ts'
import { groupOf, type ManifestObject, objectsIn } from './pod-specs.ts'
import type { LocatedNode } from './walk.ts'

/** A file's text, and where its values are. */
export interface PlacedText {
  /** As shown. */
  path: string
  text: string
  placeOf(node: Node): Place
}

type InlineManifest = Pick<ManifestText, 'documents' | 'placeOf'>

/** Returns what is in a text that begins with `|`, whose lines are those of the file; null for any other value. */
export function inlineManifest(
  found: LocatedNode | null,
  { text, placeOf }: PlacedText,
): InlineManifest | null {
  if (found === null || found.indirect || !isScalar(found.node)) return null
  const { type, value, range } = found.node as Scalar
  if (type !== 'BLOCK_LITERAL' || typeof value !== 'string') return null
  const outer = placeOf(found.node)
  const indent = indentOf(text.slice(range?.[0], range?.[1]), value)
  const { documents, placeOf: inner } = readManifest(value)
  return {
    documents,
    placeOf(node) {
      const { line, column, endLine, endColumn } = inner(node)
      return {
        ...{ line: outer.line + line, column: column + indent },
        ...{ endLine: outer.line + endLine, endColumn: endColumn + indent },
        ...{ start: outer.start, end: outer.end },
      }
    },
  }
}

/** Returns the workloads in a text. */
export function inlineWorkloads({ documents, placeOf }: InlineManifest, path: string): WorkloadTemplate[] {
  const workloads = documents.flatMap(objectsIn).flatMap(object => workloadsIn(object, path, placeOf))
  return workloads.map(each => ({ ...each, podPointer: null, writtenIn: 'text' }))
}

const DEEPEST = 24

/** Returns what the workflows of Argo create: a step's `resource` has the `manifest` of an object. */
export function createdByWorkflow(
  { apiVersion, root, walk }: ManifestObject,
  file: PlacedText,
): WorkloadTemplate[] {
  if (groupOf(apiVersion) !== 'argoproj.io') return []
  const search = (found: LocatedNode, depth: number): WorkloadTemplate[] => {
    if (depth > DEEPEST) return []
    const manifest = inlineManifest(walk.path(found, 'resource', 'manifest'), file)
    const below = [...walk.items(found), ...walk.entries(found).map(([, value]) => value)]
    return [
      ...(manifest === null ? [] : inlineWorkloads(manifest, file.path)),
      ...below.flatMap(each => search(each, depth + 1)),
    ]
  }
  return search(root, 0)
}

/** How far the lines are indented that the value has without their indentation. @param source with the line of the `|` */
function indentOf(source: string, value: string): number {
  const [, ...lines] = source.split(/\r\n|\n|\r/)
  const index = lines.findIndex(line => line.trim() !== '')
  const before = lines[index]?.search(/\S/) ?? 0
  const after = value.split('\n')[index]?.search(/\S/) ?? 0
  return Math.max(0, before - after)
}
