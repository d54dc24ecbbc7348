/** Small scopes, pods and findings for the tests of this room. */
import type { AdvisedFinding } from '../../src/advice/add-steps.ts'
import type { Attempt } from '../../src/diagnosis/credential/credential-report.ts'
import type { Finding } from '../../src/diagnosis/finding.ts'
import { makePlan } from '../../src/plan/make-plan.ts'
import type { Plan } from '../../src/plan/plan.ts'
import type { PlanInput } from '../../src/plan/plan-input.ts'
import type {
  FixObjects,
  ScopeContainer,
  ScopeController,
  ScopeServiceAccount,
  ScopeWorkload,
} from '../../src/snapshot/fix-objects.ts'
import type { Pod } from '../../src/snapshot/pod.ts'
import { container, pod, snapshot, waiting } from '../diagnosis/snapshots.ts'
import { finding as rateLimited } from '../report/samples.ts'

const HUB_KEY = 'https://index.docker.io/v1/'

export function account(fields: Partial<ScopeServiceAccount> = {}): ScopeServiceAccount {
  const { namespace = 'web', name = 'default' } = fields
  return {
    namespace,
    name,
    uid: `uid-${namespace}-${name}`,
    resourceVersion: '7',
    imagePullSecrets: null,
    managedBy: null,
    ...fields,
  }
}

export function template(fields: Partial<ScopeContainer> = {}): ScopeContainer {
  return {
    name: 'app',
    kind: 'container',
    pointer: '/spec/template/spec/containers/0',
    image: 'nginx:1.27',
    pullPolicy: 'IfNotPresent',
    runningImageIds: [],
    ...fields,
  }
}

export function workload(fields: Partial<ScopeWorkload> = {}): ScopeWorkload {
  return {
    apiVersion: 'apps/v1',
    kind: 'Deployment',
    namespace: 'web',
    name: 'shop',
    uid: 'uid-shop',
    managedBy: null,
    templatePointer: '/spec/template/spec',
    imagePullSecrets: null,
    serviceAccount: 'default',
    containers: [template()],
    selector: 'app=shop',
    replicas: 1,
    rollsOut: true,
    replaces: true,
    paused: false,
    selected: true,
    podUids: ['uid-shop-1'],
    ...fields,
  }
}

/** A stuck pod of a ReplicaSet, or of the given controller. */
export const stuckPod = (fields: Partial<Pod> = {}): Pod =>
  pod({
    controller: controller('ReplicaSet'),
    containers: [container({ state: waiting('ImagePullBackOff') })],
    ...fields,
  })

/** A controller that makes pods directly, without a list of its own. */
export function maker(fields: Partial<ScopeController> & { uid: string }): ScopeController {
  return { imagePullSecrets: null, outgoing: false, partition: null, ...fields }
}

export function controller(kind: string) {
  const apiVersion = kind === 'Job' ? 'batch/v1' : 'apps/v1'
  return { apiVersion, kind, name: `of-${kind}`, uid: `uid-${kind}` }
}

export const finding = (pod: Pod, fields: Partial<Finding> = {}): AdvisedFinding =>
  rateLimited({
    subcause: fields.cause === undefined ? 'anonymous' : null,
    namespace: pod.namespace,
    pod: pod.name,
    container: 'app',
    workload: null,
    image: 'nginx:1.27',
    reference: 'docker.io/library/nginx:1.27',
    endpoint: null,
    since: null,
    evidence: null,
    remedies: ['authenticate'],
    priority: 0,
    ...fields,
  })

/** A usable login that a pull was tried with, as `bob` of another Secret. */
export const tried = (fields: Partial<Attempt> = {}) => ({
  status: 'usable' as const,
  attempts: [
    {
      from: 'pod',
      secret: 'old',
      username: 'bob',
      usable: true,
      problem: null,
      key: 'docker.io',
      ...fields,
    } as const,
  ],
})

function scope(fields: Partial<FixObjects> = {}): FixObjects {
  return {
    clusterUid: 'uid-cluster',
    namespaces: [{ name: 'web', terminating: false }],
    serviceAccounts: [account()],
    secrets: [],
    workloads: [workload()],
    controllers: [],
    jobs: [],
    interruptedPods: [],
    gaps: [],
    ...fields,
  }
}

export interface PlanFields extends Partial<Omit<PlanInput, 'fixObjects' | 'snapshot' | 'diagnosis'>> {
  pods?: Pod[]
  findings?: Finding[]
  fixObjects?: Partial<FixObjects>
}

/** The plan for a cluster with these pods; one finding for each pod by default. */
export function planFor({ pods = [stuckPod()], findings, fixObjects, ...fields }: PlanFields = {}): Plan {
  const takenAt = '2026-11-24T10:10:00Z'
  const source = { type: 'cluster' as const, context: 'prod', server: 'https://prod' }
  const everything = { namespaces: null, labelSelector: null }
  return makePlan({
    createdAt: takenAt,
    cluster: { server: 'https://prod', context: 'prod' },
    scope: { namespaces: null, affected: false, excluded: [] },
    diagnosis: {
      takenAt,
      complete: true,
      source,
      scope: everything,
      summary: { pods: pods.length, failingPods: pods.length, causes: {} },
      findings: findings ?? pods.map(pod => finding(pod)),
      pulling: [],
      gaps: [],
    },
    snapshot: snapshot({ takenAt, source, scope: everything, podCount: pods.length, pods }),
    fixObjects: scope(fixObjects),
    remedies: new Set(['authenticate', 'recreate']),
    secretName: 'dockercreds',
    recreateBarePods: false,
    allowManaged: false,
    overwriteSecret: false,
    replacements: [],
    credentials: [{ registry: 'docker.io', key: HUB_KEY, username: 'alice', origin: 'a file' }],
    missing: [],
    named: [],
    unnamed: [],
    unproven: [],
    images: new Map(),
    ...fields,
  })
}

/** What a plan does, one line for each change. */
export function changesOf(plan: Plan): string[] {
  return plan.changes.map(({ action, id }) => `${action} ${id.slice(id.indexOf(':') + 1)}`)
}

/** What a plan declines and why, one line each. */
export function declinedOf(plan: Plan): string[] {
  return plan.declined.map(one => {
    const target = one.code === 'managed' ? one.change.target : 'target' in one ? one.target : null
    return target === null ? one.code : `${one.code} ${target.kind} ${target.namespace}/${target.name}`
  })
}
