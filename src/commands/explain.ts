/** `pullguard explain`: what a cause is, how to recognize it, and what to do. */

import { CAUSES } from '../diagnosis/finding.ts'
import { UsageError } from '../errors.ts'
import { similarNames } from '../image/mistakes/similar-names.ts'
import type { DataFormat } from '../report/formats.ts'
import { renderExplanations } from '../report/views/explanations.ts'
import { type Explanation, explanationsOf } from '../report/words/explanations.ts'
import type { CommandContext, ExitName } from './context.ts'
import { invocationOf, screenOf } from './shared-flags.ts'

interface ExplainOptions {
  /** Causes, subcauses, or rules; empty: a list of all. */
  names: readonly string[]
  format: DataFormat
}

/** Explains causes and rules. @throws UsageError for an unknown name */
export async function explainCommand(options: ExplainOptions, context: CommandContext): Promise<ExitName> {
  const all = explanationsOf(CAUSES)
  const listed = options.names.length === 0
  const chosen = listed ? all : [...new Set(options.names.flatMap(name => explanationsNamed(name, all)))]
  const invocation = invocationOf(context, {})
  const report = { format: options.format, listed, ...screenOf(context.out), invocation }
  await context.out.write(renderExplanations(chosen, report))
  return 'ok'
}

/** Returns the explanations with that name, possibly both a cause and a rule, or else the only one with a subcause of that name. */
function explanationsNamed(name: string, all: readonly Explanation[]): Explanation[] {
  const found = all.filter(each => each.name === name || pathsOf(each).includes(name))
  if (found.length > 0) return found
  const [only, ...more] = all.filter(({ subcauses }) => subcauses.some(sub => sub.name === name))
  if (only !== undefined && more.length === 0) return [only]
  if (only !== undefined) {
    const paths = [only, ...more].map(each => `${each.name}/${name}`).join(', ')
    throw new UsageError(`"${name}" is a subcause of several causes: choose ${paths}.`)
  }
  const near = nearest(name, all)
  const hint =
    near.length === 0 ? '`pullguard explain` lists them all.' : `did you mean ${near.join(' or ')}?`
  throw new UsageError(`There is no cause, subcause, or rule "${name}": ${hint}`)
}

/** Returns the subcauses with their cause, such as `rate-limited/anonymous`. */
function pathsOf({ name, subcauses }: Explanation): string[] {
  return subcauses.map(sub => `${name}/${sub.name}`)
}

function nearest(name: string, all: readonly Explanation[]): string[] {
  return similarNames(
    name,
    all.flatMap(each => [each.name, ...each.subcauses.map(sub => sub.name)]),
    3,
  )
}
