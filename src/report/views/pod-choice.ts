/** Which of the failing pods somebody means who asks about a pod and names none. */

import type { AdvisedDiagnosis } from '../../advice/add-steps.ts'
import { groupByCause } from '../group.ts'
import type { Invocation } from '../invocation.ts'
import { sanitizeLine } from '../sanitize.ts'
import { whyCommand } from '../words/commands.ts'
import { shortList } from '../words/count.ts'
import { summarySentence } from '../words/summary.ts'

/** The failing pods, most urgent first, each with why it fails. The value is NAMESPACE/POD. */
export function podChoices(
  { findings }: AdvisedDiagnosis,
  invocation: Invocation,
): { name: string; value: string }[] {
  const choices = new Map<string, string>()
  for (const group of groupByCause(findings, invocation)) {
    for (const { namespace, pod } of group.findings) {
      const value = `${namespace}/${pod}`
      if (!choices.has(value)) choices.set(value, sanitizeLine(`${value}: ${group.words.short(group)}`))
    }
  }
  return [...choices].map(([value, name]) => ({ name, value }))
}

export function podQuestion(): string {
  return 'Which pod?'
}

/** Without a terminal: what can be named. */
export function unnamedPodText(diagnosis: AdvisedDiagnosis, invocation: Invocation): string {
  const [first] = diagnosis.findings
  const names = podChoices(diagnosis, invocation).map(({ value }) => value)
  return first === undefined
    ? `No pod is named. ${summarySentence(diagnosis, invocation)}`
    : `No pod is named. Failing: ${shortList(names, 10)}. Name one, such as \`${whyCommand(invocation, first)}\`.`
}
