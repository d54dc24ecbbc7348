/** Explanations of causes and rules, in any of their formats. */

import { cell } from '../escape.ts'
import type { ExplainFormat } from '../formats.ts'
import { enveloped, toJson, toYaml } from '../machine/data.ts'
import type { ReportOptions } from '../options.ts'
import { field, joinBlocks, joinLines, LABEL } from '../screen/block.ts'
import { columns } from '../screen/columns.ts'
import { paletteFor } from '../screen/palette.ts'
import { pad, wrap } from '../screen/wrap.ts'
import { EXPLANATIONS, type Explanation } from '../words/explain.ts'

/** The names that can be explained. */
export const EXPLAINED: readonly string[] = [...new Set(EXPLANATIONS.map(({ name }) => name))]

export interface ExplainOptions extends ReportOptions {
  format: ExplainFormat
}

const RENDERERS: Record<ExplainFormat, (found: Explanation[], options: ExplainOptions) => string> = {
  table: (found, options) => joinBlocks(found.map(each => block(each, options))),
  json: found => toJson(enveloped('Explanations', { explanations: found })),
  yaml: found => toYaml(enveloped('Explanations', { explanations: found })),
}

/** What is known under these names; with none a list of them all. */
export function renderExplanations(names: readonly string[], options: ExplainOptions): string {
  if (names.length === 0 && options.format === 'table') return list()
  const found = EXPLANATIONS.filter(({ name }) => names.length === 0 || names.includes(name))
  return RENDERERS[options.format](found, options)
}

function list(): string {
  const rows = EXPLANATIONS.map(({ name, type, title }) => [name, type, title].map(cell))
  return joinLines(columns([['NAME', 'TYPE', 'MEANS'], ...rows]))
}

function block(
  { name, type, title, means, sign, todo, example }: Explanation,
  { width, color }: ExplainOptions,
): string[] {
  const palette = paletteFor(color)
  const lines = (label: string, text: string) =>
    text.split('\n').map((line, index) => `  ${pad(index === 0 ? label : '', LABEL)}${palette.dim(line)}`)
  return [
    ...wrap(`${title} (${type} ${name})`, width).map(palette.strong),
    ...field({ label: 'means', text: means }, width),
    ...(sign === null ? [] : field({ label: 'sign', text: sign }, width)),
    ...field({ label: 'what to do', text: `${todo}.` }, width),
    ...(example === null ? [] : [...lines('before', example.before), ...lines('after', example.after)]),
  ]
}
