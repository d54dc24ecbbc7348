/** Commands of this program, ready to paste, made of what a finding names. Names from the cluster are quoted for the shell. */

import type { Finding } from '../../diagnosis/finding.ts'
import type { Remedy } from '../../diagnosis/remedy.ts'
import { shellWord } from '../escape.ts'
import { type Invocation, offlineCommand, ownCommand } from '../invocation.ts'
import { REMEDY_WORDS } from './remedies.ts'

/** `-n web`, or of every namespace only those with findings where the findings are in several. */
function fixScope(findings: readonly Pick<Finding, 'namespace'>[]): string {
  const [first, ...others] = new Set(findings.map(({ namespace }) => namespace))
  return first !== undefined && others.length === 0 ? `-n ${shellWord(first)}` : '--all-namespaces --affected'
}

/** The `fix` that serves these findings, with the flags of a remedy that has some. */
export function fixCommand(
  invocation: Invocation,
  findings: readonly Pick<Finding, 'namespace'>[],
  flags = '',
): string {
  return ownCommand(invocation, ['fix', fixScope(findings), flags].filter(part => part !== '').join(' '))
}

/**
 * The `fix` that gives the pods a login: only new pods get one, and `fix` skips those that no controller recreates unless a
 * flag asks for them. A login of another registry than Docker Hub goes into several namespaces only where it is named.
 */
export function loginFixCommand(
  invocation: Invocation,
  findings: readonly Pick<Finding, 'namespace' | 'workload' | 'registry'>[],
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
