/** Reads kustomizations, which change what other manifests say: an audit reads files, and kustomize builds something else of them. */

import { isScalar } from 'yaml'
import type { Place, WorkloadTemplate } from '../snapshot/template.ts'
import type { ManifestDocument } from './document.ts'
import { type ImageOperation, imageOperationsIn } from './image-operations.ts'
import { inlineManifest, inlineWorkloads, type PlacedText } from './inline-manifest.ts'
import type { ImageRule } from './kustomized-image.ts'
import { type LocatedNode, misreadOf, textOf, Walk } from './walk.ts'

export interface Kustomization {
  /** Only built with others. */
  isComponent: boolean
  /** Whether it can change images, pull policies, or pull secrets in ways that an audit does not follow. */
  changesPods: boolean
  /** Whether it inflates Helm charts, for which kustomize wants a flag. */
  inflatesCharts: boolean
  /** Files and folders, relative to its own folder, and addresses of others. */
  resources: string[]
  components: string[]
  patches: Patch[]
  images: PlacedImageRule[]
  /** Whether `configurations` may name more places of images than kustomize knows. */
  changesCustomImages: boolean
}

export interface Patch {
  /** What it changes; null if the patch itself says so. */
  target: PatchTarget | null
  /** Its file; null for an inline patch. */
  path: string | null
  inline: PatchContent
}

/** Empty: any. Other selectors, and patterns, are not followed. */
export interface PatchTarget {
  kind: string
  name: string
  namespace: string
}

interface PatchContent {
  workloads: WorkloadTemplate[]
  operations: ImageOperation[]
}

export interface PlacedImageRule extends ImageRule {
  /** What becomes a part of the image's name. */
  place: Place
}

/** Fields that can change pods (api/types, Kustomization), besides `images`; the others name, label, and add objects. */
const CHANGES_PODS = [
  'patches',
  'patchesStrategicMerge',
  'patchesJson6902',
  'replacements',
  'vars',
  'transformers',
  'components',
]
const CHARTS = ['helmCharts', 'helmChartInflationGenerator']

/** Returns the kustomization in a document of a file with the name that kustomize looks for; null for anything else. */
export function kustomizationIn({ root, aliases }: ManifestDocument, file: PlacedText): Kustomization | null {
  const walk = new Walk(aliases)
  const found = { node: root, pointer: [], indirect: false }
  const [apiVersion, kind] = ['apiVersion', 'kind'].map(key => textOf(walk.get(found, key)))
  // Both may be left out.
  if (kind !== '' && kind !== 'Kustomization' && kind !== 'Component') return null
  if (apiVersion !== '' && !apiVersion?.startsWith('kustomize.config.k8s.io/')) return null
  const items = (key: string) => walk.items(walk.get(found, key))
  const texts = (key: string) => items(key).map(textOf)
  const has = (keys: string[]) => keys.some(key => items(key).length > 0)
  const inflatesCharts = has(CHARTS)
  return {
    isComponent: kind === 'Component',
    changesPods: inflatesCharts || has(CHANGES_PODS),
    inflatesCharts,
    resources: [...texts('resources'), ...texts('bases')].filter(text => text !== ''),
    components: texts('components').filter(text => text !== ''),
    patches: [
      ...items('patchesStrategicMerge').map(item => patchOf({ target: null, path: item, text: item }, file)),
      ...[...items('patches'), ...items('patchesJson6902')].map(item => {
        const [target, path, text] = ['target', 'path', 'patch'].map(key => walk.get(item, key))
        return patchOf(
          { target: targetOf(target ?? null, walk), path: path ?? null, text: text ?? null },
          file,
        )
      }),
    ],
    images: items('images').flatMap(item => imageRule(item, walk, file) ?? []),
    changesCustomImages: has(['configurations']),
  }
}

function targetOf(target: LocatedNode | null, walk: Walk): PatchTarget | null {
  if (target === null) return null
  const [kind = '', name = '', namespace = ''] = ['kind', 'name', 'namespace'].map(key =>
    textOf(walk.get(target, key)),
  )
  const isSelected = ['labelSelector', 'annotationSelector'].some(key => walk.get(target, key) !== null)
  // Nothing has this name.
  return { kind, name: isSelected ? '?' : name === '.*' ? '' : name, namespace }
}

function patchOf(
  { target, path, text }: { target: PatchTarget | null; path: LocatedNode | null; text: LocatedNode | null },
  file: PlacedText,
): Patch {
  const manifest = inlineManifest(text, file)
  if (manifest === null) return { target, path: fileIn(path), inline: { workloads: [], operations: [] } }
  const { documents, placeOf } = manifest
  return {
    target,
    path: null,
    inline: {
      workloads: inlineWorkloads(manifest, file.path),
      operations: documents.flatMap(document => imageOperationsIn(document, placeOf)),
    },
  }
}

/** What patchesStrategicMerge has inline is not a path. */
function fileIn(path: LocatedNode | null): string | null {
  const text = textOf(path)
  return text === '' || text.includes('\n') || !isScalar(path?.node) ? null : text
}

function imageRule(item: LocatedNode, walk: Walk, { placeOf }: PlacedText): PlacedImageRule | null {
  const written = (key: keyof ImageRule) => {
    const found = walk.get(item, key)
    return misreadOf(found)?.source ?? textOf(found)
  }
  const [changed] = ['digest', 'newTag', 'tagSuffix', 'newName'].flatMap(key => walk.get(item, key) ?? [])
  if (written('name') === '' || changed === undefined) return null
  return {
    name: written('name'),
    newName: written('newName'),
    newTag: written('newTag'),
    digest: written('digest'),
    tagSuffix: written('tagSuffix'),
    place: placeOf(changed.node),
  }
}
