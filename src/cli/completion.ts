/** `completion`: prints the script that completes command lines in a shell. */

import { Argument, type Command } from 'commander'
import type { CompletionOptions } from '../commands/completion.ts'
import type { Run } from './run.ts'

export const SHELLS: readonly CompletionOptions['shell'][] = ['bash', 'zsh', 'fish', 'powershell']

/** Adds `completion` to the program. */
export function addCompletion(program: Command, _name: string, run: Run): void {
  const command = program
    .command('completion')
    .description('print the script that completes commands, flags, and names in a shell')
    .addArgument(new Argument('<shell>').choices(SHELLS))
    .addHelpText(
      'after',
      `
Examples:
  bash:        source <(pullguard completion bash)   in ~/.bashrc
  zsh:         source <(pullguard completion zsh)    in ~/.zshrc, after compinit
  fish:        pullguard completion fish | source    in config.fish
  PowerShell:  pullguard completion powershell | Out-String | Invoke-Expression

kubectl starts kubectl_complete-pullguard by itself, without a script.`,
    )
  command.action((shell: CompletionOptions['shell'], options) =>
    run
      .reading(async () => (await import('../commands/completion.ts')).completionCommand)
      .with({ shell }, options),
  )
}
