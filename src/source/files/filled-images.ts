/** Marks the images that something fills in by their name: Skaffold those that it builds, OpenShift those of local image streams. */

import { sep } from 'node:path'
import type { TemplateContainer, WorkloadTemplate } from '../../snapshot/template.ts'

export interface FilledImages {
  /** The real path of the folder with the manifests; null for any. */
  folder: string | null
  /** Names without tags. */
  images: string[]
  /** Whether an image with a tag is filled in, too. With Skaffold, it may be one that was built before, for others. */
  withTag: boolean
}

/** @param real the real paths, by displayed path */
export function markFilledImages(
  workloads: WorkloadTemplate[],
  filled: readonly FilledImages[],
  real: ReadonlyMap<string, string>,
): WorkloadTemplate[] {
  if (filled.length === 0) return workloads
  return workloads.map(workload => {
    const where = real.get(workload.source?.path ?? '') ?? ''
    const isInside = ({ folder }: FilledImages) => folder === null || where.startsWith(`${folder}${sep}`)
    const namesOf = (some: FilledImages[]) => new Set(some.flatMap(({ images }) => images))
    const names = namesOf(filled.filter(isInside))
    const withTag = namesOf(filled.filter(each => each.withTag && isInside(each)))
    const isFilled = ({ image }: TemplateContainer) =>
      names.has(image) || withTag.has(image.replace(/:[^:/]*$/, ''))
    if (!workload.containers.some(isFilled)) return workload
    return {
      ...workload,
      containers: workload.containers.map(each => (isFilled(each) ? { ...each, placeholder: true } : each)),
    }
  })
}
