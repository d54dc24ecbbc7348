/** Renders what is known of the mirrors that nodes use: one row per group of nodes, and below what was seen, is configured, and is pulled. */

import type { MirrorSurvey } from '../../mirror/survey.ts'
import type { ReportOptions } from '../options.ts'
import { cell } from '../sanitize.ts'
import { columns } from '../screen/columns.ts'
import { field, type Palette, wrap } from '../screen/layout.ts'
import { tableLines } from '../screen/table.ts'
import {
  configuredText,
  platformName,
  RUNTIME_NOTE,
  runtimeName,
  seenText,
  stateText,
} from '../words/mirror/platforms.ts'
import { capitalize, formatNumber, joinList, pluralize, registryLabel } from '../words/nouns.ts'

/** Returns the blocks of a survey, the table of nodes first. */
export function surveyBlocks(
  survey: MirrorSurvey,
  { width, terminal }: ReportOptions,
  palette: Palette,
): string[][] {
  const { groups, seen, configured, pulls } = survey
  const notes = new Map<string, string[]>()
  for (const { group, notes: own } of groups) {
    for (const note of own)
      notes.set(RUNTIME_NOTE[note], [...(notes.get(RUNTIME_NOTE[note]) ?? []), runtimeName(group)])
  }
  return [
    nodeTable(groups, terminal, width),
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

/** Returns one row per group; where they would be too long for a terminal, without the mirrors' hosts, which follow below. */
function nodeTable(groups: MirrorSurvey['groups'], terminal: boolean, width: number): string[] {
  if (groups.length === 0) return []
  const rows = (stateOf: (mirror: MirrorSurvey['groups'][number]['mirror']) => string) => [
    ['NODES', 'PLATFORM', 'RUNTIME', 'SYSTEM', 'MIRROR'],
    ...groups.map(({ group, mirror }) => [
      formatNumber(group.nodes.length),
      platformName(group),
      cell(runtimeName(group)),
      cell(group.osImage ?? group.os),
      cell(stateOf(mirror)),
    ]),
  ]
  if (!terminal) return columns(rows(stateText))
  const whole = tableLines(rows(stateText), width)
  return (
    whole.every(lines => lines.length === 1)
      ? whole
      : tableLines(
          rows(({ state }) => state),
          width,
        )
  ).flat()
}
