/** Asks the server, before a pod is taken from its controller, whether it would let the controller make another one. */

import type { KubernetesObject } from '../kubernetes/api/cluster.ts'
import type { Change, PatchTemplate, RecreatePod } from '../plan/change.ts'
import type { ApplyContext } from './apply-context.ts'
import type { Outcome } from './outcome.ts'
import { manifestOf, renamed } from './pod-manifest.ts'
import { outcomeOf, statusOf } from './refusal.ts'
import { collectionPath, objectPath } from './target-object.ts'

/** How long an answer holds for the other pods of the controller, in milliseconds. */
const FRESH = 10_000

interface Answer {
  at: number
  /** The server's own sentence; null where it would take the pod. */
  refusal: Promise<string | null>
}

/** Asks once for all pods of a controller that go at the same time. */
export class Successors {
  readonly #changes: Map<string, Change>
  readonly #context: ApplyContext
  readonly #answers = new Map<string, Answer>()

  constructor(changes: Change[], context: ApplyContext) {
    this.#changes = new Map(changes.map(change => [change.id, change]))
    this.#context = context
  }

  /** What speaks against taking the pod away; null where nothing does. */
  async refusalOf(change: RecreatePod): Promise<Outcome | null> {
    const { clock } = this.#context
    const { uid } = change.controller
    let answer = this.#answers.get(uid)
    if (answer === undefined || clock.now() - answer.at > FRESH) {
      answer = { at: clock.now(), refusal: this.#ask(change) }
      this.#answers.set(uid, answer)
    }
    const refusal = await answer.refusal
    return refusal === null
      ? null
      : outcomeOf(change, 'refused', { reason: { code: 'successor-refused' }, detail: refusal })
  }

  async #ask(change: RecreatePod): Promise<string | null> {
    const pod = await this.#context.cluster.get(objectPath(change.target)).catch(statusOf)
    // Whoever takes it away sees for himself that it is gone.
    if (typeof pod === 'number') return null
    const manifest = renamed(manifestOf(pod, this.#secretsAfter(change)))
    return refusedAs(withoutBlock(manifest), collectionPath(change.target), this.#context)
  }

  /** The list that the change it needs brings it; null: the one that the pod has. */
  #secretsAfter({ needs }: RecreatePod): { name?: string }[] | null {
    for (const id of needs) {
      const needed = this.#changes.get(id)
      if (!needed || !('edits' in needed)) continue
      for (const edit of needed.edits) {
        if (edit.field === 'imagePullSecrets') return [...(edit.before ?? []), { name: edit.entry }]
      }
    }
    return null
  }
}

/** Whether the server would refuse the pods of the template as it will be. @param patched the workload as its dry run left it */
export async function templateRefusal(
  change: PatchTemplate,
  patched: KubernetesObject,
  context: ApplyContext,
): Promise<Outcome | null> {
  const { template } = patched.spec as { template?: { metadata?: object; spec?: object } }
  if (!change.rollsOut || template?.spec === undefined) return null
  const { namespace, name, kind, apiVersion, uid } = change.target
  const owner = { apiVersion, kind, name, uid, controller: true }
  const pod = {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { ...template.metadata, generateName: `${name.slice(0, 50)}-`, ownerReferences: [owner] },
    spec: template.spec,
  }
  const path = collectionPath({ apiVersion: 'v1', kind: 'Pod', namespace, name, uid: null })
  const refusal = await refusedAs(pod, path, context)
  return refusal === null
    ? null
    : outcomeOf(change, 'refused', { reason: { code: 'template-refused' }, detail: refusal })
}

async function refusedAs(
  manifest: KubernetesObject,
  path: string,
  { cluster, redact }: ApplyContext,
): Promise<string | null> {
  try {
    await cluster.create(path, manifest, { dryRun: true })
    return null
  } catch (error) {
    statusOf(error)
    const { message } = error as Error
    return makesRoom(message) ? null : redact(message)
  }
}

/** Who may set an owner need not be allowed to block its deletion. */
function withoutBlock(manifest: KubernetesObject): KubernetesObject {
  const { ownerReferences = [], ...metadata } = manifest.metadata as { ownerReferences?: object[] }
  const owners = ownerReferences.map(owner => ({ ...owner, blockOwnerDeletion: false }))
  return { ...manifest, metadata: { ...metadata, ownerReferences: owners } }
}

/** A full quota has room for the new pod once the old one is gone, unless it was lowered below what is used. */
function makesRoom(message: string): boolean {
  const [, used = '', limited = ''] = /exceeded quota: .*?, used: (.*?), limited: (.*)$/s.exec(message) ?? []
  const limits = new Map(amounts(limited))
  const all = amounts(used)
  return all.length > 0 && all.every(([name, amount]) => amount <= (limits.get(name) ?? Number.NaN))
}

function amounts(text: string): [name: string, amount: number][] {
  return text.split(',').flatMap(part => {
    const [name = '', quantity = ''] = part.trim().split('=')
    const amount = amountOf(quantity)
    return amount === null ? [] : [[name, amount] as [string, number]]
  })
}

const SUFFIXES: Record<string, number> = {
  ...{ n: 1e-9, u: 1e-6, m: 1e-3, '': 1, k: 1e3, M: 1e6, G: 1e9, T: 1e12, P: 1e15, E: 1e18 },
  ...{ Ki: 2 ** 10, Mi: 2 ** 20, Gi: 2 ** 30, Ti: 2 ** 40, Pi: 2 ** 50, Ei: 2 ** 60 },
}

/** A quantity of the API, such as `500m` or `1Gi`; null where it is none. */
function amountOf(text: string): number | null {
  const [, digits, suffix = ''] = /^(\d+(?:\.\d+)?(?:e\d+)?)([a-zA-Z]*)$/.exec(text) ?? []
  const factor = SUFFIXES[suffix]
  return digits === undefined || factor === undefined ? null : Number(digits) * factor
}
