/** Finds the images that OpenShift replaces with those of image streams, whatever the template says. */

import type { TemplateContainer } from '../snapshot/template.ts'
import { isOfKind, type ManifestObject } from './pod-specs.ts'
import { textOf } from './walk.ts'

/** Of other kinds than DeploymentConfig. */
const TRIGGERS = 'image.openshift.io/triggers'
/** In the annotation's JSON, where quotes are escaped, containers are chosen by name or by index. */
const CONTAINER = /ontainers\[(?:\?\(@\.name *== *\\?["']([\w.-]+)\\?["']\)|(\d+))\]\.image/g
const PAUSED = /"paused" *: *"?true/

type IsTriggered = (container: Pick<TemplateContainer, 'name' | 'pointer'>) => boolean

/** Returns whether OpenShift replaces the image of a container. */
export function imageTriggersOf(object: ManifestObject): IsTriggered {
  const all = [object, ...templatedIn(object)].map(each => ({
    at: each.root.pointer,
    chosen: new Set([...triggered(each), ...annotated(each)]),
  }))
  return ({ name, pointer }) =>
    all.some(
      ({ at, chosen }) =>
        at.every((key, index) => pointer[index] === key) &&
        (chosen.has(name) || chosen.has(Number(pointer.at(-1)))),
    )
}

/** The objects that a template of OpenShift creates. */
function templatedIn(object: ManifestObject): ManifestObject[] {
  const { root, walk } = object
  if (!['template.openshift.io', ''].some(group => isOfKind(object, group, 'Template'))) return []
  return walk.items(walk.get(root, 'objects')).map(each => ({
    ...object,
    apiVersion: textOf(walk.get(each, 'apiVersion')),
    kind: textOf(walk.get(each, 'kind')),
    root: each,
  }))
}

/** The names of the containers. A trigger that is not automatic waits for somebody. */
function triggered(object: ManifestObject): string[] {
  const { root, walk } = object
  if (!['apps.openshift.io', ''].some(group => isOfKind(object, group, 'DeploymentConfig'))) return []
  return walk.items(walk.path(root, 'spec', 'triggers')).flatMap(trigger => {
    const change = walk.get(trigger, 'imageChangeParams')
    const isAutomatic = walk.plain(walk.get(change, 'automatic')) === true
    return isAutomatic ? walk.items(walk.get(change, 'containerNames')).map(textOf) : []
  })
}

/** The names or indexes of the containers. */
function annotated({ root, walk }: ManifestObject): (string | number)[] {
  const annotation = textOf(walk.path(root, 'metadata', 'annotations', TRIGGERS))
  if (PAUSED.test(annotation)) return []
  return [...annotation.matchAll(CONTAINER)].map(([, name, index]) => name ?? Number(index))
}

/** Returns the name of an image stream that images are looked up in by that name; null for any other object. */
export function localStreamIn(object: ManifestObject): string | null {
  const { root, walk } = object
  if (!isOfKind(object, 'image.openshift.io', 'ImageStream')) return null
  const isLocal = walk.plain(walk.path(root, 'spec', 'lookupPolicy', 'local')) === true
  return isLocal ? textOf(walk.path(root, 'metadata', 'name')) || null : null
}
