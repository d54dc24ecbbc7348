/**
 * Renders `mirror` in any format. For people: the state of each group of nodes, or what each needs to use a mirror, and whether the mirror
 * serves it.
 */

import type { MirrorReport, PlannedGroup } from '../../mirror/report.ts'
import type { MirrorFile, SetupCommand } from '../../mirror/setup.ts'
import type { JudgedMirrorCheck, Verification } from '../../mirror/verification.ts'
import type { MirrorFormat, ReportOptions } from '../formats.ts'
import { type Invocation, ownCommand } from '../invocation.ts'
import { toJson, toYaml } from '../machine/data.ts'
import { mirrorDocument } from '../machine/mirror-document.ts'
import { sanitizeLine } from '../sanitize.ts'
import { commandLines, labelledCommand } from '../screen/command-lines.ts'
import { field, fields, joinBlocks, LABEL, type Palette, paletteFor, wrap } from '../screen/layout.ts'
import { groupTitle } from '../words/mirror/platforms.ts'
import {
  commandOf,
  DELIVERY,
  deadMirrorText,
  EFFECT,
  LOGIN,
  noteText,
  UNSUPPORTED,
} from '../words/mirror/setup.ts'
import { verdictText, verificationNote } from '../words/mirror/verification.ts'
import { allOf, joinList, pluralize, shortList } from '../words/nouns.ts'
import { gapLines } from './gaps.ts'
import { surveyBlocks } from './mirror-survey.ts'

export interface MirrorReportOptions extends ReportOptions {
  format: MirrorFormat
}

const RENDERERS: Record<MirrorFormat, (report: MirrorReport, options: MirrorReportOptions) => string> = {
  table: renderMirrorScreen,
  text: renderMirrorScreen,
  json: (report, { invocation }) => toJson(mirrorDocument(report, invocation)),
  yaml: (report, { invocation }) => toYaml(mirrorDocument(report, invocation)),
}

/** Returns the report as text for standard output. */
export function renderMirror(report: MirrorReport, options: MirrorReportOptions): string {
  return RENDERERS[options.format](report, options)
}

/** Renders the whole report; what could not be read comes before the next step. */
function renderMirrorScreen(report: MirrorReport, options: ReportOptions): string {
  const { survey, target, planned } = report
  const palette = paletteFor(options.color)
  const body =
    target === null
      ? surveyBlocks(survey, options, palette)
      : planned.map(each => setupBlock(each, report, options, palette))
  return joinBlocks([
    ...body,
    report.verification === null ? [] : verificationLines(report.verification, options, palette),
    gapLines(survey.gaps, options.width, palette),
    closing(report, options, palette),
  ])
}

/** Returns what one group of nodes needs: files, how to deploy them, and how to check them. */
function setupBlock(
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
    ...line('install', DELIVERY[setup.delivery]),
    ...setup.put.flatMap(command => commandBlock(command, invocation, width, palette)),
    ...line('effect', EFFECT[setup.effect]),
    ...(setup.activate === null ? [] : commandBlock(setup.activate, invocation, width, palette)),
    ...line('check', checkText(setup.check)),
    ...setup.check.flatMap(command => commandBlock(command, invocation, width, palette)),
    ...line('fallback', deadMirrorText(setup, registries)),
    ...line('login', LOGIN[setup.login]),
    ...fields('notes', setup.notes.map(noteText), width),
  ]
}

/** Returns the content unchanged, for copying; absent if it was written to a file. */
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

/** Preserves the indentation of a file's line. */
function sanitizeEnd(text: string): string {
  const indent = /^ */.exec(text)?.[0] ?? ''
  return indent + sanitizeLine(text)
}

function checkText(check: readonly SetupCommand[]): string {
  return check.some(({ on }) => on === 'node')
    ? "on a node; the mirror's log must show the request"
    : "the mirror's log must show the request"
}

function commandBlock(
  command: SetupCommand,
  invocation: Invocation,
  width: number,
  palette: Palette,
): string[] {
  return commandLines(commandOf(command, invocation), width, ' '.repeat(LABEL + 4)).map(palette.strong)
}

const MAX_SHOWN = 4

/** Returns the mirror's answers: one line per verdict, with the images that it covers. */
function verificationLines(
  verification: Verification,
  { width }: Pick<ReportOptions, 'width'>,
  palette: Palette,
): string[] {
  const { checks } = verification
  return [
    ...title(verification, width, palette),
    ...[...Map.groupBy(checks, verdictText)].flatMap(([text, same]) =>
      field({ label: same.length === 1 ? 'image' : 'images', text: `${imageNames(same)}: ${text}` }, width),
    ),
    ...wrap(sanitizeLine(verificationNote(verification)), width, '  ').map(palette.dim),
  ]
}

function title({ checks, wrong, served, proven }: Verification, width: number, palette: Palette): string[] {
  if (checks.length === 0)
    return wrap('No pod runs an image from these registries, so the mirror was not asked.', width)
  if (wrong > 0) {
    const text = `The mirror fails for ${wrong === checks.length ? pluralize(wrong, 'image') : `${wrong} of ${pluralize(checks.length, 'image')}`}:`
    return wrap(text, width).map(line => palette.problem(line, 'error'))
  }
  if (!proven)
    return wrap('Nothing proves that the mirror works:', width).map(line => palette.problem(line, 'warning'))
  const text =
    served < checks.length
      ? `The mirror works for ${served} of ${checks.length} images`
      : checks.length === 1
        ? 'The mirror works for the image'
        : `The mirror works for ${allOf(checks.length).toLowerCase()} images`
  return wrap(`${text} that it was asked for:`, width).map(palette.success)
}

function imageNames(checks: readonly JudgedMirrorCheck[]): string {
  return shortList(
    checks.map(({ reference }) => reference),
    MAX_SHOWN,
  )
}

function closing(report: MirrorReport, { width, invocation }: ReportOptions, palette: Palette): string[] {
  const { survey, target, written } = report
  if (target !== null) {
    const where = namesFiles(report) ? ' Run the commands from the folder with the files.' : ''
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

/** Whether a command refers to a file by its name without a path. */
function namesFiles({ planned }: MirrorReport): boolean {
  return planned.some(
    ({ setup }) =>
      !('unsupported' in setup) &&
      setup.put.some(({ line }) => setup.files.some(({ name }) => line.includes(name.split('/')[0] ?? name))),
  )
}

/** Comes last, because files put in place before the mirror works slow every pull. */
function proofLines({ verification, planned }: MirrorReport, width: number, palette: Palette): string[] {
  if (planned.every(({ setup }) => 'unsupported' in setup)) return []
  if (verification === null) return wrap('To test the mirror first, add --verify to this command.', width)
  if (verification.wrong === 0) return []
  return wrap('Put the files in place only after the mirror serves these images.', width).map(line =>
    palette.problem(line, 'error'),
  )
}
