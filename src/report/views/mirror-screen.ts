/** Mirrors for a person: each group of nodes with what is known of its mirror, and with a mirror to use the files and commands for each group. */

import type { MirrorReport, PlannedGroup } from '../../mirror/report.ts'
import type { MirrorFile, SetupCommand } from '../../mirror/setup.ts'
import type { MirrorSurvey } from '../../mirror/survey.ts'
import { cell } from '../escape.ts'
import { type Invocation, ownCommand } from '../invocation.ts'
import type { ReportOptions } from '../options.ts'
import { sanitizeLine } from '../sanitize.ts'
import { field, joinBlocks, LABEL } from '../screen/block.ts'
import { columns } from '../screen/columns.ts'
import { type Palette, paletteFor } from '../screen/palette.ts'
import { commandLines, labelledCommand } from '../screen/step.ts'
import { tableLines } from '../screen/table.ts'
import { wrap } from '../screen/wrap.ts'
import { formatNumber, joinList, pluralize } from '../words/count.ts'
import { capitalize, registryLabel } from '../words/labels.ts'
import { commandOf } from '../words/mirror/commands.ts'
import {
  configuredText,
  groupTitle,
  platformName,
  RUNTIME_NOTE,
  runtimeName,
  seenText,
  stateText,
} from '../words/mirror/platforms.ts'
import { DELIVERY, deadMirrorText, EFFECT, LOGIN, noteText, UNSUPPORTED } from '../words/mirror/setup.ts'
import { gapLines } from './gaps.ts'
import { verificationLines } from './mirror-verification.ts'

/** The whole report; what could not be read stands before the next step. */
export function renderMirrorScreen(report: MirrorReport, options: ReportOptions): string {
  const { survey, target, planned } = report
  const palette = paletteFor(options.color)
  const body =
    target === null
      ? [...surveyBlocks(survey, options, palette)]
      : planned.map(each => plannedBlock(each, report, options, palette))
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

function plannedBlock(
  { group, setup }: PlannedGroup,
  report: MirrorReport,
  options: ReportOptions,
  palette: Palette,
): string[] {
  const { width, invocation } = options
  const title = wrap(sanitizeLine(groupTitle(group)), width).map(palette.strong)
  const line = (label: string, text: string) => field({ label, text }, width)
  if ('unsupported' in setup) return [...title, ...line('not possible', UNSUPPORTED[setup.unsupported])]
  const registries = report.target?.registries ?? []
  return [
    ...title,
    ...setup.files.flatMap(file => fileLines(file, report.written.length > 0, width, palette)),
    ...line('put there', DELIVERY[setup.delivery]),
    ...setup.put.flatMap(command => commandBlock(command, invocation, width, palette)),
    ...line('works', EFFECT[setup.effect]),
    ...(setup.activate === null ? [] : commandBlock(setup.activate, invocation, width, palette)),
    ...line('check', checkText(setup.check)),
    ...setup.check.flatMap(command => commandBlock(command, invocation, width, palette)),
    ...line('fallback', deadMirrorText(setup, registries)),
    ...line('login', LOGIN[setup.login]),
    ...setup.notes.flatMap((note, index) => line(index === 0 ? 'know' : '', noteText(note))),
  ]
}

/** The content as it is, so that it can be copied; not again where it was written to a file. */
function fileLines(
  { name, place, content }: MirrorFile,
  written: boolean,
  width: number,
  palette: Palette,
): string[] {
  const label = field({ label: 'file', text: place ?? name }, width)
  if (written) return label
  const indent = ' '.repeat(LABEL + 2)
  const lines = content.trimEnd().split('\n')
  return [
    ...label,
    ...lines.map(text => (text === '' ? '' : palette.strong(`${indent}${sanitizeEnd(text)}`))),
  ]
}

/** A line of a file keeps its indentation. */
function sanitizeEnd(text: string): string {
  const indent = /^ */.exec(text)?.[0] ?? ''
  return indent + sanitizeLine(text)
}

function checkText(check: readonly SetupCommand[]): string {
  return check.some(({ on }) => on === 'node')
    ? 'on a node; the log of the mirror has to show the request'
    : 'the log of the mirror has to show the request'
}

function commandBlock(
  command: SetupCommand,
  invocation: Invocation,
  width: number,
  palette: Palette,
): string[] {
  return commandLines(commandOf(command, invocation), width, ' '.repeat(LABEL + 4)).map(palette.strong)
}

function closing(report: MirrorReport, { width, invocation }: ReportOptions, palette: Palette): string[] {
  const { survey, target, written } = report
  if (target !== null) {
    const files = written.length === 0 ? [] : wrap(sanitizeLine(`Written: ${joinList(written)}.`), width)
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
    ]
  }
  return labelledCommand(
    'Next: ',
    ownCommand(invocation, 'mirror --to https://<mirror>'),
    width,
    palette.strong,
  )
}
