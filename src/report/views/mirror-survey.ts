/** Renders what is known of the mirrors that nodes use: one row per group of nodes, and below what was seen, is configured, and is pulled. */

import type { MirrorSurvey } from '../../mirror/survey.ts'
import type { ReportOptions } from '../formats.ts'
import { cell } from '../sanitize.ts'
import { fields, type Palette, wrap } from '../screen/layout.ts'
import { columns, tableLines } from '../screen/table.ts'
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
  { groups, seen, configured, pulls }: MirrorSurvey,
  { width, terminal }: ReportOptions,
  palette: Palette,
): string[][] {
  const isUnknown = groups.some(({ mirror }) => mirror.state === 'unknown')
  return [
    nodeTable(groups, { terminal, width }),
    fields('seen', seen.map(seenText), width),
    fields('configured', configured.map(configuredText), width),
    fields('runtimes', runtimeNotes(groups), width),
    fields('pulls', pulls.map(pullsText), width),
    isUnknown ? wrap(UNKNOWN, width).map(palette.dim) : [],
  ]
}

const UNKNOWN =
  'Unknown does not mean none: files on nodes are not visible through the API server, and a mirror shows up only in the errors of failed pulls.'

/** Returns each note once, with the runtimes that it is about. */
function runtimeNotes(groups: MirrorSurvey['groups']): string[] {
  const noted = groups.flatMap(({ group, notes }) =>
    notes.map(note => ({ text: RUNTIME_NOTE[note], runtime: runtimeName(group) })),
  )
  return [...Map.groupBy(noted, ({ text }) => text)].map(([text, same]) => {
    const runtimes = new Set(same.map(({ runtime }) => runtime))
    return `${joinList([...runtimes])}: ${text}`
  })
}

function pullsText({ registry, images, pulls, mostOnOneNode }: MirrorSurvey['pulls'][number]): string {
  return `${capitalize(registryLabel(registry))}: ${pluralize(images, 'image')} in use; ${pluralize(pulls, 'pull')} if every node starts empty (at most ${formatNumber(mostOnOneNode)} on one node), or ${formatNumber(images)} through a mirror, which pulls each image once`
}

/** Returns one row per group; where they would be too long for a terminal, without the mirrors' hosts, which follow below. */
function nodeTable(
  groups: MirrorSurvey['groups'],
  { terminal, width }: Pick<ReportOptions, 'terminal' | 'width'>,
): string[] {
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
  const withHosts = tableLines(rows(stateText), width)
  if (withHosts.every(lines => lines.length === 1)) return withHosts.flat()
  return tableLines(
    rows(({ state }) => state),
    width,
  ).flat()
}
