/** Commands of this program, ready to paste, built from findings. Names from the cluster are quoted for the shell. */

import type { AdvisedFinding } from '../../advice/add-steps.ts'
import { hasClue } from '../../diagnosis/clues/clue.ts'
import type { Finding, Remedy } from '../../diagnosis/finding.ts'
import { DOCKER_HUB } from '../../image/docker-hub.ts'
import type { RolloutKind } from '../../snapshot/rollout.ts'
import { type Invocation, kubectlCommand, offlineCommand, ownCommand } from '../invocation.ts'
import { shellWord } from '../sanitize.ts'
import { objectName } from './nouns.ts'
import { REMEDY_WORDS } from './plan/remedies.ts'

type FailingPod = Pick<Finding, 'namespace' | 'pod' | 'workload'>

/** Above this number a command is hard to read, so `fix` is suggested for whole namespaces, or for all that the run looked at. */
const MAX_NAMESPACES = 8

/** Returns the scope of a suggested fix: all the findings, and nothing that the run did not look at. Names are in one namespace. */
function fixScope({ only, everywhereExcept, fromDump }: Invocation, findings: readonly FailingPod[]): string {
  const namespaces = [...new Set(findings.map(({ namespace }) => namespace))]
  const several = namespaces.length > 1
  const listed = `-n ${namespaces.map(shellWord).join(',')}`
  const excluded = (everywhereExcept ?? []).map(name => ` --exclude-namespace ${shellWord(name)}`).join('')
  const long = everywhereExcept !== undefined && namespaces.length > MAX_NAMESPACES
  if (only !== undefined && 'selector' in only)
    return `-l ${shellWord(only.selector)} ${long ? `--all-namespaces${excluded}` : listed}`
  if (only !== undefined) return [...new Set(findings.map(nameForFix)), listed].join(' ')
  // A dump may hold a part of its cluster, so its namespaces are named as long as they are few.
  const whole = everywhereExcept?.length === 0 && !fromDump
  if (several && (long || whole)) return `--all-namespaces --affected${excluded}`
  // With --affected, a login of another registry goes only to those of the namespaces that need it.
  return several ? `${listed} --affected` : listed
}

/** Kinds that create pods and can be passed to `fix`. */
const NAMEABLE: Record<Exclude<RolloutKind, 'Pod'>, true> = {
  Deployment: true,
  StatefulSet: true,
  DaemonSet: true,
  ReplicaSet: true,
  ReplicationController: true,
  Job: true,
  CronJob: true,
}

/** Returns the pod's workload, or the pod itself if `fix` does not support the kind that created it. */
function nameForFix({ workload, pod }: FailingPod): string {
  const known = workload?.group === undefined && Object.hasOwn(NAMEABLE, workload?.kind ?? '')
  return shellWord(workloadPath({ workload: known ? workload : null, pod }))
}

/** Returns the `fix` command for these findings, with a remedy's flags if it has any; one per namespace if names are in several. */
export function fixCommand<Found extends FailingPod>(
  invocation: Invocation,
  findings: readonly Found[],
  flagsFor: (findings: readonly Found[]) => string,
): string {
  const command = (places: readonly Found[]) =>
    ownCommand(
      invocation,
      ['fix', fixScope(invocation, places), flagsFor(places)].filter(part => part !== '').join(' '),
    )
  const { only } = invocation
  if (only === undefined || !('named' in only)) return command(findings)
  // `fix` takes names in one namespace at a time.
  return [...Map.groupBy(findings, ({ namespace }) => namespace).values()].map(command).join(' && ')
}

/**
 * Returns the `fix` command that gives the pods a login: only new pods get one, and `fix` skips pods that no controller recreates unless a
 * flag includes them. A login for a registry other than Docker Hub is distributed to several namespaces only if it is named. If the pods
 * name one secret that does not exist, that one is created.
 */
export function loginFixCommand(invocation: Invocation, findings: readonly PodWithoutLogin[]): string {
  return fixCommand(invocation, findings, loginFlags)
}

type PodWithoutLogin = FailingPod &
  Pick<Finding, 'registry'> &
  Partial<Pick<AdvisedFinding, 'steps' | 'clues'>>

