/** `pullguard explain`: what a cause or a rule means, how to tell, what to do. */

import { UsageError } from '../errors.ts'
import { similarNames } from '../image/similar-names.ts'
import type { ExplainFormat } from '../report/formats.ts'
import { EXPLAINED, renderExplanations } from '../report/views/explain.ts'
import type { CommandContext, ExitName } from './context.ts'
import { invocationOf } from './invocation.ts'

export interface ExplainCommandOptions {
  /** None: a list of all. */
  names: string[]
  format: ExplainFormat
}

/** @throws UsageError for a name that is neither a cause nor a rule */
export async function explainCommand(
  { names, format }: ExplainCommandOptions,
  context: CommandContext,
): Promise<ExitName> {
  const unknown = names.find(name => !EXPLAINED.includes(name))
  if (unknown !== undefined) {
    const [near] = similarNames(unknown, EXPLAINED, 1)
    const hint =
      near === undefined ? `\`${context.program} explain\` lists them all.` : `Did you mean ${near}?`
    throw new UsageError(`There is no cause or rule "${unknown}". ${hint}`)
  }
  const { out } = context
  const options = { format, width: out.width, color: out.color, terminal: out.isTerminal }
  await out.write(renderExplanations(names, { ...options, invocation: invocationOf(context, {}) }))
  return 'ok'
}
