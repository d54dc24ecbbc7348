/** Judges whether a JSON value is a plan, down to each change: a file may have been cut off, edited by hand or made by another version. */

import { controllerKind, KINDS, type TypeMeta } from '../kubernetes/api/kinds.ts'
import type { Change, ChangeReason, Target } from '../plan/change.ts'
import type { Declined, Plan } from '../plan/plan.ts'
import type { UnprovenLogin } from '../plan/plan-input.ts'
import type { JobLimit, ObjectManager } from '../snapshot/fix-scope.ts'

type Check = (value: unknown) => boolean

const text: Check = value => typeof value === 'string'
const number: Check = value => typeof value === 'number' && Number.isFinite(value)
const yesOrNo: Check = value => typeof value === 'boolean'
/** One segment of an API path; `..` would lead to another object. */
const name: Check = value => typeof value === 'string' && /^[^/\s]+$/.test(value) && !/^\.+$/.test(value)
/** Below an object's spec or its list of pull secrets: a plan changes no other field. */
const pointer: Check = value =>
  typeof value === 'string' &&
  /^\/(imagePullSecrets$|spec\/(jobTemplate\/spec\/)?template\/spec\/)/.test(value)
const orNull =
  (check: Check): Check =>
  value =>
    value === null || check(value)
const oneOf =
  (table: object): Check =>
  value =>
    typeof value === 'string' && Object.hasOwn(table, value)
const list =
  (check: Check): Check =>
  value =>
    Array.isArray(value) && value.every(check)
const fields =
  (checks: Record<string, Check>): Check =>
  value =>
    isObject(value) && Object.entries(checks).every(([field, check]) => check(value[field]))
/** A union, told apart by the field `by`. */
const variants =
  (by: string, table: Record<string, Check>): Check =>
  value =>
    isObject(value) && oneOf(table)(value[by]) && (table[String(value[by])]?.(value) ?? false)

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

const TOOLS: Record<ObjectManager['tool'], true> = {
  argocd: true,
  flux: true,
  helm: true,
  olm: true,
  operator: true,
}

/** Every reason there is; like actions and codes below, a new one does not compile until it is here. */
const REASONS: Record<ChangeReason['code'], Check> = {
  'credential-needed': fields({ registries: list(text) }),
  'attach-default': fields({}),
  'attach-used': fields({}),
  'template-has-own-secrets': fields({ serviceAccount: text }),
  pin: fields({}),
  'pull-policy': fields({}),
  'replace-registry': fields({}),
  stuck: fields({}),
  interrupted: fields({ run: name }),
}

const reason = variants('code', REASONS)
const target = fields({ apiVersion: text, kind: name, namespace: name, name, uid: orNull(text) })
const owner = fields({ kind: text, name: text })
const inContainer = fields({ container: text, pointer, before: orNull(text), after: text, reason })
const edit = variants('field', {
  image: inContainer,
  imagePullPolicy: inContainer,
  imagePullSecrets: fields({ pointer, before: orNull(list(fields({}))), entry: name, reason }),
})
const patched = fields({ edits: list(edit), patch: list(fields({ op: text, path: text })) })
const method = oneOf({ delete: true, evict: true })

const ACTIONS: Record<Change['action'], Check> = {
  'create-secret': fields({ keys: list(text) }),
  'update-secret': fields({ keys: list(text), ours: yesOrNo }),
  'patch-serviceaccount': patched,
  'patch-template': value =>
    patched(value) &&
    fields({ selector: orNull(text), rollsOut: yesOrNo, pods: list(text), pulls: number })(value),
  'recreate-pod': fields({
    method,
    controller: fields({ kind: text, name: text, uid: text }),
    workload: fields({ kind: text, name: text, uid: orNull(text) }),
    selector: orNull(text),
    pulls: number,
  }),
  'recreate-bare-pod': fields({ method, secretName: orNull(name), pulls: number }),
  'restore-bare-pod': fields({
    run: name,
    ending: orNull(fields({ uid: text, until: text })),
    pulls: number,
  }),
}

const inEveryChange = fields({
  id: text,
  target,
  needs: list(text),
  managedBy: orNull(fields({ tool: oneOf(TOOLS), name: text })),
  reason,
})
/** What an action is done to. A plan is shown by what it does, so that a change of one thing can't stand for another's. */
const TARGETS: Record<Change['action'], (target: Target) => boolean> = {
  'create-secret': isOf(KINDS.Secret),
  'update-secret': isOf(KINDS.Secret),
  'patch-serviceaccount': isOf(KINDS.ServiceAccount),
  'patch-template': target => controllerKind(target) !== null,
  'recreate-pod': isOf(KINDS.Pod),
  'recreate-bare-pod': isOf(KINDS.Pod),
  'restore-bare-pod': isOf(KINDS.Pod),
}

