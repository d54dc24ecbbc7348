/** TypeScript's types and the published schema describe the same changes, reasons and so on, because the validators rely on both. */
import { describe, expect, test } from 'vitest'
import { validateChange, validatePlan } from '../../src/apply/schema-validators.js'
import { CAUSES } from '../../src/diagnosis/finding.ts'
import type { Change, ChangeReason, Edit, PatchOperation, Target } from '../../src/plan/change.ts'
import type { Declined, Plan, PlanScope, PlanSubject, TokenKind, UnprovenLogin } from '../../src/plan/plan.ts'
import type { JobLimit, ObjectManager } from '../../src/snapshot/fix-objects.ts'
import { plan } from '../report/plan-samples.ts'
import { schema } from '../report/published-schema.ts'

const target: Target = { apiVersion: 'v1', kind: 'Pod', namespace: 'web', name: 'shop', uid: 'u' }
const tool: ObjectManager = { tool: 'helm', name: 'shop' }
const owner = { kind: 'Deployment', name: 'shop' }
const container = { target, container: 'shop', image: 'nginx' }
const reason: ChangeReason = { code: 'pin' }
const patch: PatchOperation[] = [{ op: 'add', path: '/spec', value: 1 }]

// Every variant with every field that it can have: a new one does not compile until it is listed here.
const REASONS: { [C in ChangeReason['code']]: ChangeReason & { code: C } } = {
  'credential-needed': { code: 'credential-needed', registries: ['docker.io'] },
  'attach-default': { code: 'attach-default' },
  'attach-used': { code: 'attach-used' },
  'template-has-own-secrets': { code: 'template-has-own-secrets', serviceAccount: 'default' },
  pin: { code: 'pin' },
  'pull-policy': { code: 'pull-policy' },
  'replace-registry': { code: 'replace-registry' },
  stuck: { code: 'stuck' },
  'backed-off': { code: 'backed-off' },
  interrupted: { code: 'interrupted', run: 'r1' },
}

const inContainer = { container: 'shop', pointer: '/spec/template/spec/containers/0', before: null, reason }
const EDITS: { [F in Edit['field']]: Required<Edit & { field: F }> } = {
  image: { field: 'image', ...inContainer, after: 'nginx:1' },
  imagePullPolicy: { field: 'imagePullPolicy', ...inContainer, after: 'Always' },
  imagePullSecrets: {
    field: 'imagePullSecrets',
    pointer: '/imagePullSecrets',
    before: [{ name: 'regcred' }, {}],
    entry: 'dockercreds',
    reason,
  },
}

const base = { id: 'one', target, needs: ['other'], managedBy: tool, reason }
const written = { ...base, edits: Object.values(EDITS), patch }
const CHANGES: { [A in Change['action']]: Required<Extract<Change, { action: A }>> } = {
  'create-secret': { ...base, action: 'create-secret', keys: ['a'] },
  'update-secret': {
    ...base,
    action: 'update-secret',
    keys: ['a'],
    ours: true,
    replaces: [
      { key: 'a', username: 'bob' },
      { key: 'b', username: null },
    ],
  },
  'patch-serviceaccount': { ...written, action: 'patch-serviceaccount', sharedWith: ['deployment/cart'] },
  'patch-template': {
    ...written,
    action: 'patch-template',
    selector: 'app=shop',
    rollsOut: true,
    pods: ['shop-1'],
    pulls: 1,
  },
  'recreate-pod': {
    ...base,
    action: 'recreate-pod',
    method: 'evict',
    selector: null,
    pulls: 1,
    controller: { ...owner, uid: 'u' },
    workload: { ...owner, uid: null },
  },
  'recreate-bare-pod': {
    ...base,
    action: 'recreate-bare-pod',
    method: 'delete',
    secretName: 'dockercreds',
    pulls: 1,
  },
  'restore-bare-pod': {
    ...base,
    action: 'restore-bare-pod',
    run: 'r1',
    ending: { uid: 'u', until: 'then' },
    pulls: 0,
  },
}

