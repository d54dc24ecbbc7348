/** The words of the step for an image that its registry has lost while other pods still run it. */

import type { StepOf } from '../../../advice/step/step.ts'
import { kubectlCommand } from '../../invocation.ts'
import { shellWord } from '../../sanitize.ts'
import { formatNumber, namedList } from '../nouns.ts'
import type { StepWords } from '../step-words.ts'

export const pushHeld: StepWords<StepOf<'push-held'>>['push-held'] = (
  { pods, nodes },
  { invocation, findings: [{ namespace, image }] },
) => {
  const copies =
    nodes.length === 0 ? 'the nodes of the other ready pods of this workload' : namedList('node', nodes, 3)
  const [runs, its] = pods === 1 ? ['pod runs', 'that pod'] : ['pods run', 'those pods']
  const lost =
    'the registry has lost it since, for example by a retention rule (exempt tags that are deployed)'
  const why =
    nodes.length === 0
      ? `so ${lost}, or it was only loaded onto ${pods === 1 ? "that pod's node" : 'their nodes'}`
      : `so its name is right, and ${lost}`
  // Another manifest than the one that is gone, such as that of one platform, has another digest.
  const pinned = image.includes('@') ? ', and write the digest that it gets there,' : ','
  const again = `${image} again from the copy that ${copies} still ${nodes.length === 1 ? 'has' : 'have'}`
  const push = `Push ${again}`
  const [, named] = /^([^@]+:[^@/:]+)@/.exec(image) ?? []
  // A node has the layers of its own platform only, so its copy is the last resort.
  if (named !== undefined)
    return {
      text: `Write the digest that ${named} has today in place of the one in the name, if that tag is still what you want: ${formatNumber(pods)} other ${runs} this image, so its name was right, and the registry has lost that digest since, for example when the tag was built again. Or push ${again}, for its platform alone, and write the digest that it gets there. Until then, keep ${its}: a new one fails on any node where the kubelet has to ask the registry. This shows the digest`,
      brief: `Write the digest that ${named} has today in place of the one in the name: the registry has lost that since. This shows it`,
      command: `docker buildx imagetools inspect ${shellWord(named)}`,
    }
  return {
    text: `${push} (to a registry of your own if this one is not yours)${pinned} or use a tag that exists: ${formatNumber(pods)} other ${runs} this image, ${why}. Until then, keep ${its}: a new one fails on any node where the kubelet has to ask the registry${nodes.length === 0 ? "; this shows the pods' nodes" : ''}`,
    brief: `${push}, or use a tag that exists: ${nodes.length === 0 ? 'the registry does not have this one' : 'the registry has lost this one since'}`,
    ...(nodes.length === 0 && { command: kubectlCommand(invocation, 'get pods -o wide', namespace) }),
  }
}
