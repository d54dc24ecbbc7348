/** Reads what a live cluster shows of mirrors. What can't be read is a gap; a kind that the server doesn't have is not. */

import { list, record, text } from '../../json/json-object.ts'
import { isNotFound } from '../../kubernetes/api/api-error.ts'
import type { ClusterReader } from '../../kubernetes/api/cluster.ts'
import { KINDS, type Kind, MIRROR_KINDS, nameOf, namespaceOf } from '../../kubernetes/api/kinds.ts'
import type { ImageRewriter, MirrorFacts, MirrorSetEntry, PeerMirror } from '../../snapshot/mirrors.ts'
import { isFinished, type Pod } from '../../snapshot/pod.ts'
import { uniqueGaps } from '../../snapshot/snapshot.ts'
import { narrowPod } from '../narrow/pod.ts'
import { POD_SHAPE } from '../narrow/protobuf-shapes.ts'
import { narrowNode } from '../narrow/related-objects.ts'
import { readEvents } from './pull-events.ts'
import { Reading, type ReadingOptions } from './reading.ts'

/** Reads the whole cluster: mirrors belong to nodes, which have no namespace. @throws the signal's reason; connection errors */
export async function readMirrors(
  cluster: ClusterReader,
  options: Required<Pick<ReadingOptions, 'takenAt'>> & Pick<ReadingOptions, 'signal'>,
): Promise<MirrorFacts> {
  const reading = new Reading(cluster, options)
  const facts: MirrorFacts = {
    takenAt: options.takenAt,
    source: reading.source,
    nodes: [],
    images: [],
    failures: [],
    events: [],
    mirrorSets: [],
    peers: [],
    rewriters: [],
    gaps: [],
  }
  const sets = Object.keys(SOURCES) as MirrorSetEntry['kind'][]
  const [events] = await Promise.all([
    readEvents(reading, null),
    collect(reading, KINDS.Node, facts.nodes, narrowNode),
    readPods(reading, facts),
    collect(reading, KINDS.DaemonSet, facts.peers, narrowPeer),
    collect(reading, MIRROR_KINDS.MutatingWebhookConfiguration, facts.rewriters, narrowRewriter),
    ...sets.map(kind =>
      visit(reading, MIRROR_KINDS[kind], raw => void facts.mirrorSets.push(...narrowMirrorSet(kind, raw))),
    ),
  ])
  return { ...facts, events, gaps: uniqueGaps(reading.gaps) }
}

function collect<Model, Narrow>(
  reading: Reading,
  kind: Kind<Model>,
  into: Narrow[],
  narrow: (raw: Model) => Narrow | null,
): Promise<void> {
  return visit(reading, kind, raw => {
    const found = narrow(raw)
    if (found !== null) into.push(found)
  })
}

async function visit<Model>(reading: Reading, kind: Kind<Model>, use: (raw: Model) => void): Promise<void> {
  try {
    await reading.list(kind, null, {}, use)
  } catch (error) {
    if (!isNotFound(error)) reading.recordGap(error, kind, null)
  }
}

/** Reads only the images of scheduled pods, and the messages of those that wait: whole pods would be too much in a large cluster. */
function readPods(reading: Reading, facts: MirrorFacts): Promise<void> {
  return reading.listOrGap(KINDS.Pod, null, { shape: POD_SHAPE }, raw => {
    const pod = narrowPod(raw)
    if (pod === null) return
    addImages(pod, facts)
    for (const { image, state } of pod.containers) {
      if (state.type === 'waiting' && state.message !== '')
        facts.failures.push({ image, node: pod.node, text: state.message })
    }
  })
}

function addImages(pod: Pod, { images }: MirrorFacts): void {
  const { node } = pod
  if (node === null || isFinished(pod)) return
  for (const { image } of pod.containers) images.push({ image, node })
}

/** The field with the list of sources in each kind's spec. */
const SOURCES: Record<MirrorSetEntry['kind'], string> = {
  ImageTagMirrorSet: 'imageTagMirrors',
  ImageDigestMirrorSet: 'imageDigestMirrors',
  ImageContentSourcePolicy: 'repositoryDigestMirrors',
}

/** Returns each source with its mirrors; a source without mirrors configures nothing. */
function narrowMirrorSet(kind: MirrorSetEntry['kind'], raw: unknown): MirrorSetEntry[] {
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

/** Recognizes each product by the image of its agent. */
const PEERS: [PeerMirror['product'], RegExp][] = [
  ['spegel', /(?:^|\/)spegel(?=[:@]|$)/],
  ['dragonfly', /(?:^|\/)dragonfly[\w-]*\/(?:client|dfdaemon)(?=[:@]|$)|(?:^|\/)dfdaemon(?=[:@]|$)/],
  ['kraken', /(?:^|\/)kraken-agent(?=[:@]|$)/],
]

/** Returns the peer-to-peer mirror that a DaemonSet runs; null for any other DaemonSet. */
function narrowPeer(raw: unknown): PeerMirror | null {
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

/** Returns the product that changes images with this webhook, by the names of the webhook and its service; null for any other. */
function narrowRewriter(raw: unknown): ImageRewriter | null {
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
