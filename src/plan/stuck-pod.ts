/** Joins failing pods to their findings and workloads, and says which changes bring a new pod its login. */

import type { Finding } from '../diagnosis/finding.ts'
import { coversRepository } from '../dockerconfig/docker-key.ts'
import { isDockerHub } from '../image/docker-hub.ts'
import { parseReference, repositoryOf } from '../image/reference.ts'
import type { ScopeController, ScopeWorkload } from '../snapshot/fix-objects.ts'
import { objectKey } from '../snapshot/object-key.ts'
import { ordinalOf, type Pod } from '../snapshot/pod.ts'
import type { Change, Edit, Target } from './change.ts'
import type { Declined, PlanCredential } from './plan.ts'
import type { PlanInput } from './plan-input.ts'

export interface StuckPod {
  pod: Pod
  findings: Finding[]
  /** Those of `findings` that the available credentials would fix. */
  helped: Finding[]
  /** null for a bare pod, and for a controller that pullguard does not write to. */
  workload: ScopeWorkload | null
}

/** Where the Secret will be available once the changes are made. A null id means that it already is. */
export interface AttachedSecrets {
  changes: Change[]
  declined: Declined[]
  /** Namespace → id of the change that brings the Secret. */
  secrets: Map<string, string | null>
  /** Key of the service account → id of the change that attaches it. */
  serviceAccounts: Map<string, string | null>
}

/** Every pod of the diagnosis that is in scope and not terminating, in the diagnosis's order. */
export function stuckPods(input: PlanInput): StuckPod[] {
  const pods = new Map(input.snapshot.pods.map(pod => [objectKey(pod.namespace, pod.name), pod]))
  const workloads = new Map(
    input.fixObjects.workloads.flatMap(workload => workload.podUids.map(uid => [uid, workload] as const)),
  )
  const live = liveNamespaces(input)
  const stuck = new Map<string, StuckPod>()
  for (const finding of input.diagnosis.findings) {
    const pod = pods.get(objectKey(finding.namespace, finding.pod))
    if (!pod || pod.terminating || !live.has(pod.namespace)) continue
    const entry = stuck.get(pod.uid) ?? {
      pod,
      findings: [],
      helped: [],
      workload: workloads.get(pod.uid) ?? null,
    }
    entry.findings.push(finding)
    if (isHelped(finding, input.credentials)) entry.helped.push(finding)
    stuck.set(pod.uid, entry)
  }
  return [...stuck.values()]
}

/** The namespaces in scope that are not terminating, so that they can be written to. */
export function liveNamespaces({ fixObjects }: PlanInput): ReadonlySet<string> {
  return new Set(fixObjects.namespaces.filter(({ terminating }) => !terminating).map(({ name }) => name))
}

/** A credential helps a finding that needs one for that registry, unless the credential's own account is the rate-limited one. */
function isHelped(finding: Finding, credentials: PlanCredential[]): boolean {
  return (
    finding.remedies.includes('authenticate') &&
    credentials.some(credential => coversImageOf(credential, finding)) &&
    malformedSecret(finding) === null &&
    limitedAccount(finding, credentials) === null
  )
}

/** A credential serves its whole registry or, if its key names a path, the images at and below that path. */
export function coversImageOf(
  { registry, key }: PlanCredential,
  { registry: asked, reference }: Pick<Finding, 'registry' | 'reference'>,
): boolean {
  return registry === asked && coversRepository(key, registry, repositoryOf(reference))
}

/** The name of a malformed pull secret, which makes every pull of the pod fail whatever other credentials it has; null if there is none. */
export function malformedSecret(finding: Finding): string | null {
  return finding.credential.attempts.find(attempt => attempt.problem === 'malformed')?.secret ?? null
}

/** The account whose own rate limit was hit, if the credential at hand is of the same account; else null. */
export function limitedAccount(finding: Finding, credentials: PlanCredential[]): string | null {
  if (finding.cause !== 'rate-limited' || finding.subcause !== 'account') return null
  const own = credentials.find(credential => coversImageOf(credential, finding))
  const used = finding.credential.attempts.some(
    attempt => attempt.usable && attempt.username === own?.username,
  )
  return own && used ? own.username : null
}

/** The pod as the target of a change. */
export function podTarget(pod: Pod): Target {
  const { namespace, name, uid } = pod
  return { apiVersion: 'v1', kind: 'Pod', namespace, name, uid }
}

/** Where a new pod gets its pull secrets from. */
interface PullSecretSource {
  namespace: string
  serviceAccount: string
  /** The list of its template; null if it has none, so that admission copies the service account's. */
  list: ScopeWorkload['imagePullSecrets']
}

/** Ids of the changes after which a new pod has the login; empty if it has it already; null if no change brings it. */
export function loginChanges(
  { namespace, serviceAccount, list }: PullSecretSource,
  secretName: string,
  { secrets, serviceAccounts }: AttachedSecrets,
): string[] | null {
  const secret = secrets.get(namespace)
  if (secret === undefined) return null
  const content = secret === null ? [] : [secret]
  if (list !== null) return list.some(({ name }) => name === secretName) ? content : null
  const account = serviceAccounts.get(objectKey(namespace, serviceAccount))
  if (account === undefined) return null
  return account === null ? content : [account]
}

/** The pull secrets of the template that the pod's controller makes new pods from; null if the template has no list. */
export function ownList(
  input: PlanInput,
  pod: Pod,
  workload: ScopeWorkload,
): ScopeWorkload['imagePullSecrets'] {
  const direct = controllerOf(input, pod)
  if (direct?.partition && isBelowPartition(input, pod)) return direct.partition.imagePullSecrets
  return direct === undefined ? workload.imagePullSecrets : direct.imagePullSecrets
}

function controllerOf({ fixObjects }: PlanInput, { controller }: Pod): ScopeController | undefined {
  return fixObjects.controllers.find(({ uid }) => uid === controller?.uid)
}

/** Whether the StatefulSet's partition keeps the pod at the earlier revision. */
export function isBelowPartition(input: PlanInput, pod: Pod): boolean {
  const partition = controllerOf(input, pod)?.partition
  const ordinal = ordinalOf(pod)
  return partition != null && ordinal !== null && ordinal < partition.below
}

/** Whether the pod is of an earlier revision of its Deployment, which will delete it. */
export function isOutgoing(input: PlanInput, pod: Pod): boolean {
  return controllerOf(input, pod)?.outgoing ?? false
}

/** One pull per image from Docker Hub; a node that has the image spends none, so this is an upper bound. */
export function podPulls(pod: Pod): number {
  return pullsOf(pod.containers.filter(({ kind }) => kind !== 'ephemeral').map(({ image }) => image))
}

/** The same for a pod created from the edited template. */
export function templatePulls(workload: ScopeWorkload, edits: Edit[]): number {
  return pullsOf(imagesAfter(workload, edits))
}

/** The images of the edited template, in the order of its containers. */
export function imagesAfter({ containers }: ScopeWorkload, edits: Edit[]): string[] {
  return containers.map(({ name, image }) => {
    const edit = edits.find(one => one.field === 'image' && one.container === name)
    return edit?.field === 'image' ? edit.after : image
  })
}

function pullsOf(images: string[]): number {
  const references = images
    .map(image => parseReference(image))
    .filter(reference => reference !== null && isDockerHub(reference.registry))
  return new Set(references.map(one => `${one?.repository}:${one?.tag}@${one?.digest}`)).size
}
