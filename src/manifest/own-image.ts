/**
 * Recognizes the parts of custom objects whose image an operator runs, such as SparkApplication, Prometheus, CephCluster, and the disks of
 * KubeVirt: a text that is called an image beside what only pods have.
 */

import { isMap } from 'yaml'
import { type LocatedNode, textOf, type Walk } from './walk.ts'

/** CloudNativePG's Cluster has `imageName`. */
const IMAGES = ['image', 'imageName']
/** Fields of pods and their controllers. `sourceType` is OLM's, which runs the image of a CatalogSource. */
const BESIDE = [
  ...['imagePullPolicy', 'imagePullSecret', 'imagePullSecrets', 'serviceAccount', 'serviceAccountName'],
  ...['replicas', 'instances', 'resources', 'env', 'command', 'args', 'nodeSelector', 'tolerations'],
  ...['affinity', 'securityContext', 'sourceType'],
]
/** Objects of KubeVirt and Rook that have nothing beside the image. */
const NAMED = ['containerDisk', 'cephVersion']
/** Fields that may become a part of the image's name. */
const PARTS = ['tag', 'sha', 'digest', 'imageTag', 'repository', 'registry']

/**
 * Groups whose images are values of charts, names to look for or to replace, or the system of machines: Flux, Argo CD, K3s, kustomize,
 * Carvel, kind, and the Cluster API.
 */
export const OTHER_IMAGES =
  /(?:^|\.)(?:toolkit\.fluxcd\.io|argoproj\.io|helm\.cattle\.io|config\.kubernetes\.io|kustomize\.config\.k8s\.io|k14s\.io|kind\.x-k8s\.io|cluster\.x-k8s\.io)$/

/** Returns the key of the image; null if the object has none, or only a part of its name. */
export function ownImageIn(found: LocatedNode, walk: Walk): string | null {
  if (!isMap(found.node)) return null
  const has = (key: string) => walk.get(found, key) !== null
  const key = IMAGES.find(each => isImage(textOf(walk.get(found, each))))
  if (key === undefined || PARTS.some(has)) return null
  // Chart values may stand anywhere, and a chart is free to compose its images.
  if (found.pointer.some(step => step === 'values' || step === 'valuesObject')) return null
  const isWhole = /[:@][^/]*$/.test(textOf(walk.get(found, key)))
  if (!isWhole && has('version')) return null
  return NAMED.includes(String(found.pointer.at(-1))) || BESIDE.some(has) ? key : null
}

/** Whether a text is more than a word, and is neither a URL nor a path, as of a picture or a disk. */
function isImage(text: string): boolean {
  return /[/:@]/.test(text) && !/^(?:[./]|data:|[\w+.-]+:\/\/)/i.test(text)
}
