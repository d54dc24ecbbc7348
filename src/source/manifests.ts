/** Finds the workloads in manifests, so that what was just applied can be waited for. */

import { UsageError } from '../errors.ts'
import { isObject, list, record, text, textOrNull } from '../json/json-object.ts'
import { kindOf } from '../kubernetes/api/kinds.ts'
import type { RolloutKind } from '../snapshot/rollout.ts'
import { readDocuments } from './dump/documents.ts'
import { findInputs, type InputOptions } from './dump/inputs.ts'
import { shownName } from './file-names.ts'
import { narrowPodTemplate, type PodTemplate } from './narrow/template.ts'
import { SUBJECT_KINDS } from './subject-names.ts'

interface ManifestWorkload {
  kind: RolloutKind
  /** null if the manifest leaves it to the command line. */
  namespace: string | null
  name: string
  template: PodTemplate
}

export interface Manifests {
  workloads: ManifestWorkload[]
  /** What is not waited for: kinds, and why if it is one that could be, with the number of objects of each. */
  passedOver: Map<string, number>
  /** Those among them whose pods are made now, but can't be found from the manifest. */
  unfollowed: Set<string>
}

/** Helm runs its tests on demand, not during an installation. */
const HOOK = 'helm.sh/hook'
const TEST_HOOK = /\btest(?:-success|-failure)?\b/

/** @throws UsageError for input that can't be read, or that contains nothing */
export async function readManifests(options: InputOptions & { signal: AbortSignal }): Promise<Manifests> {
  const found = new ManifestCollector()
  const { inputs, unenteredFolders } = await findInputs(options)
  for (const input of inputs) {
    const handlers = {
      onItem: (raw: unknown) => found.add(raw),
      onDocument: (document: unknown) => found.addDocument(document),
    }
    await readDocuments(input, handlers, options.signal)
  }
  if (found.count === 0) {
    const names = options.files.map(shownName).join(', ')
    const deeper = unenteredFolders.length === 0 ? '' : ' With -R the folders in it are read too.'
    throw new UsageError(`There are no Kubernetes objects in ${names}.${deeper}`)
  }
  return found
}

class ManifestCollector implements Manifests {
  readonly workloads: ManifestWorkload[] = []
  readonly passedOver = new Map<string, number>()
  readonly unfollowed = new Set<string>()
  count = 0

  /** Adds a list, the output of kustomize or helm, or one object. */
  addDocument(document: unknown): void {
    const rest = record(document)
    const items = [...list(document), ...list(rest.items)]
    for (const item of items) this.add(item)
    if (!text(rest.kind).endsWith('List')) this.add(document)
  }

  add(raw: unknown): void {
    const kind = text(record(raw).kind)
    if (!isObject(raw) || kind === '') return
    if (kind.endsWith('List') && Array.isArray(raw.items)) {
      this.addDocument(raw)
      return
    }
    this.count += 1
    const found = workloadIn(raw)
    if ('template' in found) {
      this.workloads.push(found)
      return
    }
    this.passedOver.set(found.what, (this.passedOver.get(found.what) ?? 0) + 1)
    if (found.makesPods) this.unfollowed.add(found.what)
  }
}

/** An object that is not waited for. */
interface Skipped {
  what: string
  makesPods: boolean
}

/** Without a name, the server generates one, which is unknown here. */
function workloadIn(raw: Record<string, unknown>): ManifestWorkload | Skipped {
  const written = text(raw.kind)
  const known = kindOf({ apiVersion: text(raw.apiVersion), kind: written })
  const kind = SUBJECT_KINDS.find(each => each === known?.kind)
  const metadata = record(raw.metadata)
  const name = textOrNull(metadata.name)
  if (kind === undefined) return { what: written, makesPods: hasPodTemplate(raw) }
  if (TEST_HOOK.test(text(record(metadata.annotations)[HOOK])))
    return { what: `${kind} of a Helm test`, makesPods: false }
  if (name === null) return { what: `${kind} without a name`, makesPods: true }
  return { kind, namespace: textOrNull(metadata.namespace), name, template: narrowPodTemplate(raw, kind) }
}

/** Custom resources such as Rollout embed the template of their pods where a Deployment does. */
function hasPodTemplate({ spec }: Record<string, unknown>): boolean {
  return list(record(record(record(spec).template).spec).containers).length > 0
}
