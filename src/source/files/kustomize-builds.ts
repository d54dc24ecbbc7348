/**
 * Follows kustomizations to the images that they build of the workloads in other files: by patches with another image, and by `images`. An
 * image that every build replaces is pulled by no pod; the one that replaces it is written in the kustomization.
 */

import { join, resolve, sep } from 'node:path'
import {
  afterBuilds,
  asWritten,
  type Built,
  changedBy,
  isChangedByDefault,
  patchedBy,
} from '../../manifest/built-image.ts'
import type { ImageOperation } from '../../manifest/image-operations.ts'
import type { Kustomization, Patch, PlacedImageRule } from '../../manifest/kustomization.ts'
import { kustomizedImage } from '../../manifest/kustomized-image.ts'
import type { TemplateContainer, WorkloadTemplate } from '../../snapshot/template.ts'

export interface LocatedKustomization extends Kustomization {
  /** The path of its file, as shown. */
  path: string
  /** The real path of its folder; null for a pipe. */
  folder: string | null
}

/** What kustomizations are read with. */
interface KustomizedFiles {
  workloads: readonly WorkloadTemplate[]
  kustomizations: readonly LocatedKustomization[]
  /** The real paths, by displayed path. */
  real: ReadonlyMap<string, string>
  /** The operations in files with JSON patches, by real path. */
  operations: ReadonlyMap<string, PatchFile>
  /** Paths in a repository that Flux or Argo CD applies. */
  applied: readonly string[]
}

export interface PatchFile {
  /** As shown. */
  path: string
  operations: ImageOperation[]
}

/** How many kustomizations may build on each other. */
const DEEPEST = 32

interface KustomizedWorkloads {
  workloads: WorkloadTemplate[]
  /** Kustomizations that change images of objects that were not read. */
  changingOthers: Set<Kustomization>
}

/** Returns the workloads as they are built; those outside every kustomization are as written. */
export function kustomizedWorkloads(files: KustomizedFiles): KustomizedWorkloads {
  const { workloads, kustomizations } = files
  const builder = new Builder(files)
  const built = builder.buildAll()
  const inline = kustomizations.flatMap(({ patches }) => patches.flatMap(patch => patch.inline.workloads))
  const changingOthers = kustomizations.filter(({ images }) => images.some(rule => !builder.used.has(rule)))
  const all = afterBuilds([...workloads, ...inline], built)
  return {
    workloads: all.map(workload => withNames(workload, builder.namedIn)),
    changingOthers: new Set(changingOthers),
  }
}

/** Another name in a manifest would be found by no rule, so that its builds would silently differ. */
function withNames(workload: WorkloadTemplate, named: Builder['namedIn']): WorkloadTemplate {
  if (!workload.containers.some(each => named.has(each))) return workload
  const containers = workload.containers.map(each => {
    const namedIn = named.get(each)
    return namedIn === undefined ? each : { ...each, namedIn }
  })
  return { ...workload, containers }
}

class Builder {
  /** The rules that are about an image of a workload. */
  readonly used = new Set<PlacedImageRule>()
  /** The containers whose image, as written, a rule is about, with the rule's file. */
  readonly namedIn = new Map<TemplateContainer, string>()
  readonly #byFolder: ReadonlyMap<string, LocatedKustomization>
  readonly #inFile: ReadonlyMap<string, WorkloadTemplate[]>
  readonly #operations: ReadonlyMap<string, PatchFile>
  readonly #applied: readonly string[]
  readonly #done = new Map<string, Built[]>()

  constructor({ workloads, kustomizations, real, operations, applied }: KustomizedFiles) {
    this.#operations = operations
    this.#applied = applied.map(path => join(sep, path))
    this.#byFolder = new Map(
      kustomizations.flatMap(each => (each.folder === null ? [] : [[each.folder, each] as const])),
    )
    this.#inFile = Map.groupBy(workloads, ({ source }) => real.get(source?.path ?? '') ?? '')
  }

  /** What each kustomization builds that no other one builds on, or that is applied as it is. */
  buildAll(): Built[] {
    const located = [...this.#byFolder]
    const below = new Set(
      located.flatMap(([folder, { resources }]) => resources.map(each => resolve(folder, each))),
    )
    const isApplied = (folder: string) => this.#applied.some(path => folder.endsWith(path))
    return located
      .filter(([folder, { isComponent }]) => !isComponent && (!below.has(folder) || isApplied(folder)))
      .flatMap(([folder]) => this.#build(folder, 0))
  }

  #build(folder: string, depth: number): Built[] {
    const done = this.#done.get(folder)
    if (done !== undefined || depth > DEEPEST) return done ?? []
    const built = this.#extend([], folder, { depth, extended: new Set() })
    this.#done.set(folder, built)
    return built
  }

  /**
   * Adds and changes what the kustomization of a folder adds and changes, in kustomize's order. Each component counts once, even if several
   * others, or itself, name it.
   */
  #extend(before: Built[], folder: string, chain: { depth: number; extended: Set<string> }): Built[] {
    const { depth, extended } = chain
    const kustomization = this.#byFolder.get(folder)
    if (kustomization === undefined || extended.has(folder)) return before
    extended.add(folder)
    const { resources, components, patches } = kustomization
    const pathsOf = (names: string[]) => [...new Set(names.map(name => resolve(folder, name)))]
    let built = [...before]
    for (const path of pathsOf(resources))
      built.push(...asWritten(this.#inFile.get(path) ?? []), ...this.#build(path, depth + 1))
    for (const path of pathsOf(components)) built = this.#extend(built, path, chain)
    for (const patch of patches) built = this.#patch(built, patch, kustomization)
    return built.map(each => this.#withImages(each, kustomization))
  }

  #patch(
    before: Built[],
    { target, path, inline }: Patch,
    { folder, ...file }: LocatedKustomization,
  ): Built[] {
    const real = path === null ? '' : resolve(folder ?? '', path)
    const found = this.#operations.get(real)
    const workloads = [...inline.workloads, ...(this.#inFile.get(real) ?? [])]
    let built = before
    for (const patch of asWritten(workloads)) built = patchedBy(built, patch, target)
    if (target === null) return built
    for (const operation of inline.operations)
      built = changedBy(built, operation, { target, path: file.path })
    for (const operation of found?.operations ?? [])
      built = changedBy(built, operation, { target, path: found?.path ?? '' })
    return built
  }

  #withImages(built: Built, { images, changesCustomImages, path }: LocatedKustomization): Built {
    if (!changesCustomImages && !isChangedByDefault(built.container)) return built
    let { image, by } = built
    for (const rule of images) {
      const changed = kustomizedImage(image, rule)
      if (changed === null) continue
      this.used.add(rule)
      if (by === null) this.namedIn.set(built.written, path)
      if (changed !== image) by = { place: rule.place, path }
      image = changed
    }
    return { ...built, image, by }
  }
}
