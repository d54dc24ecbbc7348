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
  ...['affinity', 'securityContext', 'sourceType', 'entrypoint'],
]
/** Objects of KubeVirt and Rook that have nothing beside the image. */
const NAMED = ['containerDisk', 'cephVersion']
/** Kinds whose image is not run: it is built, copied, scanned, or judged, or it is a disk. */
const NOT_RUN = /image|build|scan|report|polic|repositor|machine|disk/i
/** The packages of Crossplane: what is in them runs in pods of their own. */
const PACKAGES = { group: 'pkg.crossplane.io', image: 'package', policy: 'packagePullPolicy' }
/** Fields that may become a part of the image's name. */
const PARTS = ['tag', 'sha', 'digest', 'imageTag', 'repository', 'registry']

/**
 * Groups whose images are values of charts, names to look for or to replace, or the system of machines: Flux, Argo CD, K3s, kustomize,
 * Carvel, kind, and the Cluster API.
 */
export const OTHER_IMAGES =
  /(?:^|\.)(?:toolkit\.fluxcd\.io|argoproj\.io|helm\.cattle\.io|config\.kubernetes\.io|kustomize\.config\.k8s\.io|k14s\.io|kind\.x-k8s\.io|cluster\.x-k8s\.io)$/

/** The keys of the image and its pull policy; the policy's is null if the object has none. */
interface OwnImage {
  image: string
  policy: string | null
}

/** The type of the whole object. */
interface ObjectType {
  group: string
  kind: string
}

/** Returns where the image is; null if the object has none, or only a part of its name. */
export function ownImageIn(found: LocatedNode, walk: Walk, type: ObjectType): OwnImage | null {
  const image = type.group === PACKAGES.group ? packageIn(found, walk) : imageKeyIn(found, walk, type)
  if (image === null) return null
  const policy = image === PACKAGES.image ? PACKAGES.policy : 'imagePullPolicy'
  return { image, policy: walk.get(found, policy) === null ? null : policy }
}

/** Crossplane has its own default for the registry, so a name without one is not read. */
function packageIn(found: LocatedNode, walk: Walk): string | null {
  const host = textOf(walk.get(found, PACKAGES.image)).split('/', 1)[0] ?? ''
  return isSpec(found) && host.includes('.') ? PACKAGES.image : null
}

function isSpec({ pointer }: LocatedNode): boolean {
  return pointer.length === 1 && pointer[0] === 'spec'
}

function imageKeyIn(found: LocatedNode, walk: Walk, { kind }: ObjectType): string | null {
  if (!isMap(found.node)) return null
  const has = (key: string) => walk.get(found, key) !== null
  const key = IMAGES.find(each => isImage(textOf(walk.get(found, each))))
  if (key === undefined || PARTS.some(has)) return null
  // Chart values may stand anywhere, and a chart is free to compose its images.
  if (found.pointer.some(step => step === 'values' || step === 'valuesObject')) return null
  const image = textOf(walk.get(found, key))
  const isWhole = /[:@][^/]*$/.test(image)
  if (!isWhole && has('version')) return null
  // A whole name as a setting of an object is the image that the object is about.
  if (isWhole && image.includes('/') && isSpec(found) && !NOT_RUN.test(kind)) return key
  return NAMED.includes(String(found.pointer.at(-1))) || BESIDE.some(has) ? key : null
}

/** Whether a text is more than a word, and is neither a URL nor a path, as of a picture or a disk. */
function isImage(text: string): boolean {
  return /[/:@]/.test(text) && !/^(?:[./]|data:|[\w+.-]+:\/\/)/i.test(text)
}
