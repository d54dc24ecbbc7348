/** The commands about the program itself: `explain`, `demo`, `completion`, `version`, and `options`. */

import { Argument, type Command } from 'commander'
import type { CompletionOptions } from '../commands/completion.ts'
import { DATA_FORMATS } from '../report/formats.ts'
import type { CommandRunner } from './command-runner.ts'
import { addFlags, flag } from './declare-flag.ts'
import { colorFlag, commonFlags, example, outputFlags } from './flags.ts'

/** Adds `explain` to the program. */
export function addExplain(program: Command, name: string, run: CommandRunner): void {
  const command = program
    .command('explain')
    .description('explain a cause or an audit rule')
    .argument('[name...]', 'causes, subcauses, or audit rules (default: list all)')
  addFlags(command, outputFlags(DATA_FORMATS))
    .addHelpText(
      'after',
      example(name, [
        ['explain', 'every cause and rule with a headline'],
        ['explain rate-limited', 'a cause'],
        ['explain no-digest', 'an audit rule'],
      ]),
    )
    .action((names: string[], options) =>
      run.reading(
        async () => (await import('../commands/explain.ts')).explainCommand,
        { names, format: options.output },
        options,
      ),
    )
}

/** Adds `demo` to the program. */
export function addDemo(program: Command, name: string, run: CommandRunner): void {
  const command = program.command('demo').description('try pullguard on a simulated cluster')
  addFlags(command, [
    colorFlag(),
    flag('--serve', 'keep the simulated cluster running and print its KUBECONFIG'),
  ])
    .addHelpText('after', example(name, [['demo --serve', 'a cluster to play with']]))
    .action(options =>
      run.reading(
        async () => (await import('../commands/demo.ts')).demoCommand,
        { serve: options.serve === true },
        options,
      ),
    )
}

export const SHELLS: readonly CompletionOptions['shell'][] = ['bash', 'zsh', 'fish', 'powershell']

/** Adds `completion` to the program. */
export function addCompletion(program: Command, _name: string, run: CommandRunner): void {
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
    run.reading(
      async () => (await import('../commands/completion.ts')).completionCommand,
      { shell },
      options,
    ),
  )
}

/** Adds `version` to the program. */
export function addVersion(program: Command, _name: string, run: CommandRunner): void {
  const command = program.command('version').description('print the version of this program')
  addFlags(command, outputFlags(DATA_FORMATS)).action(options =>
    run.reading(
      async () => (await import('../commands/version.ts')).versionCommand,
      { format: options.output },
      options,
    ),
  )
}

/** Adds `options` to the program. */
export function addOptions(program: Command): void {
  const command = program.command('options').description('list the flags that most commands have')
  addFlags(command.helpOption(false), commonFlags()).action(() => command.outputHelp())
}
