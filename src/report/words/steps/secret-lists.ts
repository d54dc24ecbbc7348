/** Which list gives pods their pull secrets, and what existing pods need once it is changed. */

import type { StepOf } from '../../../advice/step/step.ts'
import { clueOf, hasClue } from '../../../diagnosis/clues/clue.ts'
import { hasOwnList } from '../../../diagnosis/credential/credential-report.ts'
import { helmCommand, type Invocation, kubectlCommand } from '../../invocation.ts'
import { shellWord } from '../../sanitize.ts'
import { pullSecretField } from '../credential/pull-secret-fields.ts'
import { countPods, objectName } from '../nouns.ts'
import type { Findings, StepWords } from '../step-words.ts'

/** Returns what existing pods need: admission copies the list of a service account into a pod only once. The pod of a run is not made again. */
export function newPods({ workload, ofCustomController }: Findings[number]): string {
  const isRun = workload?.group === undefined && RUNS.includes(workload?.kind ?? '')
  const how = isRun
    ? `delete the pods: the job creates new ones if ${MAY_FAIL}`
    : workload?.group === undefined || ofCustomController !== true
      ? 'recreate the pods'
      : workload.group === 'acme.cert-manager.io'
        ? 'delete the pod, as cert-manager creates another one'
        : `delete the pod if ${objectName(workload)} creates another one, or else start a new run of it`
  return `, then ${how} (only new pods get a service account's secrets)`
}

/** Their pods are a Job's. */
const RUNS: readonly string[] = ['Job', 'CronJob']

/** The job controller counts a deleted pod as a failed one, unless podReplacementPolicy is Failed and the pod ends well (pkg/controller/job, isPodFailed). */
const MAY_FAIL = 'its backoffLimit allows one more failure, as which a deleted pod counts'

/** Returns what becomes of a change of the pod's service account where that is a Helm hook; empty for others. Helm replaces hooks by default (helm.sh/docs/topics/charts_hooks). */
export function hookNote(
  { clues, namespace }: Findings[number],
  invocation: Invocation,
  isNamed = true,
): string {
  const hook = clueOf(clues, 'hook-account')
  if (hook === undefined) return ''
  // A label is untrusted: it could be read as a flag.
  const isName = hook.release !== null && /^[a-z0-9][-a-z0-9.]*$/.test(hook.release)
  const command = isName
    ? helmCommand(invocation, `get values ${shellWord(hook.release ?? '')} --all`, namespace)
    : undefined
  return `. The account${isNamed ? '' : ` (${hook.own})`} is a Helm hook, so the next upgrade most likely replaces it, without this change: name the secret in the values of its chart as well${command === undefined ? '' : ` (see \`${command}\`)`}`
}

/** The words of the step after a change that pods of a Job don't get on their own. */
export const renewJob: StepWords<StepOf<'recreate-job'>>['recreate-job'] = (
  { reached },
  { invocation, findings, findings: [first] },
) => {
  const job = `job ${first.workload?.name ?? ''}`
  const pods = countPods(findings) === 1 ? 'pod' : 'pods'
  const newJob = `delete and recreate ${job} (or run it again): a Job's template is immutable`
  if (reached === 'by-job') return { text: `Then ${newJob}` }
  const isNoted = first.steps.some(({ code }) => code === 'use-known-secret')
  const newPod = `delete the ${pods}, unless ${job} has a new one already: it creates one if ${MAY_FAIL} (if not, recreate the job)`
  const command = kubectlCommand(invocation, `delete pod ${shellWord(first.pod)}`, first.namespace)
  return {
    text:
      reached === 'by-pod'
        ? `Then ${newPod}${isNoted ? '' : hookNote(first, invocation, false)}`
        : `Then ${newPod}. For another registry, ${newJob}`,
    ...(reached === 'by-pod' && pods === 'pod' && { command }),
  }
}

/** Returns whose list of pull secrets to extend. The template of a custom resource's pods is its operator's. */
export function secretList(
  { workload, credential }: Findings[number],
  own: string,
  invocation: Invocation,
): string {
  const known = workload === null ? null : pullSecretField(workload)
  const field = known === null ? '' : `, as ${known}`
  if (hasOwnList({ credential }))
    return workload?.group === undefined
      ? "the pod's template"
      : `${objectName(workload)}, whose operator makes the template${field}`
  if (workload?.kind === 'Job' && workload.group === undefined) return `the pod's service account${own}`
  if (workload?.group === undefined) return `the pod's template or service account${own}`
  const fields = fieldsOf(workload.kind, invocation)
  const maybe = `, if ${fields === null ? 'that has' : `\`${fields}\` shows`} such a field`
  return `the pod's service account${own} (or of ${objectName(workload)}, whose operator makes the template${field === '' ? maybe : `${field}; if it names it already, its operator leaves these pods out, as a newer one may not`})`
}

/** Returns the field of the pod's custom resource that lasts for its next pods too; empty for other pods, and where that is not known. */
export function orInResource({ workload }: Findings[number]): string {
  const field = workload === null ? null : pullSecretField(workload)
  if (field === null || workload === null) return ''
  const isWhole = /\bof (?!spec\b)/.test(field)
  return `, or for later pods to ${field}${isWhole ? '' : ` of ${objectName(workload)}`}`
}

/** Kinds of pods' owners that Kubernetes has, too. */
const BUILT_IN = /^(?:Pod|Service|Deployment|ReplicaSet|StatefulSet|DaemonSet|Job|CronJob|Node)$/

/** Returns the command that lists a custom resource's fields for pull secrets; null if it would list those of another kind. */
function fieldsOf(kind: string, invocation: Invocation): string | null {
  // By its name alone, kubectl shows Kubernetes' own, such as of a Service of Knative's or a Job of Volcano's.
  if (BUILT_IN.test(kind)) return null
  return `${kubectlCommand(invocation, `explain ${shellWord(`${kind.toLowerCase()}.spec`)} --recursive`)} | grep -i pullsecret`
}

/** Returns what the next namespaces need, where something makes them for runs, such as those of tests in CI (vmware-tanzu/sonobuoy#1038). */
export function nextNamespaces(findings: Findings): string {
  return findings.every(({ clues }) => hasClue(clues, 'new-namespace'))
    ? '. These namespaces are hardly older than their pods: if something makes such namespaces again and again, let it add the secret and name it in the service account before it creates pods, as the next ones lack it as well'
    : ''
}
