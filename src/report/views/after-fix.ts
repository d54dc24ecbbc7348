/** What to do after a fix: the next command for what is not in place, how to undo what was written, and how to go on after an interruption. */

import type { AdvisedFinding } from '../../advice/add-steps.ts'
import type { FixResult, Recovery } from '../../apply/outcome.ts'
import { DOCKER_HUB } from '../../image/docker-hub.ts'
import type { Change } from '../../plan/change.ts'
import { type Invocation, kubectlCommand, ownCommand } from '../invocation.ts'
import type { FixReport } from '../machine/fix-document.ts'
import { shellWord } from '../sanitize.ts'
import { labelledCommand } from '../screen/command-lines.ts'
import { joinLines, wrap } from '../screen/layout.ts'
import { whyCommand } from '../words/commands.ts'
import { objectName } from '../words/nouns.ts'
import { isIncomplete, rerunLabel } from '../words/plan/outcomes.ts'
import { scopeFlags } from '../words/plan/plan.ts'

/** Returns the findings of pods that were expected to recover. */
export function awaited({ findings, result }: FixReport): AdvisedFinding[] {
  return findings.filter(({ namespace, pod }) =>
    result.recoveries.some(
      one => one.namespace === namespace && isIncomplete(one) && one.waiting.some(({ name }) => name === pod),
    ),
  )
}

/** Recreated pods can't be undone. */
export function undoLines({ run, outcomes }: FixResult, invocation: Invocation, width: number): string[] {
  const wrote = outcomes.some(
    ({ status, target }) => (status === 'applied' || status === 'failed') && target.kind !== 'Pod',
  )
  if (run === null || !wrote) return []
  return labelledCommand('Undo: ', ownCommand(invocation, `undo ${shellWord(run)}`), width)
}

export function nextLines(report: FixReport, invocation: Invocation, width: number): string[] {
  const next = nextCommand(report, invocation)
  if (next === null) return []
  return next.command === null
    ? wrap(`${next.label}run the same command again.`, width)
    : labelledCommand(next.label, next.command, width)
}

/** The command is null if only the user knows it. */
interface Next {
  label: string
  command: string | null
}

/**
 * Returns the next command for the first change that is not in place or pod that has not recovered; never repeats a refused change or names
 * a deleted pod.
 */
function nextCommand(report: FixReport, invocation: Invocation): Next | null {
  const { plan, result } = report
  const again = isPlain(plan) ? ownCommand(invocation, `fix ${scopeFlags(plan.scope)}`) : null
  if (result.heldBack !== null) return { label: rerunLabel(result.heldBack.why), command: again }
  const waiting = awaited(report)
  const first = waiting.find(finding => !wasRefused(finding, result))
  if (first !== undefined) return { label: 'Next: ', command: whyCommand(invocation, first) }
  if (waiting.length > 0) return null
  const open = result.recoveries.find(isIncomplete)
  if (open !== undefined) return nextFor(open, invocation)
  return result.outcomes.some(({ status }) => status === 'conflict' || status === 'failed')
    ? { label: 'Next, to continue: ', command: again }
    : null
}

/** Whether the pod was not recreated because the server refused that, or a change that it needs: `why` would only advise the same fix. */
function wasRefused({ namespace, pod }: AdvisedFinding, { outcomes }: FixResult): boolean {
  const own = outcomes.find(
    ({ target }) => target.kind === 'Pod' && target.namespace === namespace && target.name === pod,
  )
  const isNotMade = own?.status === 'refused' || own?.status === 'skipped'
  return isNotMade && outcomes.some(({ status }) => status === 'refused')
}

/**
 * Whether the scope alone leads to this plan, so that its flags are those of the command; a plan does not hold the others, such as
 * --registry or --pin, without which a fix would do something else.
 */
function isPlain({ changes, credentials }: FixReport['plan']): boolean {
  const hub = credentials.every(({ registry, origin }) => registry === DOCKER_HUB && origin !== '--username')
  return (
    hub &&
    credentials.length > 0 &&
    changes.every(({ action, managedBy }) => PLAIN.includes(action) && managedBy === null)
  )
}

const PLAIN: readonly Change['action'][] = ['create-secret', 'patch-serviceaccount', 'recreate-pod']

function nextFor(
  { namespace, workload, over, missing, waiting }: Recovery,
  invocation: Invocation,
): Next | null {
  const next = (rest: string) => ({ label: 'Next: ', command: kubectlCommand(invocation, rest, namespace) })
  const object = shellWord(objectName(workload))
  const [pod] = waiting
  if (over?.code === 'gone' || over?.code === 'replaced' || over?.code === 'ending') return null
  if (over !== null) return next(`describe ${object}`)
  if (missing?.code === 'paused') return next(`rollout resume ${object}`)
  if (missing?.code === 'not-ended') return next(`get pod ${shellWord(missing.pod)} -o yaml`)
  return next(pod === undefined ? `describe ${object}` : `describe pod ${shellWord(pod.name)}`)
}

/** Running the same fix again would only be refused again. */
export function refusedText(report: FixReport, invocation: Invocation): string {
  const isRefused = report.result.outcomes.some(({ status }) => status === 'refused')
  return isRefused && nextCommand(report, invocation) === null
    ? 'Resolve what the server refused, then run the same fix again.'
    : ''
}

interface InterruptedFix {
  run: string
  /** Whether its plan changes only pods, which can't be undone. */
  onlyPods: boolean
}

/** Says how to continue or undo a fix that was interrupted while writing. */
export function interruptedFixText(
  { run, onlyPods }: InterruptedFix,
  invocation: Invocation,
  width: number,
): string {
  const undo = onlyPods ? '' : `, or \`${ownCommand(invocation, `undo ${run}`)}\` to revert what was written`
  return joinLines(wrap(`The fix was interrupted. Run the same command again to continue${undo}.`, width))
}
