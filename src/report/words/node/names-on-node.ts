/** The words of an image that a node has under another name than the pod asks for. */

import type { StepOf } from '../../../advice/step/step.ts'
import type { PullingNode } from '../../../diagnosis/node/pulling-node.ts'
import { withoutVersion } from '../../../image/reference.ts'
import { shellWord } from '../../sanitize.ts'
import type { Findings, StepText } from '../step-words.ts'
import { nodeClientStep, onNodes } from './node.ts'
import { containerdClient } from './node-images.ts'

/** Returns how to list the names of images, and how to give one another; CRI-O has no client for that, and Podman uses the same store. */
function clientOf(node: PullingNode): { list: string; tag: string; note: string } {
  if (node.runtime === 'docker') return { list: 'docker images', tag: 'docker tag', note: '' }
  if (node.runtime === 'cri-o')
    return { list: 'crictl images', tag: 'podman tag', note: ', if Podman is installed there' }
  const client = containerdClient(node)
  return { list: `${client} images ls -q`, tag: `${client} images tag`, note: '' }
}

/** Gives the image the name that the kubelet looks for, or shows the names that it has. */
export function tagged({ image, name }: StepOf<'tag-image'>, findings: Findings): StepText {
  const [{ host }] = findings
  const { list, tag, note } = clientOf(host)
  if (name !== null)
    return nodeClientStep(
      `Compare ${name}, which is ${onNodes(findings)}, with the image that the pod needs; if it is the same one, give it the name that the kubelet looks for${note}`,
      `${tag} ${shellWord(name)} ${shellWord(image)}`,
      findings,
    )
  const search = host.os === 'windows' ? 'findstr' : 'grep'
  const last = withoutVersion(image).split('/').at(-1) ?? image
  return nodeClientStep(
    `See whether the image is ${onNodes(findings)} under another name, such as without its registry, or with localhost/ in front (Podman, Buildah): the kubelet looks for ${image}, which \`${tag}\` adds as a name of it${note}`,
    `${list} | ${search} ${shellWord(last)}`,
    findings,
  )
}
