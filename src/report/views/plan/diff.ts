/** What a patch changes in an object, as a diff that a person reads: lines that go, lines that come, and what is around them. */

import type { Edit } from '../../../plan/change.ts'
import { sanitizeLine } from '../../sanitize.ts'
import type { Palette } from '../../screen/palette.ts'

/** The edits as lines of a diff, each container's name and each list above what changes in it. */
export function diffLines(edits: readonly Edit[], palette: Palette): string[] {
  let container: string | null = null
  return edits.flatMap(edit => {
    if (edit.field === 'imagePullSecrets') {
      return [
        ...line(' ', 'imagePullSecrets:'),
        ...(edit.before ?? []).flatMap(({ name }) => line(' ', `- name: ${name ?? '""'}`)),
        ...line('+', `- name: ${edit.entry}`).map(palette.success),
      ]
    }
    const heading = edit.container === container ? [] : line(' ', `container ${edit.container}:`)
    container = edit.container
    return [
      ...heading,
      ...(edit.before === null ? [] : line('-', `  ${edit.field}: ${edit.before}`).map(palette.dim)),
      ...line('+', `  ${edit.field}: ${edit.after}`).map(palette.success),
    ]
  })
}

/** Never broken: a digest is to be copied whole, and a terminal folds it by itself. */
function line(mark: ' ' | '+' | '-', text: string): string[] {
  const depth = text.length - text.trimStart().length
  return [`    ${mark} ${' '.repeat(depth)}${sanitizeLine(text)}`]
}
