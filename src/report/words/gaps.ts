/** The words of gaps: what could not be read, what that hides, and which permission to request. */

import type { Gap, GapReason } from '../../snapshot/snapshot.ts'
import { formatNumber, joinList, shortList } from './nouns.ts'

const REASON: Record<GapReason, string> = {
  forbidden: 'access denied',
  failed: 'the request failed',
  timeout: 'no answer in time',
  expired: 'the list expired while it was being read',
  truncated: 'the answer ended early',
  absent: 'not in the dump',
}

/** What remains unknown without each resource; any other resource is a kind of owner. */
const HIDDEN = new Map([
  ['pods', "failing pulls there can't be detected"],
  ['namespaces', 'only the namespaces that could be read were checked'],
  [
    'events',
    "the kubelet's messages may be missing: causes may be reported as `other`, and why a new pod is waiting may be unknown",
  ],
  ['secrets', 'whether those pulls had a login is unknown'],
  ['serviceaccounts', "whether a service account's secrets reached the pods is unknown"],
  ['nodes', 'the platform of the nodes is unknown'],
  [
    'mutatingwebhookconfigurations.admissionregistration.k8s.io',
    'whether images of new pods are changed is unknown',
  ],
  ['imagetagmirrorsets.config.openshift.io', 'whether OpenShift mirrors images by tag is unknown'],
  ['imagedigestmirrorsets.config.openshift.io', 'whether OpenShift mirrors images by digest is unknown'],
  [
    'imagecontentsourcepolicies.operator.openshift.io',
    'whether an older policy of OpenShift mirrors images is unknown',
  ],
])
const OWNER = 'the topmost owner of a pod may not be shown'

/** For the question who pulls, not what fails. */
const HIDDEN_FROM_QUOTA = new Map([
  ['pods', 'pulls that pods wait for there are not counted'],
  ['secrets', 'logins there are not shown, and pulls with them are counted as anonymous'],
  ['serviceaccounts', 'pulls with the logins that they give to pods are counted as anonymous'],
  ['nodes', 'what a restart costs and which images are there already is unknown, so numbers may be too high'],
  ['events', 'rollouts of the last hour are not counted'],
  ['deployments.apps', 'what they pull is not counted'],
  ['statefulsets.apps', 'what they pull is not counted'],
  ['daemonsets.apps', 'what they pull is not counted'],
  ['cronjobs.batch', 'what they pull is not counted'],
])

/** For an audit, which checks templates; any other resource is a kind of workload. */
const HIDDEN_FROM_AUDIT = new Map([
  ['pods', 'pods without a controller were not checked, nor how pods differ from their templates'],
  ['namespaces', 'only the namespaces that could be read were checked'],
  ['secrets', 'whether these pull secrets work is unknown'],
  ['serviceaccounts', 'whether a service account gives its pods a login is unknown'],
])
const WORKLOADS = 'these workloads were not checked'

/** For a wait, which follows workloads; any other resource is a kind of workload to wait for. */
const HIDDEN_FROM_WAIT = new Map([
  ['pods', 'whether their images can be pulled, and whether they are ready, is unknown'],
  [
    'events',
    "the kubelet's messages may be missing: causes may be reported as `other`, and failed attempts are not counted",
  ],
  ['secrets', 'whether those pulls had a login is unknown'],
  ['serviceaccounts', "whether a service account's secrets reached the pods is unknown"],
  ['nodes', 'the platform of the nodes is unknown'],
  ['replicasets.apps', "which pods belong to a Deployment's newest revision is unknown"],
  ['controllerrevisions.apps', 'which pods of a DaemonSet run its newest template is unknown'],
])
const FOLLOWED = 'whether these workloads are ready is unknown'

/** What the resources were read for, which determines what a gap hides. */
export type GapAbout = 'diagnosis' | 'audit' | 'quota' | 'wait'

