/** `pullguard why` without a name: offers the pods that are failing. */

import { adviseDiagnosis } from '../../advice/add-steps.ts'
import { diagnose } from '../../diagnosis/diagnose.ts'
import { UsageError } from '../../errors.ts'
import { podChoices, podQuestion, unnamedPodText } from '../../report/views/questions.ts'
import type { CommandContext } from '../context.ts'
import { invocationOf } from '../invocation.ts'
import { takeSnapshot } from '../snapshot.ts'
import type { WhyOptions } from '../why.ts'

/** NAMESPACE/POD of the one that was chosen. @throws UsageError with the names, where nobody can be asked or nothing is failing */
export async function choosePod(options: WhyOptions, context: CommandContext): Promise<string> {
  const { connection, files, recursive } = options
  const snapshot = await takeSnapshot({ connection, allNamespaces: false, files, recursive }, context)
  const diagnosis = adviseDiagnosis(diagnose(snapshot))
  const invocation = invocationOf(context, connection, files.length > 0)
  const choices = podChoices(diagnosis, invocation)
  if (context.ask.available && choices.length > 0) return context.ask.pick(podQuestion(), choices)
  throw new UsageError(unnamedPodText(diagnosis, invocation))
}
