/** The journals of a run and of those that it went on with, written to as one. */

import { Journal } from './journal.ts'
import type { JournalLine } from './line.ts'
import type { Run } from './run.ts'

/** A line about a change goes to the journal that has the change, any other to all of them. */
export function journalsOf(run: Run, folder: string): Pick<Journal, 'append' | 'close'> {
  const names = new Set([run.run, ...run.entries.map(entry => entry.run)])
  const journals = new Map([...names].map(name => [name, new Journal(folder, name, null)]))
  return {
    append: async (line: JournalLine) => {
      const about = 'id' in line ? run.entries.filter(({ change }) => change.id === line.id) : []
      const into = about.length > 0 ? about.map(entry => entry.run) : [...names]
      for (const name of new Set(into)) await journals.get(name)?.append(line)
    },
    close: async () => {
      for (const journal of journals.values()) await journal.close()
    },
  }
}
