/** Plans and results for this room's tests: the article's incident, and everything else that a plan can contain. */
import type { ChangeOutcome, FixResult, OutcomeReason, Recovery } from '../../src/apply/outcome.ts'
import type {
  Change,
  CreateSecret,
  PatchServiceAccount,
  PatchTemplate,
  RecreatePod,
  Target,
} from '../../src/plan/change.ts'
import type { Declined, Plan } from '../../src/plan/plan.ts'
import type { FixReport } from '../../src/report/machine/fix-document.ts'

export const target = (kind: string, name: string, namespace = 'default'): Target => ({
  apiVersion: kind === 'Deployment' ? 'apps/v1' : 'v1',
  kind,
  namespace,
  name,
  uid: `uid-of-${name}`,
})

export const createSecret = (namespace: string, fields: Partial<CreateSecret> = {}): CreateSecret => ({
  id: `secret:${namespace}/dockercreds`,
  action: 'create-secret',
  target: { ...target('Secret', 'dockercreds', namespace), uid: null },
  needs: [],
  managedBy: null,
  reason: { code: 'credential-needed', registries: ['docker.io'] },
  keys: ['https://index.docker.io/v1/'],
  ...fields,
})

export function attach(namespace: string, name = 'default', fields: Partial<PatchServiceAccount> = {}) {
  const reason = { code: name === 'default' ? 'attach-default' : 'attach-used' } as const
  const change: PatchServiceAccount = {
    id: `serviceaccount:${namespace}/${name}`,
    action: 'patch-serviceaccount',
    target: target('ServiceAccount', name, namespace),
    needs: [`secret:${namespace}/dockercreds`],
    managedBy: null,
    reason,
    edits: [
      {
        field: 'imagePullSecrets',
        pointer: '/imagePullSecrets',
        before: [{ name: 'regcred' }],
        entry: 'dockercreds',
        reason,
      },
    ],
    patch: [
      { op: 'test', path: '/metadata/uid', value: `uid-of-${name}` },
      { op: 'test', path: '/imagePullSecrets', value: [{ name: 'regcred' }] },
      { op: 'add', path: '/imagePullSecrets/-', value: { name: 'dockercreds' } },
    ],
    ...fields,
  }
  return change
}

export const recreate = (
  namespace: string,
  workload: string,
  fields: Partial<RecreatePod> = {},
): RecreatePod => ({
  id: `pod:${namespace}/${workload}-x2x7k`,
  action: 'recreate-pod',
  target: target('Pod', `${workload}-x2x7k`, namespace),
  needs: [`serviceaccount:${namespace}/default`],
  managedBy: null,
  reason: { code: 'stuck' },
  method: 'delete',
  controller: { kind: 'ReplicaSet', name: workload, uid: 'rs' },
  workload: { kind: 'Deployment', name: workload, uid: `uid-of-${workload}` },
  selector: null,
  pulls: 1,
  ...fields,
})

export function template(fields: Partial<PatchTemplate> = {}): PatchTemplate {
  const reason = { code: 'pin' } as const
  const pointer = '/spec/template/spec/containers/0'
  const digest = `nginx@sha256:${'ab'.repeat(32)}`
  return {
    id: 'template:web/Deployment/shop',
    action: 'patch-template',
    target: target('Deployment', 'shop', 'web'),
    needs: [],
    managedBy: null,
    reason,
    edits: [{ field: 'image', container: 'shop', pointer, before: 'nginx', after: digest, reason }],
    patch: [
      { op: 'test', path: '/metadata/uid', value: 'uid-of-shop' },
      { op: 'replace', path: `${pointer}/image`, value: digest },
    ],
    selector: 'app=shop',
    rollsOut: true,
    pods: ['shop-1'],
    pulls: 1,
    ...fields,
  }
}

export function plan(changes: Change[], fields: Partial<Plan> = {}): Plan {
  return {
    apiVersion: 'pullguard.dev/v1',
    kind: 'Plan',
    createdAt: '2026-11-24T10:00:00Z',
    cluster: { server: 'https://prod.example', context: 'prod', uid: 'uid-of-kube-system' },
    scope: { namespaces: null, affected: false, excluded: [] },
    secretName: 'dockercreds',
    credentials: [
      {
        registry: 'docker.io',
        key: 'https://index.docker.io/v1/',
        username: 'bob',
        origin: 'file ~/.docker/config.json',
      },
    ],
    changes,
    declined: [],
    cost: { pulls: changes.reduce((sum, change) => sum + ('pulls' in change ? change.pulls : 0), 0) },
    ...fields,
  }
}

/** Two namespaces, two stuck workloads. */
export const incidentPlan = plan([
  createSecret('default'),
  createSecret('kube-system'),
  attach('default'),
  attach('kube-system'),
  recreate('default', 'fifthnginx'),
  recreate('kube-system', 'calico-kube-controllers'),
])

const POD = target('Pod', 'shop-1', 'web')
const IN = { container: 'shop', image: 'nginx' }

