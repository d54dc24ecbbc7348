/** Parses the pods and workloads named on a command line as kubectl does: POD, NAMESPACE/POD, TYPE/NAME, TYPE NAME…, short type names. */

import { UsageError } from '../errors.ts'
import { KINDS } from '../kubernetes/api/kinds.ts'
import type { RolloutKind } from '../snapshot/rollout.ts'
import type { ScopeSubject } from '../snapshot/snapshot.ts'

/** `namespace` null: the context's namespace; in a dump, any. */
export interface RequestedSubject extends ScopeSubject {
  /** The type could also be a namespace: if it has a pod of this name, that pod is meant. */
  orPodIn?: string
}

/**
 * @param namespace the namespace of -n
 * @throws UsageError for a word that can't be parsed, for a type without pods, and for a namespace that contradicts -n
 */
export function parseSubjects(words: readonly string[], namespace: string | undefined): RequestedSubject[] {
  const [first = '', ...rest] = words
  const type = words.some(word => word.includes('/')) ? null : kindNamed(first)
  if (type !== null && rest.length > 0)
    return parseSubjectNames(words).named.map(named => ({ ...named, namespace: namespace ?? null }))
  if (type !== null)
    throw new UsageError(`${first} is a type without a name: give TYPE/NAME, such as ${first}/web.`)
  if (rest.length > 0 && words.every(word => !word.includes('/'))) refuseOtherType(first)
  return words.map(word => parseOne(word, namespace))
}

function parseOne(word: string, namespace: string | undefined): RequestedSubject {
  const [first = '', second, ...more] = word.split('/')
  if (more.length > 0 || first === '' || second === '')
    throw new UsageError(
      `"${word}" names neither a pod nor a workload: give POD, NAMESPACE/POD, or TYPE/NAME.`,
    )
  if (second === undefined) return { kind: 'Pod', name: first, namespace: namespace ?? null }
  const kind = kindNamed(first)
  if (kind !== null) {
    const [named] = parseSubjectNames([word]).named
    const may = kind !== 'Pod' && !first.includes('.') && (namespace === undefined || namespace === first)
    return { kind, name: named?.name ?? second, namespace: namespace ?? null, ...(may && { orPodIn: first }) }
  }
  // No namespace has a dot in its name.
  if (first.includes('.')) throw new UsageError(`${notAType(first)}.`)
  if (namespace !== undefined && namespace !== first) {
    refuseOtherType(first)
    throw new UsageError(`"${word}" and -n ${namespace} name different namespaces: give only one.`)
  }
  return { kind: 'Pod', name: second, namespace: first }
}

/** @throws UsageError for a type that has no pods */
function refuseOtherType(word: string): void {
  const sentence = otherTypeSentence(word)
  if (sentence !== null) throw new UsageError(`${sentence}.`)
}

/**
 * Returns that the word is not a type to name, and which are; null if it is not a type known to kubectl. A namespace or a pod can have the
 * same name, so this only explains why none was found.
 */
export function otherTypeSentence(word: string): string | null {
  return OTHER_TYPES.has(word.toLowerCase()) ? notAType(word) : null
}

function notAType(word: string): string {
  return `"${word}" is not a type of workload or pod: those are ${KNOWN}`
}

/** kubectl's names, plural, singular, and short, of the built-in types that are neither pods nor workloads. */
const OTHER_TYPES: ReadonlySet<string> = new Set(
  `services service svc ingresses ingress ing ingressclasses ingressclass endpoints ep endpointslices endpointslice
  networkpolicies networkpolicy netpol configmaps configmap cm secrets secret serviceaccounts serviceaccount sa
  namespaces namespace ns nodes node no events event ev persistentvolumeclaims persistentvolumeclaim pvc
  persistentvolumes persistentvolume pv storageclasses storageclass sc volumeattachments volumeattachment
  horizontalpodautoscalers horizontalpodautoscaler hpa poddisruptionbudgets poddisruptionbudget pdb
  podtemplates podtemplate controllerrevisions controllerrevision resourcequotas resourcequota quota
  limitranges limitrange limits priorityclasses priorityclass pc runtimeclasses runtimeclass leases lease
  roles role rolebindings rolebinding clusterroles clusterrole clusterrolebindings clusterrolebinding
  customresourcedefinitions customresourcedefinition crd crds apiservices apiservice
  certificatesigningrequests certificatesigningrequest csr mutatingwebhookconfigurations mutatingwebhookconfiguration
  validatingwebhookconfigurations validatingwebhookconfiguration`.split(/\s+/),
)

