/** How to get a pod of the template that its owner has now. */

import type { StepOf } from '../../../advice/step/step.ts'
import type { Renewal, StalledRollout } from '../../../snapshot/newest-template.ts'
import { kubectlCommand } from '../../invocation.ts'
import { shellWord } from '../../sanitize.ts'
import { clip } from '../../screen/layout.ts'
import { managedChange } from '../edits/managers.ts'
import { namedList, objectName } from '../nouns.ts'
import type { StepContext, StepText } from '../step-words.ts'

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
      if (renewal.stalled !== undefined) return endStall({ image, owner }, renewal.stalled, context)
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
    case 'one-by-one':
      return deletePods(`${has}, but by default it does not replace a pod that is not ready`, context)
    default:
      return deletePods(`${has}, but it uses a changed template for new pods only`, context)
  }
}

/** What the API server says of a quota that is used up (kubernetes, plugin/pkg/admission/resourcequota). */
const QUOTA = /\bexceeded quota: ([\w.-]+)/

/** Words of admission webhooks that want signatures, such as Connaisseur, Sigstore's policy-controller, Kyverno, and Ratify. */
const OF_SIGNATURE = /(?<!\bcertificate )\bsign(?:ed|ature|atures)\b|\bcosign\b|\bnotary\b|\btrust data\b/i

/** The API server could not ask the webhook, whose name may have such words. */
const NOT_CALLED = /\bfailed calling webhook\b/i

/** In characters: a refusal can quote whole policies. */
const MAX_REFUSAL = 300

/** Waiting does not help while something keeps newer pods away. */
function endStall(
  { image, owner }: Omit<Renewed, 'renewal'>,
  stalled: StalledRollout,
  { invocation, findings: [{ namespace }] }: StepContext,
): StepText {
  const path = objectName(owner)
  const inNamespace = (rest: string) => kubectlCommand(invocation, rest, namespace)
  if (stalled.by === 'late')
    return {
      text: `See why the newest pods of ${path} are not ready: its template already has ${image}, but its rollout has exceeded its progress deadline, so waiting alone does not replace this pod`,
      command: inNamespace(`describe ${shellWord(path)}`),
    }
  const { outgoing } = stalled
  const message = stalled.message.replace(/^pods? "[^"]*" is forbidden: /, '').replace(/\.$/, '')
  const refuses = `${path} already has ${image}, but the API server refuses its new pods (${clip(message, MAX_REFUSAL)})`
  const [, quota] = QUOTA.exec(message) ?? []
  if (quota !== undefined)
    return outgoing === null
      ? {
          text: `Raise quota ${quota}, or free some of it: ${refuses}; this shows it`,
          command: inNamespace(`describe resourcequota ${shellWord(quota)}`),
        }
      : {
          text: `Raise quota ${quota}, or free some of it by removing the older ReplicaSet's pods, none of which is ready: ${refuses}`,
          command: inNamespace(`scale ${shellWord(`replicaset/${outgoing}`)} --replicas=0`),
        }
  const isOfSignature = OF_SIGNATURE.test(message) && !NOT_CALLED.test(message)
  return {
    text: `${isOfSignature ? `Sign ${image}, or have the policy accept it` : 'Correct what the API server refuses'}: ${refuses}; this lists its refusals`,
    command: inNamespace('get events --field-selector reason=FailedCreate'),
  }
}

/** @param why the sentence after the colon */
function deletePods(why: string, { invocation, findings }: StepContext): StepText {
  const [{ namespace }] = findings
  const pods = [...new Set(findings.map(({ pod }) => pod))]
  return {
    text: `Delete ${namedList('pod', pods, MAX_PODS)}: ${why}`,
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
