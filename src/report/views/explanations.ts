/** Renders `explain` in any format. */

import type { DataFormat, ReportOptions } from '../formats.ts'
import { enveloped, toJson, toYaml } from '../machine/data.ts'
import {
  field,
  fields,
  joinBlocks,
  joinLines,
  LABEL,
  numbered,
  type Palette,
  pad,
  paletteFor,
  wrap,
} from '../screen/layout.ts'
import { tableLines } from '../screen/table.ts'
import type { Explanation } from '../words/explanations.ts'

interface ExplanationOptions extends ReportOptions {
  format: DataFormat
  /** Only names and headlines, as a list to choose from. */
  listed: boolean
}

const RENDERERS: Record<
  DataFormat,
  (explanations: readonly Explanation[], options: ExplanationOptions) => string
> = {
  table: renderText,
  text: renderText,
  json: explanations => toJson(document(explanations)),
  yaml: explanations => toYaml(document(explanations)),
  name: explanations => joinLines(explanations.map(({ name }) => name)),
}

/** Returns the explanations as text for standard output. */
export function renderExplanations(
  explanations: readonly Explanation[],
  options: ExplanationOptions,
): string {
  return RENDERERS[options.format](explanations, options)
}

function renderText(explanations: readonly Explanation[], options: ExplanationOptions): string {
  return options.listed ? list(explanations, options) : whole(explanations, options)
}

function document(explanations: readonly Explanation[]): object {
  return enveloped('Explanations', { explanations })
}

const KINDS: Record<Explanation['kind'], string> = {
  cause: 'Causes of failing pulls:',
  rule: 'Rules of audit:',
}

function list(
  explanations: readonly Explanation[],
  { width, color, invocation: { program } }: ExplanationOptions,
): string {
  const palette = paletteFor(color)
  const lines = tableLines(
    explanations.map(({ name, title }) => [name, title]),
    width,
    '  ',
  )
  const blocks = [...Map.groupBy(explanations.keys(), at => explanations[at]?.kind ?? 'cause')].map(
    ([kind, places]) => [palette.strong(KINDS[kind]), ...[...places].flatMap(at => lines[at] ?? [])],
  )
  return joinBlocks([...blocks, [`For details: ${program} explain NAME`]])
}

function whole(
  explanations: readonly Explanation[],
  { width, color, invocation: { program } }: ExplanationOptions,
): string {
  const palette = paletteFor(color)
  return joinBlocks(explanations.map(each => block(each, { width, program }, palette)))
}

function block(
  { kind, name, title, is, howToTell, whatToDo, example, subcauses }: Explanation,
  { width, program }: { width: number; program: string },
  palette: Palette,
): string[] {
  const lines = (label: string, ...texts: string[]) =>
    fields(
      label,
      texts.map(text => text.replaceAll('`pullguard ', `\`${program} `)),
      width,
    )
  return [
    ...wrap(`${name}: ${title}`, width).map(palette.strong),
    '',
    // A rule's title says what it finds; its text says what harm that does.
    ...lines(kind === 'rule' ? 'why' : 'what it is', is),
    ...lines('how to tell', howToTell),
    ...lines('what to do', ...numbered(whatToDo)),
    ...(example === null ? [] : exampleLines(example, width).map(palette.dim)),
    ...lines('subcauses', ...subcauses.map(sub => `${sub.name}: ${sub.is}`)),
  ]
}

/** A single line is prose; several are code, whose line breaks and indentation matter. */
function exampleLines(example: string, width: number): string[] {
  const [first = '', ...others] = example.split('\n')
  if (others.length === 0) return field({ label: 'example', text: example }, width)
  return [first, ...others].map((line, index) => `  ${pad(index === 0 ? 'example' : '', LABEL)}${line}`)
}
