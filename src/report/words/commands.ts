/** Commands of this program, ready to paste, made of what a finding names. Names from the cluster are quoted for the shell. */

import type { Finding } from '../../diagnosis/finding.ts'
import type { Remedy } from '../../diagnosis/remedy.ts'
import type { RolloutKind } from '../../snapshot/rollout.ts'
import { shellWord } from '../escape.ts'
import { type Invocation, offlineCommand, ownCommand } from '../invocation.ts'
import { REMEDY_WORDS } from './remedies.ts'

type Place = Pick<Finding, 'namespace' | 'pod' | 'workload'>

/** With more of these a command is hard to read, and `fix` is proposed for whole namespaces, or for all that were looked at. */
const MOST = 8

/** What `fix` is proposed for: all the findings, and nothing that the run did not look at. Names are of one namespace. */
function fixScope({ only, everywhereExcept, fromDump }: Invocation, findings: readonly Place[]): string {
  const namespaces = [...new Set(findings.map(({ namespace }) => namespace))]
  const several = namespaces.length > 1
  const listed = `-n ${namespaces.map(shellWord).join(',')}`
  const excluded = (everywhereExcept ?? []).map(name => ` --exclude-namespace ${shellWord(name)}`).join('')
  const long = everywhereExcept !== undefined && namespaces.length > MOST
  if (only !== undefined && 'selector' in only)
    return `-l ${shellWord(only.selector)} ${long ? `--all-namespaces${excluded}` : listed}`
  if (only !== undefined) return [...new Set(findings.map(nameForFix)), listed].join(' ')
  // A dump may hold a part of its cluster, so its namespaces are named as long as they are few.
  const whole = everywhereExcept?.length === 0 && !fromDump
  if (several && (long || whole)) return `--all-namespaces --affected${excluded}`
  // With --affected, a login of another registry goes only to those of the namespaces that need it.
  return several ? `${listed} --affected` : listed
}

/** What makes pods and can be named to `fix`. */
const NAMEABLE: Record<Exclude<RolloutKind, 'Pod'>, true> = {
  Deployment: true,
  StatefulSet: true,
  DaemonSet: true,
  ReplicaSet: true,
  ReplicationController: true,
  Job: true,
  CronJob: true,
}

/** The pod's workload, or the pod itself where `fix` does not know what made it. */
function nameForFix({ workload, pod }: Place): string {
  const known = workload !== null && Object.hasOwn(NAMEABLE, workload.kind)
  return shellWord(workloadPath({ workload: known ? workload : null, pod }))
}

/** The `fix` that serves these findings, with the flags of a remedy that has some; where names are in several namespaces, one for each. */
export function fixCommand(invocation: Invocation, findings: readonly Place[], flags = ''): string {
  return inReach(invocation, findings, places =>
    ownCommand(
      invocation,
      ['fix', fixScope(invocation, places), flags].filter(part => part !== '').join(' '),
    ),
  )
}

/** `fix` takes names in one namespace at a time. */
function inReach<Found extends Place>(
  { only }: Invocation,
  findings: readonly Found[],
  command: (findings: readonly Found[]) => string,
): string {
  if (only === undefined || !('named' in only)) return command(findings)
  return [...Map.groupBy(findings, ({ namespace }) => namespace).values()].map(command).join(' && ')
}

/**
 * The `fix` that gives the pods a login: only new pods get one, and `fix` skips those that no controller recreates unless a
 * flag asks for them. A login of another registry than Docker Hub goes into several namespaces only where it is named.
 */
export function loginFixCommand(invocation: Invocation, findings: readonly LoginPlace[]): string {
  return inReach(invocation, findings, places => fixCommand(invocation, places, loginFlags(places)))
}

type LoginPlace = Place & Pick<Finding, 'registry'>

function loginFlags(findings: readonly LoginPlace[]): string {
  const bare = findings.every(({ workload }) => workload === null)
  const registries = [...new Set(findings.map(({ registry }) => registry))]
  const several = new Set(findings.map(({ namespace }) => namespace)).size > 1
  const named = several && registries.some(registry => registry !== null && registry !== 'docker.io')
  return [
    ...(named
      ? registries.flatMap(registry => (registry === null ? [] : `--registry ${shellWord(registry)}`))
      : []),
    ...(bare ? ['--recreate-bare-pods'] : []),
  ].join(' ')
}

/** The command that does one remedy for one finding. */
export function remedyCommand(invocation: Invocation, remedy: Remedy, finding: Finding): string {
  if (remedy === 'authenticate' || remedy === 'recreate') return loginFixCommand(invocation, [finding])
  return fixCommand(invocation, [finding], REMEDY_WORDS[remedy].flags(finding))
}

/** How this machine gets the credential that `fix` distributes. */
export function loginCommand(registry: string | null): string {
  return registry === null || registry === 'docker.io'
    ? 'docker login'
    : `docker login ${shellWord(registry)}`
}

/** What tells more of a cause than its findings. */
export function explainCommand(invocation: Invocation, { cause }: Pick<Finding, 'cause'>): string {
  return offlineCommand(invocation, `explain ${cause}`)
}

export function whyCommand(
  invocation: Invocation,
  { namespace, pod }: Pick<Finding, 'namespace' | 'pod'>,
): string {
  return ownCommand(invocation, `why ${shellWord(`${namespace}/${pod}`)}`)
}

/** `deployment/shop`; for a pod that no controller made `pod/shop-1`. */
export function workloadPath({ workload, pod }: Pick<Finding, 'workload' | 'pod'>): string {
  return workload === null || isStatic({ workload })
    ? `pod/${pod}`
    : `${workload.kind.toLowerCase()}/${workload.name}`
}

/** A static pod: the kubelet made it from a file, and the node stands as its owner. */
export function isStatic({ workload }: Pick<Finding, 'workload'>): boolean {
  return workload?.kind === 'Node'
}
