/** What to know of a dump beside its diagnosis: files that were passed over, folders that were not entered. */

import type { SnapshotSource } from '../../snapshot/snapshot.ts'
import { sanitizeLine } from '../sanitize.ts'
import { joinLines } from '../screen/block.ts'
import { pluralize, shortList } from '../words/count.ts'

/** One sentence each, ready for standard error; empty for a cluster. */
export function renderSourceNotes(source: SnapshotSource): string {
  return joinLines(sentences(source).map(sanitizeLine))
}

function sentences(source: SnapshotSource): string[] {
  if (source.type === 'cluster') return []
  const { passedOver, unentered = [] } = source
  const notes: string[] = []
  if (passedOver !== undefined) {
    const { count, examples } = passedOver
    const names = count > examples.length ? `${examples.join(', ')}, …` : examples.join(', ')
    notes.push(
      `${pluralize(count, 'file')} ${count === 1 ? 'was' : 'were'} skipped because ${count === 1 ? 'it holds' : 'they hold'} no Kubernetes objects: ${names}.`,
    )
  }
  if (unentered.length > 0)
    notes.push(`Folders in ${shortList(unentered, 3)} were not read: add -R to read them too.`)
  return notes
}