function isOf({ kind, apiVersion }: TypeMeta): (target: Target) => boolean {
  return target => target.kind === kind && target.apiVersion === apiVersion
}

const change: Check = value =>
  inEveryChange(value) &&
  variants('action', ACTIONS)(value) &&
  TARGETS[(value as Change).action]((value as Change).target)

const UNPROVEN: Record<UnprovenLogin['why'], true> = {
  'wrong-credential': true,
  'no-access': true,
  withheld: true,
  'not-asked-for': true,
  'rate-limited': true,
  unreachable: true,
  'server-error': true,
  'used-up': true,
}

const LIMITS: Record<JobLimit, true> = {
  'backoff-limit': true,
  'backoff-limit-per-index': true,
  'pod-failure-policy': true,
}

const ofContainer = fields({ target, container: text, image: text })

const CODES: Record<Declined['code'], Check> = {
  managed: fields({ change }),
  'foreign-secret': fields({
    target,
    type: orNull(text),
    owner: orNull(fields({ tool: oneOf(TOOLS), name: text })),
  }),
  'immutable-secret': fields({ target }),
  'no-credential': fields({ registry: text, detail: orNull(text), findings: number }),
  'unnamed-registry': fields({ registry: text, findings: number }),
  'unneeded-login': fields({ registry: text, username: text }),
  'unproven-login': fields({
    registry: text,
    username: text,
    why: oneOf(UNPROVEN),
    image: orNull(text),
    findings: number,
  }),
  'bare-pod': fields({ target }),
  'mirror-pod': fields({ target, node: orNull(text) }),
  'immutable-job': fields({ target, fields: list(text) }),
  'paused-deployment': fields({ target, fields: list(text) }),
  'job-would-fail': fields({ target, pods: number, limit: oneOf(LIMITS) }),
  'outgoing-pod': fields({ target, workload: owner }),
  'below-partition': fields({ target, workload: owner }),
  'other-container-fails': value => ofContainer(value) && fields({ cause: text })(value),
  'malformed-secret': fields({ target, secret: text }),
  'custom-controller': fields({ target, controller: owner }),
  'same-account-limited': fields({ target, username: text }),
  'not-found': fields({ target, what: text }),
  'latest-needs-pin': ofContainer,
  'no-digest': value => ofContainer(value) && fields({ detail: orNull(text) })(value),
  'several-digests': value => ofContainer(value) && fields({ digests: list(text) })(value),
  'no-replacement': value =>
    ofContainer(value) && fields({ asked: list(text), absent: yesOrNo, detail: orNull(text) })(value),
  'terminating-namespace': fields({ namespace: text }),
  'no-remedy': value => ofContainer(value) && fields({ cause: text })(value),
}

const plan = fields({
  apiVersion: value => value === 'pullguard.dev/v1',
  kind: value => value === 'Plan',
  createdAt: text,
  cluster: fields({ server: text, context: orNull(text), uid: text }),
  scope: fields({ namespaces: orNull(list(text)), affected: yesOrNo, excluded: list(text) }),
  secretName: name,
  credentials: list(fields({ registry: text, key: text, username: text, origin: text })),
  changes: list(change),
  declined: list(variants('code', CODES)),
  cost: fields({ pulls: number }),
})

/** Whether it is a whole change of this version. */
export function isChange(value: unknown): value is Change {
  return change(value)
}

/** Whether it is a whole plan of this version. */
export function isPlan(value: unknown): value is Plan {
  return plan(value) && isOfOnePiece(value as Plan)
}

/** The one Secret's name is shown once for all changes, and outcomes are told apart by the changes' ids. */
function isOfOnePiece({ secretName, changes }: Plan): boolean {
  const ids = new Set(changes.map(({ id }) => id))
  return (
    ids.size === changes.length &&
    changes.every(one => namesOfSecrets(one).every(each => each === secretName))
  )
}

function namesOfSecrets(one: Change): (string | null)[] {
  switch (one.action) {
    case 'create-secret':
    case 'update-secret':
      return [one.target.name]
    case 'patch-serviceaccount':
    case 'patch-template':
      return one.edits.flatMap(edit => (edit.field === 'imagePullSecrets' ? [edit.entry] : []))
    case 'recreate-bare-pod':
      return one.secretName === null ? [] : [one.secretName]
    default:
      return []
  }
}
