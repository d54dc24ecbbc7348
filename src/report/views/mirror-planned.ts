/** What one group of nodes needs to use a mirror, for a person: files, how they get there, and how to check them. */

import type { MirrorReport, PlannedGroup } from '../../mirror/report.ts'
import type { MirrorFile, SetupCommand } from '../../mirror/setup.ts'
import type { Invocation } from '../invocation.ts'
import type { ReportOptions } from '../options.ts'
import { sanitizeLine } from '../sanitize.ts'
import { field, LABEL } from '../screen/block.ts'
import type { Palette } from '../screen/palette.ts'
import { commandLines } from '../screen/step.ts'
import { wrap } from '../screen/wrap.ts'
import { commandOf } from '../words/mirror/commands.ts'
import { groupTitle } from '../words/mirror/platforms.ts'
import { DELIVERY, deadMirrorText, EFFECT, LOGIN, noteText, UNSUPPORTED } from '../words/mirror/setup.ts'

/** One block of lines. */
export function setupBlock(
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
    ...setup.notes.flatMap((note, index) => line(index === 0 ? 'notes' : '', noteText(note))),
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
