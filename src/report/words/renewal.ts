/** How to get a pod of the template that its owner has now. */

import type { StepOf } from '../../advice/step.ts'
import type { Renewal } from '../../snapshot/newest-template.ts'
import { kubectlCommand } from '../invocation.ts'
import { shellWord } from '../sanitize.ts'
import { managedChange } from './managers.ts'
import { objectName, shortList } from './nouns.ts'
import type { StepContext, StepText } from './step-words.ts'

/** The most pods that one command names. */
const MAX_PODS = 10

type Renewed = Pick<StepOf<'renew-pod'>, 'image' | 'owner' | 'renewal'>

export function renewPod({ image, owner, renewal }: Renewed, context: StepContext): StepText {
  const { invocation, findings } = context
  const { namespace, managedBy } = findings[0]
  const path = objectName(owner)
  const has = `${path} already has ${image}`
  switch (renewal.by) {
    case 'paused':
      return {
        text: `Resume the rollout of ${path}${managedBy === undefined ? '' : ', or set spec.paused to false in what deploys it, if that sets it'}: its template already has ${image}, but no pod gets that while the deployment is paused`,
        brief: `Resume the rollout of ${path}, which is paused: its template already has ${image}`,
        command: kubectlCommand(invocation, `rollout resume ${shellWord(path)}`, namespace),
      }
    case 'rolling':
      return {
        text: `Wait for the rollout of ${path}, which replaces the pod: the template already has ${image}`,
        command: kubectlCommand(invocation, `rollout status ${shellWord(path)}`, namespace),
      }
    case 'partition':
      return lowerPartition({ image, owner }, renewal, context)
    case 'on-delete':
      return deletePods(
        `${has}, but with the update strategy OnDelete it does not replace pods by itself`,
        context,
      )
    default:
      return deletePods(`${has}, but it uses a changed template for new pods only`, context)
  }
}

/** @param why the sentence after the colon */
function deletePods(why: string, { invocation, findings }: StepContext): StepText {
  const [{ namespace }] = findings
  const pods = [...new Set(findings.map(({ pod }) => pod))]
  return {
    text: `Delete ${pods.length === 1 ? 'pod' : 'pods'} ${shortList(pods, MAX_PODS)}: ${why}`,
    command: kubectlCommand(
      invocation,
      `delete pod ${pods.slice(0, MAX_PODS).map(shellWord).join(' ')}`,
      namespace,
    ),
  }
}

function lowerPartition(
  { image, owner }: Omit<Renewed, 'renewal'>,
  { pods, to, oneByOne }: Extract<Renewal, { by: 'partition' }>,
  { invocation, findings: [first] }: StepContext,
): StepText {
  const { namespace, managedBy, cause, pod } = first
  const path = objectName(owner)
  const others = pods - to > 1 ? ` (which renews the pods after ${pod} too)` : ''
  const lower = `Lower the partition of ${path} from ${pods} to ${to}${others}`
  const patch = JSON.stringify({ spec: { updateStrategy: { rollingUpdate: { partition: to } } } })
  const { text, ...rest } =
    managedBy === undefined
      ? {
          text: lower,
          command: kubectlCommand(invocation, `patch ${shellWord(path)} -p ${shellWord(patch)}`, namespace),
        }
      : managedChange(managedBy, { what: lower, workload: path, namespace }, invocation)
  const then = oneByOne ? `; then delete pod ${pod}, which the StatefulSet waits for` : ''
  const again = cause === 'image-not-found' ? `, or push ${first.image} again` : ''
  return {
    text: `${text}${then}${again}. The template already has ${image}, but pods below the partition are created from the earlier revision`,
    brief: `${lower}${again}: pods below it are created from the earlier revision`,
    ...rest,
  }
}
