/** Narrows a Node to what advice for its administrator needs. */

import { fullName, parseReference } from '../../image/reference.ts'
import { type Node, PLATFORM_LABELS } from '../../snapshot/node.ts'
import { list, nameOf, record, text, textOrNull } from './shape.ts'

/** The number of images a kubelet reports by default (nodeStatusMaxImages). */
const IMAGES = 50

/** Returns the node; null without a name. Values of the wrong type count as absent. */
export function narrowNode(raw: unknown): Node | null {
  const name = nameOf(raw)
  if (name === null) return null
  const { metadata, spec, status } = record(raw)
  const info = record(record(status).nodeInfo)
  const labels = record(record(metadata).labels)
  return {
    name,
    runtime: textOrNull(info.containerRuntimeVersion),
    kubelet: textOrNull(info.kubeletVersion),
    os: textOrNull(info.operatingSystem) ?? textOrNull(labels['kubernetes.io/os']),
    osImage: textOrNull(info.osImage),
    kernel: textOrNull(info.kernelVersion),
    architecture: textOrNull(info.architecture) ?? textOrNull(labels['kubernetes.io/arch']),
    provider: /^([a-z][a-z0-9+.-]*):\/\//i.exec(text(record(spec).providerID))?.[1]?.toLowerCase() ?? null,
    labels: Object.fromEntries(
      PLATFORM_LABELS.filter(key => typeof labels[key] === 'string').map(key => [key, text(labels[key])]),
    ),
    ...narrowSilence(record(status)),
    images: list(record(status).images).slice(0, IMAGES).flatMap(namesOf).map(asFullName),
  }
}

/** The node controller sets Ready to Unknown once a node has not renewed its lease for 40 seconds (by default). */
function narrowSilence({ conditions }: Record<string, unknown>): Pick<Node, 'silentSince'> {
  const ready = list(conditions)
    .map(record)
    .find(({ type }) => type === 'Ready')
  return ready?.status === 'Unknown'
    ? { silentSince: textOrNull(ready.lastHeartbeatTime) ?? textOrNull(ready.lastTransitionTime) }
    : {}
}

/** Docker lists its images by their short names. */
function asFullName(name: string): string {
  const reference = parseReference(name)
  return reference === null ? name : fullName(reference)
}

/** Returns the names with a tag, or one with a digest if there are none. */
function namesOf(image: unknown): string[] {
  const names = list(record(image).names).map(text).filter(Boolean)
  const tagged = names.filter(name => !name.includes('@'))
  return tagged.length > 0 ? tagged : names.slice(0, 1)
}