/** One entry of each code, so that a reason without words is noticed. */
export const everyDeclined: Declined[] = [
  {
    code: 'managed',
    change: attach('web', 'shop', { managedBy: { tool: 'helm', name: 'shop' } }),
  },
  { code: 'foreign-secret', target: target('Secret', 'dockercreds', 'web'), type: 'Opaque', owner: null },
  { code: 'immutable-secret', target: target('Secret', 'dockercreds', 'api') },
  { code: 'ending-object', target: target('Secret', 'dockercreds', 'api') },
  { code: 'unnamed-registry', registry: 'quay.io', findings: 1 },
  { code: 'unneeded-login', registry: 'quay.io', username: 'robot' },
  { code: 'no-credential', registry: 'ghcr.io', detail: 'no login for it in ~/.docker', findings: 2 },
  {
    code: 'unproven-login',
    ...{ registry: 'ghcr.io', username: 'bob', why: 'no-access', image: 'ghcr.io/a/b:1', findings: 2 },
  },
  { code: 'bare-pod', target: POD },
  { code: 'made-pod', target: POD, maker: 'gitlab-runner' },
  { code: 'mirror-pod', target: POD, node: 'node-1' },
  { code: 'paused-deployment', target: target('Deployment', 'shop', 'api'), fields: ['image'] },
  { code: 'immutable-job', target: target('Job', 'night', 'web'), fields: ['image'] },
  { code: 'job-would-fail', target: target('Job', 'night', 'web'), pods: 7, limit: 'backoff-limit' },
  { code: 'outgoing-pod', target: POD, workload: { kind: 'Deployment', name: 'shop' } },
  { code: 'below-partition', target: POD, workload: { kind: 'StatefulSet', name: 'db' } },
  { code: 'other-container-fails', target: POD, ...IN, cause: 'image-not-found' },
  { code: 'malformed-secret', target: POD, secret: 'regcred' },
  {
    code: 'unread-account',
    target: target('ServiceAccount', 'default', 'web'),
    gap: { what: 'serviceaccounts', namespace: 'web', why: 'forbidden' },
  },
  { code: 'custom-controller', target: POD, controller: { kind: 'Rollout', name: 'shop' } },
  { code: 'same-account-limited', target: POD, username: 'bob' },
  { code: 'not-found', what: 'workload', target: POD },
  { code: 'latest-needs-pin', target: POD, ...IN },
  { code: 'changed-at-admission', target: POD, ...IN, admitted: 'mirror.example/nginx' },
  { code: 'no-digest', target: POD, ...IN, detail: null },
  {
    code: 'several-digests',
    target: target('Deployment', 'shop', 'web'),
    ...IN,
    digests: ['a', 'b'].map(digit => `sha256:${digit.repeat(64)}`),
  },
  { code: 'no-replacement', target: POD, ...IN, asked: ['quay.io/nginx'], absent: true, detail: 'not found' },
  { code: 'terminating-namespace', namespace: 'old' },
  {
    code: 'part-of-workload',
    target: target('StatefulSet', 'db', 'web'),
    pods: 1,
    selector: 'apps.kubernetes.io/pod-index=0',
  },
  { code: 'no-remedy', cause: 'tls', target: POD, ...IN },
]

/** One of each code; a new one does not compile until it is listed here. */
export const OUTCOME_REASONS: { [C in OutcomeReason['code']]: Extract<OutcomeReason, { code: C }> } = {
  'no-login': { code: 'no-login' },
  needs: { code: 'needs', id: '001' },
  unused: { code: 'unused' },
  replaced: { code: 'replaced' },
  'changed-meanwhile': { code: 'changed-meanwhile' },
  'still-changing': { code: 'still-changing' },
  'altered-at-admission': { code: 'altered-at-admission' },
  healed: { code: 'healed' },
  'deleted-meanwhile': { code: 'deleted-meanwhile' },
  'held-back': { code: 'held-back', why: 'no-pulls-left' },
  'successor-refused': { code: 'successor-refused' },
  'template-refused': { code: 'template-refused' },
  finalizer: { code: 'finalizer', finalizer: 'example.com/hold' },
  'not-ended': { code: 'not-ended', finalizer: null, until: '2026-11-24T10:00:30Z' },
  'not-put-back': { code: 'not-put-back' },
  'not-in-journal': { code: 'not-in-journal', run: 'r1' },
}

export const outcome = (change: Change, fields: Partial<ChangeOutcome> = {}): ChangeOutcome => ({
  id: change.id,
  action: change.action,
  target: change.target,
  status: 'applied',
  reason: null,
  detail: null,
  uid: 'uid',
  resourceVersion: '7',
  ...fields,
})

export const recovery = (fields: Partial<Recovery> = {}): Recovery => ({
  namespace: 'default',
  workload: { kind: 'Deployment', name: 'fifthnginx' },
  aimed: 1,
  wanted: 1,
  recovered: 1,
  waiting: [],
  crashing: [],
  over: null,
  missing: null,
  ...fields,
})

export function fixReport(fields: Partial<FixReport> = {}, result: Partial<FixResult> = {}): FixReport {
  return {
    plan: incidentPlan,
    dryRun: false,
    complete: true,
    leftToOwner: 0,
    leftPods: 0,
    findings: [],
    gaps: [],
    ...fields,
    result: {
      run: '20261124-100000-abcd',
      heldBack: null,
      outcomes: incidentPlan.changes.map(change => outcome(change)),
      recoveries: [
        recovery(),
        recovery({
          namespace: 'kube-system',
          workload: { kind: 'Deployment', name: 'calico-kube-controllers' },
        }),
      ],
      ...result,
    },
  }
}
