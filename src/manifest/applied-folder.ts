/** Finds the folders that Flux and Argo CD apply themselves, whatever else builds on them. */

import { isOfKind, type ManifestObject } from './pod-specs.ts'
import { textOf } from './walk.ts'

/** Paths in the repository, without a slash or `./` at either end. */
export function appliedFoldersIn(object: ManifestObject): string[] {
  const { root, walk } = object
  const places = isOfKind(object, 'kustomize.toolkit.fluxcd.io', 'Kustomization')
    ? [walk.path(root, 'spec')]
    : isOfKind(object, 'argoproj.io', 'Application')
      ? [walk.path(root, 'spec', 'source'), ...walk.items(walk.path(root, 'spec', 'sources'))]
      : []
  return places
    .map(place => textOf(walk.get(place, 'path')).split('/'))
    .map(steps => steps.filter(step => step !== '' && step !== '.').join('/'))
    .filter(path => path !== '')
}
