/** Reads which images Skaffold builds: where manifests name them without a tag, it fills in what it has built. */

import type { ManifestDocument } from './document.ts'
import { textOf, Walk } from './walk.ts'

/** The names of the images, without tags; empty for any other document. */
export function skaffoldImagesIn({ root, aliases }: ManifestDocument): string[] {
  const walk = new Walk(aliases)
  const found = { node: root, pointer: [], indirect: false }
  if (!textOf(walk.get(found, 'apiVersion')).startsWith('skaffold/')) return []
  return [found, ...walk.items(walk.get(found, 'profiles'))]
    .flatMap(config => walk.items(walk.path(config, 'build', 'artifacts')))
    .map(artifact => textOf(walk.get(artifact, 'image')))
    .filter(image => image !== '')
}
