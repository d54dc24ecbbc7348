/** Renders how Kubernetes reads references, in any format. */

import type { ImageReading } from '../../image/describe.ts'
import { DOCKER_HUB } from '../../image/docker-hub.ts'
import type { JudgedCheck } from '../../snapshot/image-verdict.ts'
import type { DataFormat, ReportOptions } from '../formats.ts'
import { enveloped, toJson, toYaml } from '../machine/data.ts'
import { cell, sanitizeLine } from '../sanitize.ts'
import {
  displayWidth,
  field,
  joinBlocks,
  joinLines,
  type Palette,
  paletteFor,
  wrap,
} from '../screen/layout.ts'
import { columns, tableLines } from '../screen/table.ts'
import { checkText, imagesSentence } from '../words/image-check.ts'
import { registryLabel } from '../words/nouns.ts'
import { POLICY } from '../words/why.ts'

/** A reading and the registry's answer; null without `--check-images`. */
export type CheckedReading = ImageReading & { check: JudgedCheck | null }

export interface ImagesReportOptions extends ReportOptions {
  format: DataFormat
}

const RENDERERS: Record<DataFormat, (images: CheckedReading[], options: ImagesReportOptions) => string> = {
  table: (images, options) => (options.terminal ? renderScreen(images, options) : renderColumns(images)),
  text: renderScreen,
  json: images => toJson(enveloped('Images', { images })),
  yaml: images => toYaml(enveloped('Images', { images })),
  name: images => joinLines(images.map(({ reference, input }) => cell(reference ?? input))),
}

/** Returns the readings as text for standard output. `name` prints the full reference, or the input if it is invalid. */
export function renderImages(images: CheckedReading[], options: ImagesReportOptions): string {
  return RENDERERS[options.format](images, options)
}

/** Renders several references as a table if it fits, otherwise as blocks, followed by how many are invalid. */
function renderScreen(images: CheckedReading[], { width, color }: ImagesReportOptions): string {
  const palette = paletteFor(color)
  const verdict = imagesSentence(images)
  const blocks = () => images.map(image => blockOf(image, width, palette))
  if (images.length < 2) return joinBlocks(blocks())
  const table = tableOf(images, width, palette)
  return joinBlocks([...(table === null ? blocks() : [table]), [verdict]])
}

/**
 * Returns a table of what differs among the references, with the input if there is room, and the invalid ones below it; null if a row is
 * too wide, if registries were asked and there is more to show, or if fewer than two are valid.
 */
function tableOf(images: CheckedReading[], width: number, palette: Palette): string[] | null {
  const valid = images.filter(image => image.valid)
  if (valid.length < 2 || images.some(({ check }) => check !== null)) return null
  const rows = [
    ['IMAGE', 'REFERENCE', 'DEFAULT POLICY', 'DOCKER HUB LIMIT'],
    ...valid.map(({ input, reference, defaultPullPolicy, countsTowardsDockerHub }) => [
      cell(input),
      cell(reference),
      cell(defaultPullPolicy),
      countsTowardsDockerHub ? 'counts' : '-',
    ]),
  ]
  const fitting = [rows, rows.map(row => row.slice(1))]
    .map(columns => tableLines(columns, Number.POSITIVE_INFINITY).flat())
    .find(lines => lines.every(line => displayWidth(line) <= width))
  if (fitting === undefined) return null
  const invalid = images.filter(image => !image.valid)
  return [...fitting, ...invalid.flatMap(image => ['', ...blockOf(image, width, palette)])]
}

function blockOf(image: CheckedReading, width: number, palette: Palette): string[] {
  const title = wrap(sanitizeLine(image.input === '' ? '(empty)' : image.input), width)
  if (!image.valid) {
    return [
      ...title.map(line => palette.problem(line, 'error')),
      ...field({ label: 'invalid', text: image.error ?? 'not an image name' }, width),
    ]
  }
  const { registry, digest, defaultPullPolicy, countsTowardsDockerHub, check } = image
  const facts: [string, string | null][] = [
    ['reference', image.reference],
    ['registry', registry === DOCKER_HUB ? `${registry} (${registryLabel(registry)})` : registry],
    ['repository', image.repository],
    ['tag', image.tag],
    ['digest', image.digest],
    [
      'policy',
      defaultPullPolicy === null ? null : `${defaultPullPolicy} by default: ${POLICY[defaultPullPolicy]}`,
    ],
    [
      'Docker Hub',
      countsTowardsDockerHub ? 'a pull counts toward its limit' : 'a pull does not count toward its limit',
    ],
    ['asked', check === null ? null : checkText(check)],
    ['digest now', digest === null ? (check?.digest ?? null) : null],
  ]
  return [
    ...title.map(palette.strong),
    ...facts.flatMap(([label, text]) => (text === null ? [] : field({ label, text }, width))),
  ]
}

function renderColumns(images: CheckedReading[]): string {
  const asked = images.some(({ check }) => check !== null)
  const header = [
    'INPUT',
    'VALID',
    'REFERENCE',
    'REGISTRY',
    'REPOSITORY',
    'TAG',
    'DIGEST',
    'POLICY',
    'DOCKER-HUB',
    'ERROR',
    ...(asked ? ['CHECK'] : []),
  ]
  const rows = images.map(image => [
    image.input,
    String(image.valid),
    image.reference,
    image.registry,
    image.repository,
    image.tag,
    image.digest,
    image.defaultPullPolicy,
    String(image.countsTowardsDockerHub),
    image.error,
    ...(asked ? [image.check?.verdict ?? null] : []),
  ])
  return joinLines(columns([header, ...rows.map(row => row.map(cell))]))
}
