/** Mirrors for a person: each group of nodes with what is known of its mirror, and with a mirror to use the files and commands for each group. */

import type { MirrorReport } from '../../mirror/report.ts'
import type { MirrorSurvey } from '../../mirror/survey.ts'
import { cell } from '../escape.ts'
import { ownCommand } from '../invocation.ts'
import type { ReportOptions } from '../options.ts'
import { sanitizeLine } from '../sanitize.ts'
import { field, joinBlocks } from '../screen/block.ts'
import { columns } from '../screen/columns.ts'
import { type Palette, paletteFor } from '../screen/palette.ts'
import { labelledCommand } from '../screen/step.ts'
import { tableLines } from '../screen/table.ts'
import { wrap } from '../screen/wrap.ts'
import { formatNumber, joinList, pluralize } from '../words/count.ts'
import { capitalize, registryLabel } from '../words/labels.ts'
import {
  configuredText,
  platformName,
  RUNTIME_NOTE,
  runtimeName,
  seenText,
  stateText,
} from '../words/mirror/platforms.ts'
import { gapLines } from './gaps.ts'
import { setupBlock } from './mirror-planned.ts'
import { verificationLines } from './mirror-verification.ts'

/** The whole report; what could not be read stands before the next step. */
export function renderMirrorScreen(report: MirrorReport, options: ReportOptions): string {
  const { survey, target, planned } = report
  const palette = paletteFor(options.color)
  const body =
    target === null
      ? [...surveyBlocks(survey, options, palette)]
      : planned.map(each => setupBlock(each, report, options, palette))
  return joinBlocks([
    ...body,
    report.verification === null ? [] : verificationLines(report.verification, options, palette),
    gapLines(survey.gaps, options.width, palette),
    closing(report, options, palette),
  ])
}

function surveyBlocks(
  survey: MirrorSurvey,
  { width, terminal }: ReportOptions,
  palette: Palette,
): string[][] {
  const { groups, seen, configured, pulls } = survey
  const rows = groups.map(({ group, mirror }) => [
    formatNumber(group.nodes.length),
    platformName(group),
    cell(runtimeName(group)),
    cell(group.osImage ?? group.os),
    cell(stateText(mirror)),
  ])
  const notes = new Map<string, string[]>()
  for (const { group, notes: own } of groups) {
    for (const note of own)
      notes.set(RUNTIME_NOTE[note], [...(notes.get(RUNTIME_NOTE[note]) ?? []), runtimeName(group)])
  }
  return [
    groups.length === 0
      ? []
      : listed([['NODES', 'PLATFORM', 'RUNTIME', 'SYSTEM', 'MIRROR'], ...rows], terminal, width),
    seen.flatMap((mirror, index) =>
      field({ label: index === 0 ? 'seen' : '', text: seenText(mirror) }, width),
    ),
    configured.flatMap((mirror, index) =>
      field({ label: index === 0 ? 'configured' : '', text: configuredText(mirror) }, width),
    ),
    [...notes].flatMap(([text, runtimes], index) =>
      field(
        { label: index === 0 ? 'runtimes' : '', text: `${joinList([...new Set(runtimes)])}: ${text}` },
        width,
      ),
    ),
    pulls.flatMap(({ registry, images, pulls: all, mostOnOneNode }, index) =>
      field(
        {
          label: index === 0 ? 'pulls' : '',
          text: `${capitalize(registryLabel(registry))}: ${pluralize(images, 'image')} in use; ${pluralize(all, 'pull')} if every node starts empty, ${formatNumber(images)} through a mirror that has ${images === 1 ? 'it' : 'them'} cached; at most ${formatNumber(mostOnOneNode)} on one node`,
        },
        width,
      ),
    ),
    groups.some(({ mirror }) => mirror.state === 'unknown')
      ? wrap(
          'Unknown does not mean none: files on nodes are not visible through the API server, and a mirror shows only in messages of pulls that failed.',
          width,
        ).map(palette.dim)
      : [],
  ]
}

function listed(rows: string[][], terminal: boolean, width: number): string[] {
  return terminal ? tableLines(rows, width).flat() : columns(rows)
}

function closing(report: MirrorReport, { width, invocation }: ReportOptions, palette: Palette): string[] {
  const { survey, target, written } = report
  if (target !== null) {
    const where = namesFiles(report) ? ' Run the commands from the folder that holds the files.' : ''
    const files =
      written.length === 0 ? [] : wrap(sanitizeLine(`Written: ${joinList(written)}.${where}`), width)
    const none = survey.groups.length === 0 ? ['No nodes could be read, so there is nothing to print.'] : []
    return [
      ...none,
      ...files,
      ...wrap(
        sanitizeLine(
          `Nothing was changed on nodes or in the cluster. Pulls of ${joinList(target.registries)} go to ${target.address.url} once the files are in place.`,
        ),
        width,
      ),
      ...proofLines(report, width, palette),
    ]
  }
  return labelledCommand(
    'Next: ',
    ownCommand(invocation, 'mirror --to https://<mirror>'),
    width,
    palette.strong,
  )
}

/** Whether a command names a file by its name alone. */
function namesFiles({ planned }: MirrorReport): boolean {
  return planned.some(
    ({ setup }) =>
      !('unsupported' in setup) &&
      setup.put.some(({ line }) => setup.files.some(({ name }) => line.includes(name.split('/')[0] ?? name))),
  )
}

/** Last, because files in place before the mirror works slow every pull. */
function proofLines({ verification, planned }: MirrorReport, width: number, palette: Palette): string[] {
  if (planned.every(({ setup }) => 'unsupported' in setup)) return []
  if (verification === null) return wrap('To prove the mirror first, add --verify to this command.', width)
  if (verification.wrong === 0) return []
  return wrap('Put the files in place only after the mirror serves these images.', width).map(line =>
    palette.problem(line, 'error'),
  )
}