const DECLINED: { [C in Declined['code']]: Required<Extract<Declined, { code: C }>> } = {
  managed: { code: 'managed', change: CHANGES['create-secret'] },
  'foreign-secret': { code: 'foreign-secret', target, type: 'Opaque', owner: tool },
  'immutable-secret': { code: 'immutable-secret', target },
  'ending-object': { code: 'ending-object', target },
  'no-credential': { code: 'no-credential', registry: 'docker.io', detail: 'why', findings: 1 },
  'unnamed-registry': { code: 'unnamed-registry', registry: 'quay.io', findings: 1 },
  'unneeded-login': { code: 'unneeded-login', registry: 'quay.io', username: 'bob' },
  'unproven-login': {
    code: 'unproven-login',
    registry: 'quay.io',
    username: 'bob',
    why: 'used-up',
    image: null,
    findings: 1,
  },
  'bare-pod': { code: 'bare-pod', target },
  'made-pod': { code: 'made-pod', target, maker: 'gitlab-runner' },
  'mirror-pod': { code: 'mirror-pod', target, node: 'node-1' },
  'immutable-job': { code: 'immutable-job', target, fields: ['image'] },
  'paused-deployment': { code: 'paused-deployment', target, fields: ['image'] },
  'job-would-fail': { code: 'job-would-fail', target, pods: 1, limit: 'backoff-limit' },
  'outgoing-pod': { code: 'outgoing-pod', target, workload: owner },
  'below-partition': { code: 'below-partition', target, workload: owner },
  'other-container-fails': { code: 'other-container-fails', ...container, cause: 'tls' },
  'malformed-secret': { code: 'malformed-secret', target, secret: 'regcred' },
  'unread-account': {
    code: 'unread-account',
    target,
    gap: { what: 'serviceaccounts', namespace: 'web', why: 'forbidden' },
  },
  'custom-controller': { code: 'custom-controller', target, controller: owner },
  'same-account-limited': { code: 'same-account-limited', target, username: 'bob' },
  'not-found': { code: 'not-found', what: 'workload', target },
  'latest-needs-pin': { code: 'latest-needs-pin', ...container },
  'changed-at-admission': { code: 'changed-at-admission', ...container, admitted: 'mirror.example/nginx' },
  'no-digest': { code: 'no-digest', ...container, detail: null },
  'several-digests': { code: 'several-digests', ...container, digests: ['a'] },
  'no-replacement': { code: 'no-replacement', ...container, asked: ['a'], absent: true, detail: null },
  'terminating-namespace': { code: 'terminating-namespace', namespace: 'old' },
  'part-of-workload': { code: 'part-of-workload', target, pods: 1, selector: 'app=shop' },
  'no-remedy': { code: 'no-remedy', ...container, cause: 'tls' },
}

const codes = <T extends string>(all: Record<T, true>) => Object.keys(all).sort()
const TOOLS = codes<ObjectManager['tool']>({
  argocd: true,
  flux: true,
  helm: true,
  olm: true,
  operator: true,
})
const METHODS = codes<Extract<Change, { action: 'recreate-pod' }>['method']>({ delete: true, evict: true })
const OPERATIONS = codes<PatchOperation['op']>({ add: true, remove: true, replace: true, test: true })
const TOKENS = codes<TokenKind>({ 'personal-token': true, 'organization-token': true, 'short-lived': true })
const WHAT = codes<Extract<Declined, { code: 'not-found' }>['what']>({ workload: true })
const UNPROVEN = codes<UnprovenLogin['why']>({
  'wrong-credential': true,
  'no-access': true,
  withheld: true,
  'not-asked-for': true,
  'rate-limited': true,
  unreachable: true,
  'server-error': true,
  'used-up': true,
})
const LIMITS = codes<JobLimit>({
  'backoff-limit': true,
  'backoff-limit-per-index': true,
  'pod-failure-policy': true,
})

const subject: Required<PlanSubject> = {
  kind: 'Deployment',
  namespace: 'web',
  name: 'shop',
  named: [{ kind: 'Pod', name: 'shop-1' }],
}
const scope: Required<PlanScope> = {
  namespaces: ['web'],
  affected: false,
  excluded: [],
  subjects: [subject],
  selector: 'app=shop',
}
const full: Required<Plan> = {
  ...plan(Object.values(CHANGES), { declined: Object.values(DECLINED), scope }),
  credentials: [{ registry: 'docker.io', key: 'k', username: 'bob', origin: 'file', token: 'short-lived' }],
}

interface Definition {
  required: string[]
  properties: Record<string, Definition & { const?: string; enum?: string[]; items?: Definition }>
  oneOf: Definition[]
}
const defs: Record<'Change' | 'Declined' | 'Edit' | 'ChangeReason' | 'Plan' | 'PlanScope', Definition> =
  schema.$defs
