/** The flags of `version`. */

import type { Command } from 'commander'
import { DATA_FORMATS } from '../report/formats.ts'
import { addOutputFlag } from './flags.ts'
import type { Run } from './run.ts'

/** Adds `version` to the program. */
export function addVersion(program: Command, _name: string, run: Run): void {
  const command = program.command('version').description('print the version of this program')
  addOutputFlag(command, DATA_FORMATS).action(options =>
    run
      .reading(async () => (await import('../commands/version.ts')).versionCommand)
      .with({ format: options.output }, options),
  )
}
