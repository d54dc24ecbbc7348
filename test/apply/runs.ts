/** Runs `fix` and `undo` on the story, from reading the cluster to the recovered pods. */

import type { ApplyContext } from '../../src/apply/apply-context.ts'
import { applyPlan, dryRunPlan } from '../../src/apply/apply-plan.ts'
import { applyUndo } from '../../src/apply/apply-undo.ts'
import { findRun, listRuns, withContinued } from '../../src/apply/journal/find-runs.ts'
import { Journal, journalsOf, recordPodBack, runName } from '../../src/apply/journal/journal.ts'
import { interruptedPods, isUndone, madeSecrets, type Run } from '../../src/apply/journal/run.ts'
import type { ChangeOutcome } from '../../src/apply/outcome.ts'
import { planUndo } from '../../src/apply/plan-undo.ts'
import type { Remedy } from '../../src/diagnosis/finding.ts'
import type { PullSecretContent } from '../../src/dockerconfig/pull-secret-content.ts'
import type { ClusterWriter } from '../../src/kubernetes/api/writer.ts'
import type { Plan } from '../../src/plan/plan.ts'
import { Reading } from '../../src/source/live/reading.ts'
import { clientOf, contextOn } from './in-process-cluster.ts'
import { planOf } from './plan-of.ts'
import { PULL_SECRET, type Story } from './story.ts'
import { settle } from './workloads.ts'

export interface RunOptions {
  /** Called before each request and each journal line. It can throw to simulate a crash. */
  before?: (what: string) => void
  /** Apply a saved plan without adapting it. */
  strict?: boolean
  /** The pull secret's content; this machine's login by default. */
  wanted?: PullSecretContent
  /** Allow writing to a Secret that no run created. */
  overwriteSecret?: boolean
  /** Remedies besides those that are on by default. */
  remedies?: Remedy[]
  /** The killed run to continue. */
  continues?: string | null
}

/** A fix up to its dry run. */
interface Prepared {
  plan: Plan
  checked: ChangeOutcome[]
}

/** Runs `fix` from reading the cluster to the recovered pods. */
export async function fix(of: Story, options: RunOptions = {}) {
  const { client, runs, ...prepared } = await prepare(of, options)
  const result = await apply(of, prepared, options, { client, runs })
  return { ...prepared, result }
}

/** Runs `fix` until everything is ready to be written. */
export async function prepare(of: Story, options: RunOptions = {}) {
  const { before = () => {}, wanted = PULL_SECRET, overwriteSecret = false, remedies = [] } = options
  const client = clientOf(of.server, after(of, before))
  const uid = await new Reading(client).clusterIdentity()
  const { runs } = await listRuns(of.folder)
  const { plan, podsBack } = await planOf(of.cluster, client, wanted, {
    interruptedPods: interruptedPods(runs, uid),
    madeSecrets: madeSecrets(runs, uid),
    overwriteSecret,
    remedies,
  })
  for (const [pod, seen] of podsBack) await recordPodBack(of.folder, runs, pod, seen)
  const context = { ...contextOf(of, client, runs), strict: options.strict ?? false, pullSecret: wanted }
  return { plan, checked: await dryRunPlan(plan, context), client, runs }
}

/** Writes what was prepared, for this story or for one that it is a copy of. */
export async function apply(
  of: Story,
  { plan, checked }: Prepared,
  { before = () => {}, strict = false, wanted = PULL_SECRET, continues = null }: RunOptions = {},
  { client, runs }: { client: ClusterWriter; runs: Run[] } = {
    client: clientOf(of.server, after(of, before)),
    runs: [],
  },
) {
  const context = { ...contextOf(of, client, runs, before, continues), strict, pullSecret: wanted }
  try {
    const result = await applyPlan(plan, checked, context)
    settle(of.cluster)
    return result
  } finally {
    await context.close().catch(() => {})
  }
}

/** Undoes the newest run, or the one named. */
export async function undo(of: Story, { before = () => {} }: RunOptions = {}, name?: string) {
  const client = clientOf(of.server, after(of, before))
  const { runs } = await listRuns(of.folder)
  const run = withContinued(findRun(runs, name), runs)
  const others = runs.filter(other => other.run !== run.run)
  const steps = isUndone(run) ? [] : await planUndo(run, others, client)
  const journal = journalsOf(run, of.folder)
  const context = {
    cluster: client,
    journal: {
      append: (line: Parameters<Journal['append']>[0]) => {
        before('journal')
        return journal.append(line)
      },
    },
    onProgress: () => {},
  }
  try {
    await applyUndo(steps, { ...context, dryRun: true })
    const outcomes = await applyUndo(steps, { ...context, dryRun: false })
    return { steps, outcomes }
  } finally {
    await journal.close().catch(() => {})
  }
}

function after(of: Story, before: (what: string) => void) {
  let written = true
  return ({ method, path }: { method: string; path: string }) => {
    if (written) settle(of.cluster)
    written = method !== 'GET'
    before(`${method} ${path}`)
  }
}

let names = 0

/** The write context for these tests: a clock that advances by itself, and the story's journals. */
function contextOf(
  of: Story,
  client: ClusterWriter,
  runs: Run[] = [],
  before: (what: string) => void = () => {},
  continues: string | null = null,
): ApplyContext & { close(): Promise<void> } {
  const run = runName(new Date(of.clock.now() + 1000 * names++))
  const header = {
    type: 'run' as const,
    run,
    startedAt: of.clock.timestamp(),
    cluster: {
      uid: of.cluster.get('Namespace', undefined, 'kube-system')?.metadata.uid ?? '',
      server: '',
      context: null,
    },
    namespaces: null,
    continues,
  }
  const journal = new Journal(of.folder, run, header)
  const context = contextOn(of, client, 10)
  return {
    ...context,
    clock: {
      ...context.clock,
      sleep: async milliseconds => {
        await context.clock.sleep(milliseconds)
        settle(of.cluster)
      },
    },
    journal: {
      intent: (change, object) => {
        before('journal')
        return journal.intent(change, object)
      },
      outcome: outcome => {
        before('journal')
        return journal.outcome(outcome)
      },
    },
    run,
    runs,
    close: () => journal.close(),
  }
}
