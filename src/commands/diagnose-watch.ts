/** `pullguard diagnose --watch`: diagnoses again whenever something related to pulls changes. */

import { type AdvisedDiagnosis, adviseDiagnosis } from '../advice/add-steps.ts'
import { diagnose } from '../diagnosis/diagnose.ts'
import { UsageError } from '../errors.ts'
import { isFailedRequest } from '../kubernetes/api/api-error.ts'
import type { ClusterReader } from '../kubernetes/api/cluster.ts'
import { renderWatched } from '../report/views/diagnosis.ts'
import { connectionLine } from '../report/views/wait-progress.ts'
import { redact } from '../secrecy/redact.ts'
import { PullChanges } from '../source/following/pull-changes.ts'
import { readCluster } from '../source/live/read-cluster.ts'
import type { Scope } from '../source/suspects.ts'
import { withCluster } from './cluster-session.ts'
import type { CommandContext, ExitName } from './context.ts'
import { type DiagnoseOptions, exitOf } from './diagnose.ts'
import { invocationOfLook, scopeOf, screenOf } from './shared-flags.ts'

/** Milliseconds. The pause between two readings is at least this long, and at least SHARE times as long as the last reading took. */
const SHORTEST_PAUSE = 1_000
const SHARE = 4
/** In milliseconds; finds changes that no watch reported. */
const RESYNC = 60_000

/** Watches a live cluster. @throws UsageError for options that can't be watched; UnreachableError; the signal's reason */
export async function watchDiagnosis(
  options: DiagnoseOptions,
  until: 'on' | 'until-clear',
  context: CommandContext,
): Promise<ExitName> {
  checkOptions(options, until === 'on' ? '--watch' : '--until-clear')
  return withCluster(context.connect(options.connection), context, async cluster => {
    const ending = new AbortController()
    const signal = AbortSignal.any([context.signal, ending.signal])
    try {
      return await watch({ options, until, context, cluster, signal })
    } finally {
      ending.abort()
    }
  })
}

function checkOptions(
  { files, format, checkImages, baseline, writeBaseline }: DiagnoseOptions,
  flag: '--watch' | '--until-clear',
): void {
  if (files.length > 0) throw new UsageError(`${flag} needs a live cluster: a dump doesn't change.`)
  if (checkImages !== undefined)
    throw new UsageError(
      `--check-images can't be combined with ${flag}: registries would be asked again and again.`,
    )
  if (baseline !== undefined || writeBaseline !== undefined)
    throw new UsageError(`A baseline can't be combined with ${flag}, which shows every change.`)
  if (!['table', 'wide', 'json'].includes(format))
    throw new UsageError(`${flag} can't be combined with -o ${format}: use table, wide, or json.`)
}

interface Session {
  options: DiagnoseOptions
  until: 'on' | 'until-clear'
  context: CommandContext
  cluster: ClusterReader
  signal: AbortSignal
}

async function watch({ options, until, context, cluster, signal }: Session): Promise<ExitName> {
  const { clock } = context
  const { selector } = options
  const scope = scopeOf(options, [cluster.namespace])
  const changes = await PullChanges.start(cluster, {
    scope: followedScope(scope, cluster.namespace),
    ...(selector === undefined ? {} : { labelSelector: selector }),
    clock,
    signal,
  })
  const output = new WatchOutput(options, context)
  for (;;) {
    const next = changes.next()
    const began = clock.now()
    const { isEmpty } = output
    const { diagnosis, failure } = await diagnoseOnce(cluster, scope, { context, signal, isFirst: isEmpty })
    await output.reportConnection(failure && (changes.trouble ?? failure))
    if (diagnosis !== null) await output.show(diagnosis)
    if (diagnosis !== null && isOver(until, diagnosis, context)) return exitOf(diagnosis, options.failOn)
    await clock.sleep(Math.max(SHORTEST_PAUSE, SHARE * (clock.now() - began)), signal)
    await Promise.race([next, clock.sleep(RESYNC, signal)])
    signal.throwIfAborted()
  }
}

/** Without a reader, nothing is left to watch for; whoever waits for the end still wants to know it. */
function isOver(until: Session['until'], { findings }: AdvisedDiagnosis, { out }: CommandContext): boolean {
  return until === 'until-clear' ? findings.length === 0 : out.isClosed
}

/** Writes only what has changed since it was last written. */
class WatchOutput {
  readonly #options: DiagnoseOptions
  readonly #context: CommandContext
  /** The key of the diagnosis that was shown last. */
  #shown = ''
  #isLost = false

  constructor(options: DiagnoseOptions, context: CommandContext) {
    this.#options = options
    this.#context = context
  }

  get isEmpty(): boolean {
    return this.#shown === ''
  }

  /** @param failure why the cluster can't be read; null if it was read */
  async reportConnection(failure: Error | null): Promise<void> {
    const isLost = failure !== null
    if (isLost === this.#isLost) return
    this.#isLost = isLost
    await this.#context.err.write(connectionLine(failure && redact(failure.message)))
  }

  async show(diagnosis: AdvisedDiagnosis): Promise<void> {
    const key = screenKey(diagnosis)
    if (key === this.#shown) return
    this.#shown = key
    const { out } = this.#context
    const invocation = invocationOfLook(this.#context, this.#options)
    await out.write(renderWatched(diagnosis, { format: this.#options.format, ...screenOf(out), invocation }))
  }
}

/** Returns the namespace to watch, or null for all if the scope covers several. */
function followedScope({ namespaces, subjects }: Scope, fallback: string): string | null {
  const named = subjects?.map(({ namespace }) => namespace ?? fallback) ?? namespaces
  const [namespace, ...others] = new Set(named ?? [])
  return namespace === undefined || others.length > 0 ? null : namespace
}

/** Returns the failure if the cluster can't be read at the moment; throws it the first time. */
async function diagnoseOnce(
  cluster: ClusterReader,
  scope: Parameters<typeof readCluster>[1],
  { context, signal, isFirst }: Pick<Session, 'context' | 'signal'> & { isFirst: boolean },
): Promise<{ diagnosis: AdvisedDiagnosis; failure: null } | { diagnosis: null; failure: Error }> {
  try {
    const takenAt = context.now().toISOString()
    const snapshot = await readCluster(cluster, scope, { takenAt, signal })
    return { diagnosis: adviseDiagnosis(diagnose(snapshot)), failure: null }
  } catch (error) {
    signal.throwIfAborted()
    if (isFirst || !isFailedRequest(error)) throw error
    return { diagnosis: null, failure: error }
  }
}

/** Returns a key that changes only if the diagnosis should be shown again; ages are not part of it. */
function screenKey({ findings, pulling, gaps, summary }: AdvisedDiagnosis): string {
  const seen = findings.map(({ cause, subcause, namespace, pod, container, image, credential }) => [
    cause,
    subcause,
    namespace,
    pod,
    container,
    image,
    credential.status,
  ])
  const pulls = pulling.map(({ namespace, pod, container }) => [namespace, pod, container])
  return JSON.stringify([seen, pulls, gaps, summary.failingPods])
}