/** Returns the one missing pull secret that all of these pods name; undefined if there is none. */
export function missingSecret(
  findings: readonly Partial<Pick<AdvisedFinding, 'steps'>>[],
): string | undefined {
  const named = findings.map(
    ({ steps = [] }) => steps.flatMap(step => (step.code === 'distribute-login' ? [step.secret] : []))[0],
  )
  return named.every(secret => secret === named[0]) ? named[0] : undefined
}

function loginFlags(findings: readonly PodWithoutLogin[]): string {
  const secret = missingSecret(findings)
  const isMade = ({ clues = [] }: PodWithoutLogin) => hasClue(clues, 'made-by')
  const bare = findings.every(found => found.workload === null && !isMade(found))
  // A pod that names the secret gets it with its next attempt.
  const others = bare ? ['--recreate-bare-pods'] : []
  const last = secret === undefined ? others : [`--secret-name ${shellWord(secret)}`]
  const registries = [...new Set(findings.map(({ registry }) => registry))]
  const several = new Set(findings.map(({ namespace }) => namespace)).size > 1
  const named = several && registries.some(registry => registry !== null && registry !== DOCKER_HUB)
  return [
    ...(named
      ? registries.flatMap(registry => (registry === null ? [] : `--registry ${shellWord(registry)}`))
      : []),
    ...last,
  ].join(' ')
}

/** Returns the command that applies one remedy to one finding. */
export function remedyCommand(invocation: Invocation, remedy: Remedy, finding: AdvisedFinding): string {
  if (remedy === 'authenticate' || remedy === 'recreate') return loginFixCommand(invocation, [finding])
  return fixCommand(invocation, [finding], () => REMEDY_WORDS[remedy].flags(finding))
}

/** Returns the command that explains the cause in more detail. */
export function explainCommand(invocation: Invocation, { cause }: Pick<Finding, 'cause'>): string {
  return offlineCommand(invocation, `explain ${cause}`)
}

export function whyCommand(
  invocation: Invocation,
  { namespace, pod }: Pick<Finding, 'namespace' | 'pod'>,
): string {
  return ownCommand(invocation, `why ${shellWord(`${namespace}/${pod}`)}`)
}

/** Returns, for example, `deployment/shop`, or `pod/shop-1` for a pod without a controller. */
export function workloadPath({ workload, pod }: Pick<Finding, 'workload' | 'pod'>): string {
  return workload === null || isStatic({ workload }) ? `pod/${pod}` : objectName(workload)
}

/** Returns the same for kubectl, which needs the API group of a custom resource: another group may have a kind of the same name. */
export function workloadArgument(finding: Pick<Finding, 'workload' | 'pod'>): string {
  const { workload } = finding
  return shellWord(
    workload?.group === undefined || isStatic(finding)
      ? workloadPath(finding)
      : `${workload.kind.toLowerCase()}.${workload.group}/${workload.name}`,
  )
}

/** Whether the pod is static: the kubelet created it from a file, so its owner is the node. */
export function isStatic({ workload }: Pick<Finding, 'workload'>): boolean {
  return workload?.kind === 'Node'
}

/** Every API server of this minor version serves MutatingAdmissionPolicies (KEP-3962), and no kubelet is newer than its API server. */
const HAS_MUTATING_POLICIES = 36

/** Returns the command that lists what can change pods when they are created: Kyverno's policies if it was one of them. */
export function webhooksCommand(
  invocation: Invocation,
  { host }: Pick<Finding, 'host'>,
  policies: readonly string[] = [],
): string {
  const [policy, ...others] = policies
  // The annotation does not say whether the policy is of the cluster or of a namespace.
  if (policy !== undefined)
    return kubectlCommand(
      invocation,
      `get clusterpolicies.kyverno.io,policies.kyverno.io -A${others.length > 0 ? '' : ` --field-selector metadata.name=${shellWord(policy)} -o yaml`}`,
    )
  const alsoPolicies = (host.kubeletMinor ?? 0) >= HAS_MUTATING_POLICIES
  return kubectlCommand(
    invocation,
    `get mutatingwebhookconfigurations${alsoPolicies ? ',mutatingadmissionpolicies' : ''}`,
  )
}