/** Words by resource, and for any other. */
const HIDDEN_FROM: Record<GapAbout, { words: ReadonlyMap<string, string>; other: string }> = {
  diagnosis: { words: HIDDEN, other: OWNER },
  audit: { words: HIDDEN_FROM_AUDIT, other: WORKLOADS },
  quota: { words: HIDDEN_FROM_QUOTA, other: OWNER },
  wait: { words: HIDDEN_FROM_WAIT, other: FOLLOWED },
}

/** Gaps that hide the same, combined: those of one resource in several namespaces, and of several resources in the same ones. */
interface GapSummary {
  gap: Gap
  /** `secrets in web`, `pods in 12 namespaces (a, b, c and 9 more)`, `jobs.batch and pods in the whole cluster`. */
  what: string
  /** The reason, in words. */
  why: string
  /** What stays hidden. */
  hidden: string
  /** What to do about the gap; null if nothing can be done. */
  remedy: string | null
}

/** Returns one summary for gaps with the same reason and consequence. @param of what the resources were read for */
export function summarizeGaps(gaps: readonly Gap[], of: GapAbout = 'diagnosis'): GapSummary[] {
  const byResource = Map.groupBy(gaps, ({ what, why }) => `${what} ${why}`)
  const alike = Map.groupBy(
    [...byResource.values()].flatMap(same => groupOf(same, of)),
    ({ gap, ...group }) =>
      JSON.stringify([gap.why, gap.detail, group.hidden, group.clusterWide, group.namespaces]),
  )
  return [...alike.values()].flatMap(groups => {
    const [first] = groups
    if (first === undefined) return []
    const { gap, hidden, clusterWide, namespaces } = first
    const resources = groups.map(({ gap: { what } }) => what)
    return {
      gap,
      what: `${joinList(resources)} ${whereText(clusterWide, namespaces, gap.why)}`.trim(),
      why:
        gap.why === 'forbidden' || gap.detail === undefined
          ? REASON[gap.why]
          : `${REASON[gap.why]} (${gap.detail})`,
      hidden,
      remedy: remedyFor(resources, gap.why, clusterWide, namespaces),
    }
  })
}

interface ResourceGap extends Pick<GapSummary, 'gap' | 'hidden'> {
  clusterWide: boolean
  namespaces: string[]
}

/** Combines the gaps of one resource. */
function groupOf(same: readonly Gap[], of: GapAbout): ResourceGap[] {
  const [gap] = same
  if (gap === undefined) return []
  const namespaces = [...new Set(same.flatMap(({ namespace }) => namespace ?? []))]
  const clusterWide = same.some(({ namespace }) => namespace === null)
  const hidden = HIDDEN_FROM[of].words.get(gap.what) ?? HIDDEN_FROM[of].other
  return [{ gap, hidden, clusterWide, namespaces }]
}

function whereText(clusterWide: boolean, namespaces: string[], why: GapReason): string {
  if (clusterWide) return why === 'absent' ? '' : 'in the whole cluster'
  if (namespaces.length === 1) return `in ${namespaces[0]}`
  return `in ${formatNumber(namespaces.length)} namespaces (${shortList(namespaces, 3)})`
}

function remedyFor(
  resources: string[],
  why: GapReason,
  clusterWide: boolean,
  namespaces: string[],
): string | null {
  if (why === 'absent' && resources.includes('pods'))
    return 'check another namespace, or dump all of them: kubectl get pods,events,… -A -o json'
  if (why === 'absent')
    return `add ${joinList(resources)} to the dump: kubectl get pods,${resources.join(',')},… -o json`
  if (why === 'truncated') return 'run the command again; recreate the dump if it is incomplete'
  if (why === 'expired' || why === 'timeout')
    return 'run the command again, or with a longer --request-timeout'
  if (why !== 'forbidden') return null
  const place = clusterWide
    ? 'a ClusterRole'
    : namespaces.length === 1
      ? `a Role in ${namespaces[0]}`
      : 'a ClusterRole, or a Role in each'
  return `ask for permission to get and list ${joinList(resources)} (${place})`
}

/** Returns a summary as one sentence, without its remedy. */
export function gapSentence({ what, why, hidden }: GapSummary): string {
  return `${what}: ${why}; ${hidden}`
}
