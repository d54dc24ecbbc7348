/** Watches the pods that the plan aims at until they are back or the time is up. */

import type { KubernetesObject } from '../kubernetes/api/cluster.ts'
import { KINDS } from '../kubernetes/api/kinds.ts'
import { listPath } from '../kubernetes/api/paths.ts'
import type { ClusterWriter } from '../kubernetes/api/writer.ts'
import { AT_ONCE, bounded } from '../network/bounded.ts'
import type { Change } from '../plan/change.ts'
import { type Aim, aimsOf, belongsTo } from './aim.ts'
import type { ApplyContext } from './apply-context.ts'
import type { Outcome, Recovery, RecoveryPod } from './outcome.ts'
import { podState } from './pod-state.ts'
import { statusOf } from './refusal.ts'

/** How often the pods are looked at, in milliseconds. */
const PAUSE = 1_000

interface Watched {
  aim: Aim
  /** Uids of the pods that were there before anything was written. */
  before: Set<string>
  /** Those that came since. */
  pods: RecoveryPod[]
  /** Those of `before` that are still there. */
  old: RecoveryPod[]
}

export class Recoveries {
  readonly #watched: Watched[]
  readonly #context: ApplyContext

  private constructor(watched: Watched[], context: ApplyContext) {
    this.#watched = watched
    this.#context = context
  }

  /** Notes which pods are there now, so that the new ones can be told from them. Call it before the first write. */
  static async before(changes: Change[], context: ApplyContext): Promise<Recoveries> {
    const watched = await bounded(aimsOf(changes), AT_ONCE, async aim => {
      const pods = await podsOf(aim, context.cluster, context.signal)
      return { aim, before: new Set(pods.map(uidOf)), pods: [], old: pods.map(podState) }
    })
    return new Recoveries(watched, context)
  }

  /** Waits until every pod whose change was made is back, at most the context's timeout. */
  wait(outcomes: ReadonlyMap<string, Outcome>): Promise<void> {
    return this.#waitFor(isBack, outcomes)
  }

  /** Waits until every such pod has tried to get its images, whether or not it could. */
  waitForTries(outcomes: ReadonlyMap<string, Outcome>): Promise<void> {
    return this.#waitFor(hasTried, outcomes)
  }

  async #waitFor(enough: Judge, outcomes: ReadonlyMap<string, Outcome>): Promise<void> {
    const { clock, timeoutMs, onProgress, signal } = this.#context
    const deadline = clock.now() + timeoutMs
    const due = this.#watched.map(one => ({ one, wanted: pods(one.aim, outcomes, MADE) }))
    const wanted = due.reduce((sum, each) => sum + each.wanted, 0)
    const open = () => due.filter(each => counted(each.one, outcomes, enough) < each.wanted)
    for (;;) {
      await bounded(open(), AT_ONCE, ({ one }) => this.#look(one))
      const back = due.reduce((sum, { one }) => sum + counted(one, outcomes, isBack), 0)
      if (wanted > 0) onProgress({ phase: 'waiting', recovered: back, wanted })
      if (open().length === 0 || clock.now() + PAUSE > deadline) return
      await clock.sleep(PAUSE, signal)
    }
  }

  /** What came back of all that was aimed at, whether or not its change was made. */
  report(outcomes: ReadonlyMap<string, Outcome>): Recovery[] {
    return this.#watched.map(one => {
      const old = pods(one.aim, outcomes, ['unchanged']) > 0 ? one.old : []
      return {
        namespace: one.aim.namespace,
        workload: one.aim.workload,
        wanted: one.aim.changes.reduce((sum, change) => sum + change.pods, 0),
        recovered: counted(one, outcomes, isBack),
        waiting: [...one.pods, ...old].filter(({ state }) => state !== 'running'),
      }
    })
  }

  async #look(one: Watched): Promise<void> {
    try {
      const all = await podsOf(one.aim, this.#context.cluster, this.#context.signal)
      const there = all.filter(pod => !isEnding(pod))
      one.pods = there.filter(pod => !one.before.has(uidOf(pod))).map(podState)
      one.old = there.filter(pod => one.before.has(uidOf(pod))).map(podState)
    } catch (error) {
      // A look that fails is taken again; what was seen last stands until then.
      statusOf(error)
    }
  }
}

const MADE: Outcome['status'][] = ['applied', 'unchanged']

/** How many pods the aim's changes of that outcome bring. */
function pods({ changes }: Aim, outcomes: ReadonlyMap<string, Outcome>, which: Outcome['status'][]): number {
  return changes
    .filter(({ id }) => which.includes(outcomes.get(id)?.status ?? 'skipped'))
    .reduce((sum, change) => sum + change.pods, 0)
}

type Judge = (pod: RecoveryPod) => boolean

const isBack: Judge = ({ state }) => state === 'running'
const hasTried: Judge = ({ state }) => state !== 'starting'

/** Where a change was made before this run, the pods that it brings were there already: they count unless others of their kind don't run. */
function counted(one: Watched, outcomes: ReadonlyMap<string, Outcome>, judge: Judge): number {
  const fresh = one.pods.filter(judge).length
  const stuck = one.old.filter(({ state }) => state !== 'running').length
  const applied = pods(one.aim, outcomes, ['applied'])
  const earlier = pods(one.aim, outcomes, ['unchanged'])
  return Math.min(applied, fresh) + Math.max(0, earlier - stuck)
}

async function podsOf(aim: Aim, cluster: ClusterWriter, signal?: AbortSignal): Promise<KubernetesObject[]> {
  const found: KubernetesObject[] = []
  const options = {
    limit: 500,
    ...(aim.selector === null ? {} : { labelSelector: aim.selector }),
    ...(aim.pod === null ? {} : { fieldSelector: `metadata.name=${aim.pod}` }),
    ...(signal ? { signal } : {}),
  }
  const path: string = listPath(KINDS.Pod, aim.namespace)
  await cluster.list(path, options, pod => {
    if (belongsTo(pod, aim)) found.push(pod)
  })
  return found
}

function uidOf(pod: KubernetesObject): string {
  return (pod.metadata as { uid: string }).uid
}

function isEnding(pod: KubernetesObject): boolean {
  return (pod.metadata as { deletionTimestamp?: string }).deletionTimestamp !== undefined
}
