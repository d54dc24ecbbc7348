/** Reads the pods that controllers made from the templates of failing ones: where they run an image, it exists, and what differs is the node. */

import { KINDS } from '../../kubernetes/api/kinds.ts'
import type { Pod } from '../../snapshot/pod.ts'
import type { Snapshot } from '../../snapshot/snapshot.ts'
import { narrowPod } from '../narrow/pod.ts'
import { POD_SHAPE } from '../narrow/protobuf-shapes.ts'
import { heldImagesOf, RunningImages } from '../running-images.ts'
import { readDetails } from './read-details.ts'
import type { Reading } from './reading.ts'

/** Each costs a request, which only adds a hint; where more fail, the problem is hardly one node's. */
const MAX_TEMPLATES = 16

/** What one controller makes from one template. */
interface Template {
  namespace: string
  controllerUid: string
  labelSelector: string
}

/** Returns where the failing pods' images run in pods from the same templates. What can't be read is not a gap: the failures are known without it. */
export async function readHeldImages(
  reading: Reading,
  failing: Pod[],
): Promise<Pick<Snapshot, 'heldImages'>> {
  const templates = templatesOf(failing)
  if (templates.length > MAX_TEMPLATES) return {}
  const running = new RunningImages()
  await readDetails(templates, ({ namespace, controllerUid, labelSelector }) => {
    const listing = { limit: 0, shape: POD_SHAPE, labelSelector, fieldSelector: 'status.phase=Running' }
    return reading.list(KINDS.Pod, namespace, listing, raw => {
      const pod = narrowPod(raw)
      if (pod?.controller?.uid === controllerUid) running.add(pod)
    })
  })
  return heldImagesOf(failing, running)
}

function templatesOf(pods: Pod[]): Template[] {
  const templates = pods.flatMap(pod => {
    const labelSelector = selectorOf(pod)
    const { namespace, controller } = pod
    return controller === null || labelSelector === null
      ? []
      : [{ namespace, controllerUid: controller.uid, labelSelector }]
  })
  return [...new Map(templates.map(each => [JSON.stringify(each), each])).values()]
}

/** The label by which a controller tells the pods of one template from those of another; null if it has none. */
function selectorOf({ templateHash, revisionHash, templateGeneration }: Pod): string | null {
  if (templateHash !== undefined) return `pod-template-hash=${templateHash}`
  if (revisionHash !== undefined) return `controller-revision-hash=${revisionHash}`
  return templateGeneration === undefined ? null : `pod-template-generation=${templateGeneration}`
}
