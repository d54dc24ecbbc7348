/** Recognizes the kustomizations that change what other manifests say: an audit reads files, and kustomize builds something else of them. */

import type { ManifestDocument } from './document.ts'
import { textOf, Walk } from './walk.ts'

export interface Kustomization {
  /** Whether it can change images, pull policies, or pull secrets. */
  changesPods: boolean
  /** Whether it inflates Helm charts, for which kustomize wants a flag. */
  inflatesCharts: boolean
}

/** Fields that can change pods (api/types, Kustomization); the others name, label, and add objects. */
const CHANGES_PODS = [
  'images',
  'patches',
  'patchesStrategicMerge',
  'patchesJson6902',
  'replacements',
  'vars',
  'transformers',
  'components',
]
const CHARTS = ['helmCharts', 'helmChartInflationGenerator']

/**
 * Returns the kustomization in a document of a file with the name that kustomize looks for; null for anything else, and for a component,
 * which is only built with others.
 */
export function kustomizationIn({ root, aliases }: ManifestDocument): Kustomization | null {
  const walk = new Walk(aliases)
  const found = { node: root, pointer: [], indirect: false }
  const [apiVersion, kind] = ['apiVersion', 'kind'].map(key => textOf(walk.get(found, key)))
  // Both may be left out.
  if (kind !== '' && kind !== 'Kustomization') return null
  if (apiVersion !== '' && !apiVersion?.startsWith('kustomize.config.k8s.io/')) return null
  const has = (keys: string[]) => keys.some(key => walk.items(walk.get(found, key)).length > 0)
  const inflatesCharts = has(CHARTS)
  return { changesPods: inflatesCharts || has(CHANGES_PODS), inflatesCharts }
}
