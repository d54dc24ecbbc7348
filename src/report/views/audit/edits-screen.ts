/** Renders the edits of an audit for people: one line per file, what was left alone, and the diff. */

import { createTwoFilesPatch } from 'diff'
import type { EditReport } from '../../../audit/edit-report.ts'
import { guardLines, hasInvisibleText, sanitizeLine } from '../../sanitize.ts'
import { paletteFor } from '../../screen/layout.ts'
import { editedSentence, leftAloneSentence, NO_EDITS, refusalSentence } from '../../words/audit/file-edits.ts'

/** Returns one line per file, and one per edit that was left alone. */
export function editLines(report: EditReport): string[] {
  const { files, leftAlone } = report
  if (files.every(({ applied, refused }) => applied.length + refused.length === 0) && leftAlone.length === 0)
    return [NO_EDITS]
  const lines = [
    ...files.filter(({ applied }) => applied.length > 0).map(file => editedSentence(file, report)),
    ...files.flatMap(({ refused }) => refused.map(({ edit, why }) => refusalSentence(edit, why))),
    ...leftAlone.map(leftAloneSentence),
  ]
  // Containers that share a value through an alias also share the sentence.
  return [...new Set(lines)].map(sanitizeLine)
}

/** Returns a unified diff of all files, for `git apply`; escapes anything that a terminal or a CI runner would execute. */
export function renderEditDiff({ files }: EditReport, color: boolean): string {
  const palette = paletteFor(color)
  const changed = files.filter(({ before, after }) => before !== after)
  const patches = changed.map(({ path, before, after }) => {
    const name = path.replaceAll('\\', '/').replace(/^(?:\.?\/)+/, '')
    const patch = createTwoFilesPatch(`a/${name}`, `b/${name}`, before, after, undefined, undefined, {
      context: 3,
    })
    return patch.replace(/^=+\n/, '')
  })
  const lines = patches.join('').split('\n').map(visibleLine)
  const styled = lines.map(line =>
    /^\+(?!\+\+ )/.test(line) ? palette.success(line) : /^-(?!-- )/.test(line) ? palette.dim(line) : line,
  )
  return guardLines(styled.join('\n'))
}

/** Keeps a carriage return at the end of a line, which is the file's own line break. */
function visibleLine(line: string): string {
  const text = line.replace(/\r$/, '')
  if (!hasInvisibleText(text)) return line
  const indent = /^.\s*/.exec(text)?.[0] ?? ''
  return `${indent}${sanitizeLine(text.slice(indent.length))}`
}
