/** The flags of `demo`. */

import type { Command } from 'commander'
import { addColorFlag, example } from './flags.ts'
import type { Run } from './run.ts'

/** Adds `demo` to the program. */
export function addDemo(program: Command, name: string, run: Run): void {
  addColorFlag(program.command('demo'))
    .description('show the whole story on a simulated cluster; no cluster needed')
    .option('--serve', 'keep the simulated cluster running and print its KUBECONFIG')
    .addHelpText('after', example(name, [['demo --serve', 'a cluster to play with']]))
    .action(options =>
      run
        .reading(async () => (await import('../commands/demo.ts')).demoCommand)
        .with({ serve: options.serve === true }, options),
    )
}
