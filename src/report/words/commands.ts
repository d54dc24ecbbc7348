/** Commands of this program, ready to paste, made of what a finding names. Names from the cluster are quoted for the shell. */

import type { Finding } from '../../diagnosis/finding.ts'
import type { Remedy } from '../../diagnosis/remedy.ts'
import type { RolloutKind } from '../../snapshot/rollout.ts'
import { shellWord } from '../escape.ts'
import { type Invocation, offlineCommand, ownCommand } from '../invocation.ts'
import { REMEDY_WORDS } from './remedies.ts'

type Place = Pick<Finding, 'namespace' | 'pod' | 'workload'>

/** With more of these a command is hard to read, and `fix` is proposed for whole namespaces. */
const MOST = 8

/**
 * `-n web`, or of every namespace only those with findings where the findings are in several; no more than the run was about:
 * `deployment/shop -n web`, `-l app=shop -n web`.
 */
function fixScope({ only }: Invocation, findings: readonly Place[]): string {
  const namespaces = [...new Set(findings.map(({ namespace }) => namespace))]
  const [first] = namespaces
  const listed = `-n ${namespaces.map(shellWord).join(',')}`
  if (only !== undefined && 'selector' in only)
    return `-l ${shellWord(only.selector)} ${namespaces.length > MOST ? '--all-namespaces' : listed}`
  if (first === undefined || namespaces.length > 1) return '--all-namespaces --affected'
  const names = only === undefined ? [] : [...new Set(findings.map(nameForFix))]
  return names.length > MOST ? listed : [...names, listed].join(' ')
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

/** The `fix` that serves these findings, with the flags of a remedy that has some. */
export function fixCommand(invocation: Invocation, findings: readonly Place[], flags = ''): string {
  const scope = fixScope(invocation, findings)
  return ownCommand(invocation, ['fix', scope, flags].filter(part => part !== '').join(' '))
}

/**
 * The `fix` that gives the pods a login: only new pods get one, and `fix` skips those that no controller recreates unless a
 * flag asks for them. A login of another registry than Docker Hub goes into several namespaces only where it is named.
 */
export function loginFixCommand(
  invocation: Invocation,
  findings: readonly (Place & Pick<Finding, 'registry'>)[],
): string {
  const bare = findings.every(({ workload }) => workload === null)
  const registries = [...new Set(findings.map(({ registry }) => registry))]
  const several = new Set(findings.map(({ namespace }) => namespace)).size > 1
  const named = several && registries.some(registry => registry !== null && registry !== 'docker.io')
  const flags = [
    ...(named
      ? registries.flatMap(registry => (registry === null ? [] : `--registry ${shellWord(registry)}`))
      : []),
    ...(bare ? ['--recreate-bare-pods'] : []),
  ]
  return fixCommand(invocation, findings, flags.join(' '))
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