const members: [name: string, tag: string, samples: Record<string, object>, Definition[]][] = [
  ['a change', 'action', CHANGES, defs.Change.oneOf],
  ['something declined', 'code', DECLINED, defs.Declined.oneOf],
  ['an edit', 'field', EDITS, defs.Edit.oneOf],
]
const choices = ({ const: only, enum: several = [] }: { const?: string; enum?: string[] } = {}) =>
  only === undefined ? several : [only]
const sorted = (names: Iterable<string>) => [...names].sort()

describe.each(members)('%s', (_name, tag, samples, definitions) => {
  test('has the same variants in both', () => {
    expect(sorted(definitions.flatMap(({ properties }) => choices(properties[tag])))).toEqual(
      sorted(Object.keys(samples)),
    )
  })

  test.each(Object.entries(samples))(
    '%s has the same fields in both, required but for those that earlier versions lack',
    (code, sample) => {
      const one = definitions.find(({ properties }) => choices(properties[tag]).includes(code))
      expect(sorted(Object.keys(one?.properties ?? {}))).toEqual(sorted(Object.keys(sample)))
      const required = Object.keys(sample).filter(name => !['sharedWith', 'replaces'].includes(name))
      expect(sorted(one?.required ?? [])).toEqual(sorted(required))
    },
  )
})

test('a reason has the same codes in both, and each code has the same fields', () => {
  const { properties } = defs.ChangeReason
  expect(sorted(choices(properties.code))).toEqual(sorted(Object.keys(REASONS)))
  const names = new Set(Object.values(REASONS).flatMap(one => Object.keys(one)))
  expect(sorted(Object.keys(properties))).toEqual(sorted(names))
  for (const sample of Object.values(REASONS)) {
    const change = { ...CHANGES['create-secret'], reason: sample }
    expect(validateChange(change), sample.code).toBe(true)
    for (const field of Object.keys(sample)) {
      const { [field]: _, ...rest } = sample as Record<string, unknown>
      expect(validateChange({ ...change, reason: rest }), `${sample.code} without ${field}`).toBe(false)
    }
  }
})

test('a plan has the same fields in both', () => {
  const { properties, required } = defs.Plan
  expect(sorted(Object.keys(properties))).toEqual(sorted(Object.keys(full)))
  expect(sorted(required)).toEqual(sorted(Object.keys(full)))
  for (const part of ['cluster', 'cost'] as const) {
    expect(sorted(Object.keys(properties[part]?.properties ?? {}))).toEqual(sorted(Object.keys(full[part])))
  }
  const { properties: inScope } = defs.PlanScope
  expect(sorted(Object.keys(inScope))).toEqual(sorted(Object.keys(full.scope)))
  expect(sorted(Object.keys(inScope.subjects?.items?.properties ?? {}))).toEqual(sorted(Object.keys(subject)))
  const credential = properties.credentials?.items?.properties ?? {}
  expect(sorted(Object.keys(credential))).toEqual(sorted(Object.keys(full.credentials[0] ?? {})))
})

test('a plan with every kind of change and every declined reason is valid', () => {
  validatePlan(full)
  expect(validatePlan.errors).toBeNull()
})

test('every choice between codes is the same in both', () => {
  const variant = (definition: Definition, tag: string, code: string) =>
    definition.oneOf.find(({ properties }) => choices(properties[tag]).includes(code))?.properties ?? {}
  const { Cause, Manager, PatchOperation } = schema.$defs
  const manager = Manager.oneOf.find((one: { type: string }) => one.type === 'object')
  const pairs: [unknown, string[]][] = [
    [Cause.enum, sorted(CAUSES)],
    [manager.properties.tool.enum, TOOLS],
    [PatchOperation.properties.op.enum, OPERATIONS],
    [defs.Plan.properties.credentials?.items?.properties.token?.enum, TOKENS],
    [variant(defs.Change, 'action', 'recreate-pod').method?.enum, METHODS],
    [variant(defs.Change, 'action', 'recreate-bare-pod').method?.enum, METHODS],
    [variant(defs.Declined, 'code', 'not-found').what?.enum, WHAT],
    [variant(defs.Declined, 'code', 'unproven-login').why?.enum, UNPROVEN],
    [variant(defs.Declined, 'code', 'job-would-fail').limit?.enum, LIMITS],
  ]
  for (const [published, typed] of pairs) expect(sorted(published as string[])).toEqual(typed)
})
