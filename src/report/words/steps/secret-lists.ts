/** Which list gives pods their pull secrets, and what existing pods need once it is changed. */

import type { AdvisedFinding } from '../../../advice/add-steps.ts'
import { hasClue } from '../../../diagnosis/clues/clue.ts'
import { type Invocation, kubectlCommand } from '../../invocation.ts'
import { shellWord } from '../../sanitize.ts'
import { pullSecretField } from '../credential/pull-secret-fields.ts'
import { objectName } from '../nouns.ts'
import type { Findings } from '../step-words.ts'

/** Returns what existing pods need: admission copies the list of a service account into a pod only once. The pod of a run is not made again. */
export function newPods({ workload, ofCustomController }: Findings[number]): string {
  // A new Job, such as of a Helm hook, may come with a new service account, which lacks the secret.
  if (workload?.kind === 'Job' && workload.group === undefined)
    return ", then delete the pods (a job below its backoffLimit creates new ones, and only new pods get a service account's secrets)"
  const how =
    workload?.group === undefined || ofCustomController !== true
      ? 'recreate the pods'
      : `delete the pod if ${objectName(workload)} creates another one, or else start a new run of it`
  return `, then ${how} (only new pods get a service account's secrets)`
}

/**
 * Returns what becomes of a Job's own service account; empty for other pods. Helm does not mark hooks as part of a release, and deletes
 * and recreates them by default (helm.sh/docs/topics/charts_hooks, before-hook-creation).
 */
export function hookNote({ workload, managedBy }: Findings[number]): string {
  return workload?.kind !== 'Job' || workload.group !== undefined || managedBy !== undefined
    ? ''
    : '. If the account is a Helm hook (its annotation helm.sh/hook), the next `helm upgrade` can replace it and lose this change, so name the secret in the values of the chart too'
}

/** Whether the pod names pull secrets itself, and so gets none of its service account's. */
export function hasOwnList({ credential }: Pick<AdvisedFinding, 'credential'>): boolean {
  return credential.unnamed === true || credential.attempts.some(({ from }) => from === 'pod')
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
  return workload?.group === undefined
    ? `the pod's template or service account${own}`
    : `the pod's service account${own} (or of ${objectName(workload)}, whose operator makes the template${field === '' ? `, if \`${fieldsOf(workload.kind, invocation)}\` shows such a field` : field})`
}

/** Returns the command that lists a custom resource's fields for pull secrets. */
function fieldsOf(kind: string, invocation: Invocation): string {
  return `${kubectlCommand(invocation, `explain ${shellWord(`${kind.toLowerCase()}.spec`)} --recursive`)} | grep -i pullsecret`
}

/** Returns what the next namespaces need, where something makes them for runs, such as those of tests in CI (vmware-tanzu/sonobuoy#1038). */
export function nextNamespaces(findings: Findings): string {
  return findings.every(({ clues }) => hasClue(clues, 'new-namespace'))
    ? '. These namespaces are hardly older than their pods: if something makes such namespaces again and again, let it add the secret and name it in the service account before it creates pods, as the next ones lack it as well'
    : ''
}
