/** Narrows objects that configure or run a mirror: OpenShift's mirror sets, peer-to-peer DaemonSets, and webhooks that change images. */

import type { ImageRewriter, MirrorSetEntry, PeerMirror } from '../../snapshot/mirrors.ts'
import { list, nameOf, namespaceOf, record, text } from './shape.ts'

/** The list of sources in each kind's spec. */
const SOURCES: Record<MirrorSetEntry['kind'], string> = {
  ImageTagMirrorSet: 'imageTagMirrors',
  ImageDigestMirrorSet: 'imageDigestMirrors',
  ImageContentSourcePolicy: 'repositoryDigestMirrors',
}

/** Each source with its mirrors; a source without mirrors configures none. */
export function narrowMirrorSet(kind: MirrorSetEntry['kind'], raw: unknown): MirrorSetEntry[] {
  const name = nameOf(raw)
  if (name === null) return []
  return list(record(record(raw).spec)[SOURCES[kind]]).flatMap(entry => {
    const { source, mirrors, mirrorSourcePolicy } = record(entry)
    const hosts = list(mirrors).map(text).filter(Boolean)
    if (text(source) === '' || hosts.length === 0) return []
    return {
      kind,
      name,
      source: text(source),
      mirrors: hosts,
      never: mirrorSourcePolicy === 'NeverContactSource',
    }
  })
}

/** The image of each product's own agent. */
const PEERS: [PeerMirror['product'], RegExp][] = [
  ['spegel', /(?:^|\/)spegel(?=[:@]|$)/],
  ['dragonfly', /(?:^|\/)dragonfly[\w-]*\/(?:client|dfdaemon)(?=[:@]|$)|(?:^|\/)dfdaemon(?=[:@]|$)/],
  ['kraken', /(?:^|\/)kraken-agent(?=[:@]|$)/],
]

/** The peer-to-peer mirror that a DaemonSet runs; null for any other. */
export function narrowPeer(raw: unknown): PeerMirror | null {
  const name = nameOf(raw)
  if (name === null) return null
  const template = record(record(record(raw).spec).template)
  const images = list(record(template.spec).containers).map(container => text(record(container).image))
  const found = PEERS.find(([, words]) => images.some(image => words.test(image)))
  return found === undefined ? null : { product: found[0], namespace: namespaceOf(raw), name }
}

const REWRITERS: [ImageRewriter['product'], RegExp][] = [
  ['kube-image-keeper', /kube-image-keeper|\bkuik\b/],
  ['k8s-image-swapper', /image-swapper/],
  ['harbor-container-webhook', /harbor-container-webhook/],
  ['zarf', /\bzarf\b/],
]

/** The product that changes images by this webhook, by the names of the webhook and of its service; null for any other. */
export function narrowRewriter(raw: unknown): ImageRewriter | null {
  const name = nameOf(raw)
  if (name === null) return null
  const services = list(record(raw).webhooks).map(webhook => {
    const service = record(record(record(webhook).clientConfig).service)
    return `${text(record(webhook).name)} ${text(service.name)}`
  })
  const names = [name, ...services].join(' ').toLowerCase()
  const found = REWRITERS.find(([, words]) => words.test(names))
  return found === undefined ? null : { product: found[0], name }
}