/** kubectl's short names; a Job has none. */
const SHORT_NAMES: Record<RolloutKind, string | null> = {
  Deployment: 'deploy',
  StatefulSet: 'sts',
  DaemonSet: 'ds',
  ReplicaSet: 'rs',
  ReplicationController: 'rc',
  Job: null,
  CronJob: 'cj',
  Pod: 'po',
}

/** Every kind whose pods can be waited for. */
export const SUBJECT_KINDS = Object.keys(SHORT_NAMES) as RolloutKind[]

/** The types that have pods, as an error lists them. With labels, `all` and no type mean all of these. */
const KNOWN = 'deployment, statefulset, daemonset, replicaset, replicationcontroller, job, cronjob, and pod'

export interface NamedWorkloads {
  named: { kind: RolloutKind; name: string }[]
  /** Types without a name: labels select among them. */
  kinds: RolloutKind[]
}

/** @throws UsageError for an unknown type or one without pods, and for a missing type or name */
export function parseSubjectNames(words: readonly string[]): NamedWorkloads {
  const [first = '', ...rest] = words
  const hasSlash = words.some(word => word.includes('/'))
  if (words.length === 0) return { named: [], kinds: [] }
  if (hasSlash) return { named: words.map(parsePair), kinds: [] }
  if (rest.length === 0 && isName(first))
    throw new UsageError(`"${first}" does not name a workload: give TYPE/NAME, such as deployment/${first}.`)
  const kinds = first.split(',').flatMap(kindsNamed)
  if (rest.length === 0) return { named: [], kinds }
  return { named: kinds.flatMap(kind => rest.map(name => ({ kind, name: checked(name) }))), kinds: [] }
}

function parsePair(word: string): { kind: RolloutKind; name: string } {
  const [type = '', name = '', ...more] = word.split('/')
  if (type === '' || name === '' || more.length > 0)
    throw new UsageError(`"${word}" does not name a workload: give TYPE/NAME, such as deployment/web.`)
  const [kind, ...others] = kindsNamed(type)
  if (kind === undefined || others.length > 0)
    throw new UsageError(`"${word}" names more than one type: give TYPE/NAME for each.`)
  return { kind, name: checked(name) }
}

function checked(name: string): string {
  if (/^[a-z0-9]([a-z0-9.-]*[a-z0-9])?$/.test(name) && name.length <= 253) return name
  throw new UsageError(`"${name}" can't be the name of a workload.`)
}

/** Whether the word can only be a name: it is not a type, or a list of types, that kubectl knows. */
function isName(word: string): boolean {
  const isType =
    word.toLowerCase() === 'all' || kindNamed(word) !== null || OTHER_TYPES.has(word.toLowerCase())
  return !isType && !word.includes(',') && !word.includes('.')
}

function kindsNamed(type: string): RolloutKind[] {
  const word = type.toLowerCase()
  if (word === 'all') return SUBJECT_KINDS
  const kind = kindNamed(word)
  if (kind !== null) return [kind]
  throw new UsageError(`${notAType(type)}.`)
}

/** Whether the qualifiers are a group: `deployment.apps`, `deployments.v1.apps`; the core group has no name. */
function isGroupOf(qualifiers: string[], group: string): boolean {
  const [version = ''] = qualifiers
  const named = /^v\d/.test(version) ? qualifiers.slice(1) : qualifiers
  return qualifiers.length === 0 || named.join('.') === group
}

/** Returns the kind that kubectl understands by the word; null for any other word. */
export function kindNamed(type: string): RolloutKind | null {
  const [name = '', ...qualifiers] = type.toLowerCase().split('.')
  const kind = SUBJECT_KINDS.find(each =>
    [each.toLowerCase(), KINDS[each].resource, SHORT_NAMES[each]].includes(name),
  )
  return kind !== undefined && isGroupOf(qualifiers, KINDS[kind].group) ? kind : null
}
