/** `pullguard wait`: follows a deployment until it runs, or until an image keeps it from ever running. */

import { adviseDiagnosis } from '../advice/add-steps.ts'
import type { Cause } from '../diagnosis/finding.ts'
import type { ClusterReader } from '../kubernetes/api/cluster.ts'
import type { WaitFormat } from '../report/formats.ts'
import type { Invocation } from '../report/invocation.ts'
import { renderWait } from '../report/views/wait.ts'
import { passedOverLine } from '../report/views/wait-progress.ts'
import type { WaitReport } from '../report/words/wait/wait.ts'
import { Following } from '../source/following/following.ts'
import { PullFacts } from '../source/following/pull-facts.ts'
import type { Subjects } from '../source/following/subjects.ts'
import type { WaitOutcome } from '../waiting/goal.ts'
import type { Goal, SubjectState } from '../waiting/subject-state.ts'
import type { ImageCheckFlags } from './check-images.ts'
import { withCluster } from './cluster-session.ts'
import type { CommandContext, ConnectionFlags, ExitName } from './context.ts'
import { invocationOf, screenOf } from './shared-flags.ts'
import { ImageChecksAhead } from './wait/check-ahead.ts'
import { readRequest, subjectsOf } from './wait/find-subjects.ts'
import { ProgressLog } from './wait/progress-log.ts'
import { waitForSubjects } from './wait/wait-for-subjects.ts'
import { writeNote } from './write-note.ts'

export interface WaitOptions {
  connection: ConnectionFlags
  /** TYPE/NAME, or a type and names. */
  names: string[]
  selector?: string
  files: string[]
  recursive: boolean
  goal: Goal
  /** Milliseconds; 0 checks once. */
  timeoutMs: number
  /** Milliseconds, by cause. */
  patience: Partial<Record<Cause, number>>
  checkImages?: ImageCheckFlags
  format: WaitFormat
}

const EXITS: Record<WaitOutcome, ExitName> = {
  done: 'ok',
  failed: 'findings',
  timeout: 'incomplete',
  unknown: 'incomplete',
}

/** Waits for workloads and reports how the wait ended. @throws UsageError, UnreachableError; the signal's reason */
export async function waitCommand(options: WaitOptions, context: CommandContext): Promise<ExitName> {
  const request = await readRequest(options, context)
  const { manifests } = request
  if (manifests !== null && manifests.passedOver.size > 0)
    await writeNote(context, passedOverLine(manifests.passedOver))
  // By the names that were waited for: here -l selects workloads by their own labels, in a fix it selects pods.
  const invocation = invocationOf(context, options.connection, { only: { named: true } })
  return withCluster(context.connect(options.connection), context, async cluster => {
    const subjects = subjectsOf(request, options, cluster.namespace)
    const report = await waitFor(subjects, { options, context, cluster, request, invocation })
    await context.out.write(
      renderWait(report, { format: options.format, ...screenOf(context.out), invocation }),
    )
    return EXITS[report.outcome]
  })
}

interface WaitSession {
  options: WaitOptions
  context: CommandContext
  cluster: ClusterReader
  request: Awaited<ReturnType<typeof readRequest>>
  invocation: Invocation
}

/** Follows the subjects, and the registries' answers about their images, until the wait ends. */
async function waitFor(subjects: Subjects, session: WaitSession): Promise<WaitReport> {
  const { options, context, cluster, request, invocation } = session
  const { unfollowed } = request
  const { clock } = context
  const { goal, timeoutMs: timeout, patience } = options
  const began = clock.now()
  const deadline = began + timeout
  const ending = new AbortController()
  const signal = AbortSignal.any([context.signal, ending.signal])
  const progress = await context.progress()
  const log = new ProgressLog(context, invocation, progress, deadline)
  try {
    const following = await Following.start(cluster, subjects, { clock, signal })
    following.run()
    const ahead = new ImageChecksAhead(options.checkImages, { ...session, following, log })
    const facts = new PullFacts(cluster, following, { clock, signal, onPullSecret: ahead.keep })
    const onLook = async (states: SubjectState[], serverNow: number) => {
      await log.reportConnection(following.trouble)
      await log.update(states, serverNow)
      await ahead.ask(states)
    }
    const { outcome, states, diagnosis } = await waitForSubjects(
      { cluster, following, facts, deadline, rules: { goal, patience }, checks: () => ahead.checks, onLook },
      context,
    )
    const now = cluster.serverNow()
    const waited = clock.now() - began
    const advised = adviseDiagnosis(await ahead.withLimits(diagnosis))
    return {
      outcome: outcome === 'done' && unfollowed.length > 0 ? 'unknown' : outcome,
      unfollowed,
      goal,
      waited,
      timeout,
      states,
      diagnosis: advised,
      isOutdated: following.trouble !== null || facts.isOutdated,
      now,
    }
  } finally {
    ending.abort()
    progress.stop()
  }
}
