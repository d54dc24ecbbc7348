/** OpenShift's image streams, as far as a short image name can mean one of their tags. */

import { type JsonObject, list, record, text } from '../../json/json-object.ts'
import { nameOf, namespaceOf } from '../../kubernetes/api/kinds.ts'
import { narrowName } from '../../secrecy/foreign-text.ts'
import { objectKey } from '../../snapshot/object-key.ts'
import type { Snapshot, StreamTag } from '../../snapshot/snapshot.ts'
import type { AwaitedImage } from '../awaited-images.ts'

/** Returns the tags that have an image, by the short names that mean them if the stream's lookup policy is local. */
export function narrowImageStream(raw: JsonObject): StreamTag[] {
  const { spec, status } = record(raw)
  const stream = narrowName(nameOf(raw))
  const repository = narrowName(record(status).dockerImageRepository)
  const isLocal = new Set(
    list(record(spec).tags)
      .map(record)
      .filter(({ referencePolicy }) => record(referencePolicy).type === 'Local')
      .map(({ name }) => text(name)),
  )
  return list(record(status).tags)
    .map(record)
    .flatMap(({ tag: name, items }): StreamTag[] => {
      const tag = narrowName(name)
      const [newest] = list(items)
      const source = narrowName(record(newest).dockerImageReference)
      if (stream === '' || tag === '' || source === '') return []
      const image = isLocal.has(tag) && repository !== '' ? `${repository}:${tag}` : source
      return [{ namespace: namespaceOf(raw), stream, tag, image }]
    })
}

/** Whether short names mean the stream's tags, in whatever its project creates from then on (docs.openshift.com, image streams with Kubernetes resources). */
export function isLookedUp({ spec }: JsonObject): boolean {
  return record(record(spec).lookupPolicy).local === true
}

/** Returns the tags that failing pods name as their images, and that are not looked up. */
export function namedStreams(
  awaited: readonly AwaitedImage[],
  streams: Iterable<StreamTag>,
): Pick<Snapshot, 'streamTags'> {
  const wanted = new Set(
    awaited
      .filter(({ image }) => /^[^/@]+$/.test(image))
      .map(({ image, pod }) => objectKey(pod.namespace, image.includes(':') ? image : `${image}:latest`)),
  )
  const found = [...streams].filter(({ namespace, stream, tag }) =>
    wanted.has(objectKey(namespace, `${stream}:${tag}`)),
  )
  return found.length === 0 ? {} : { streamTags: found }
}
