/** One failing pull for the tests of steps: an image, the runtime's error, and what the pod and its node have. */
import { stepsFor } from '../../src/advice/advise.ts'
import type { StepCode } from '../../src/advice/step/step.ts'
import { diagnose } from '../../src/diagnosis/diagnose.ts'
import type { Finding } from '../../src/diagnosis/finding.ts'
import type { HeldImage } from '../../src/snapshot/held-image.ts'
import type { Node } from '../../src/snapshot/node.ts'
import type { Pod } from '../../src/snapshot/pod.ts'
import type { PullSecret } from '../../src/snapshot/pull-secret.ts'
import type { OwnerLink, ServiceAccount, Snapshot } from '../../src/snapshot/snapshot.ts'
import { container, pod, snapshot, waiting } from '../diagnosis/snapshots.ts'

export interface Situation {
  image: string
  /** The runtime's error text. */
  error: string
  /** A usable pull secret for this registry key. */
  login?: string
  /** The pod's pull secret; without `login`, one without entries. */
  secret?: Partial<PullSecret>
  /** The pod's service account. */
  account?: Partial<ServiceAccount>
  /** Another one of its namespace, with the name `other`. */
  otherAccount?: Partial<ServiceAccount>
  node?: Partial<Node>
  pod?: Partial<Pod>
  reason?: string
  /** The objects above the pod. */
  owners?: OwnerLink[]
  /** Images that other pods run. */
  held?: HeldImage[]
  /** ECR's registries whose images the node runs without a pull secret. */
  ecrHosts?: string[]
  /** Nodes whose events say that their disks were full. */
  fullNodes?: string[]
  /** What else a dump shows. */
  shown?: Partial<Snapshot>
}

export function findingOf({
  image,
  error,
  login,
  secret,
  account,
  otherAccount,
  node,
  pod: fields,
  reason = 'ImagePullBackOff',
  owners = [],
  held = [],
  ecrHosts,
  fullNodes = [],
  shown = {},
}: Situation): Finding {
  const pullSecret: PullSecret = {
    namespace: 'web',
    name: 'regcred',
    type: 'kubernetes.io/dockerconfigjson',
    problem: null,
    entries: login === undefined ? [] : [{ key: login, username: 'acme', problem: null }],
    ...secret,
  }
  const pullSecrets = login === undefined && secret === undefined ? [] : [pullSecret]
  const failing = pod({
    namespace: 'web',
    node: 'node-1',
    pullSecrets: pullSecrets.map(({ name }) => name),
    containers: [container({ image, state: waiting(reason, error) })],
    ...fields,
  })
  const nodes: Node[] = node === undefined ? [] : [{ ...NODE, ...node }]
  const serviceAccounts = [
    ...(account === undefined ? [] : [{ name: 'default', ...account }]),
    ...(otherAccount === undefined ? [] : [{ name: 'other', ...otherAccount }]),
  ].map(each => ({ namespace: 'web', imagePullSecrets: [], ...each }))
  const { findings } = diagnose(
    snapshot({
      pods: [failing],
      pullSecrets,
      serviceAccounts,
      nodes,
      owners,
      heldImages: held,
      fullNodes,
      ...(ecrHosts === undefined ? {} : { ecrHosts: [{ node: 'node-1', hosts: ecrHosts }] }),
      ...shown,
    }),
  )
  const [found] = findings
  if (found === undefined) throw new Error(`no finding for ${error}`)
  return found
}

export const stepsIn = (situation: Situation) => stepsFor(findingOf(situation))
export const codesIn = (situation: Situation): StepCode[] => stepsIn(situation).map(({ code }) => code)

/** A Linux node of which nothing else is known. */
export const NODE: Node = {
  name: 'node-1',
  runtime: null,
  kubelet: null,
  os: 'linux',
  osImage: null,
  kernel: null,
  architecture: 'amd64',
  provider: null,
  labels: {},
  images: [],
}

/** A containerd text around what it met. */
export const pulled = (ref: string, error: string) =>
  `Back-off pulling image "${ref}": ErrImagePull: failed to pull and unpack image "${ref}": failed to resolve reference "${ref}": ${error}`
