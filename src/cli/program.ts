/** The commander program: flags become typed options and one command is called with them, nothing else. */

import { Command, CommanderError } from 'commander'
import type { CommandContext, ExitName } from '../commands/context.ts'
import { UsageError } from '../errors.ts'
import { addDemo } from './demo.ts'
import { addDiagnose } from './diagnose.ts'
import { addFix } from './fix.ts'
import { addImage } from './image.ts'
import type { Run } from './run.ts'
import { addUndo } from './undo.ts'
import { addWhy } from './why.ts'

/** Who runs the program, and where its words go. */
export interface ProgramHost {
  program: CommandContext['program']
  version: string
  /** Makes the context once the flags that shape it are known. */
  context(flags: { noColor: boolean }): CommandContext
  writeOut(text: string): void
  helpWidth: number
}

/**
 * Reads argv (without node and script) and runs what it says.
 * @returns how the command ended. @throws UsageError for flags that don't fit; whatever the command throws.
 */
export async function runProgram(argv: string[], host: ProgramHost): Promise<ExitName> {
  let ended: ExitName = 'ok'
  const program = buildProgram(host, name => {
    ended = name
  })
  try {
    if (argv.length === 0) program.outputHelp()
    else await program.parseAsync(argv.map(pflagStyle), { from: 'user' })
  } catch (error) {
    if (!(error instanceof CommanderError)) throw error
    if (error.exitCode !== 0) throw new UsageError(sentence(messageOf(error, argv), host.program))
  }
  return ended
}

/** Help that stands in for an error has no message of its own. */
function messageOf({ code, message }: CommanderError, [first, second]: string[]): string {
  if (code !== 'commander.help') return message
  return first === 'help' ? `unknown command '${second}'` : 'no command is given'
}

/** pflag, and so kubectl, also takes `-o=json`; commander would keep the equals sign. */
function pflagStyle(argument: string): string {
  return argument.replace(/^(-[A-Za-z])=/, '$1')
}

function sentence(message: string, program: string): string {
  const text = message.replace(/^error: /, '').replace(/\n\(Did you mean (.*?)\?\)/, ' (did you mean $1?)')
  return `${text.charAt(0).toUpperCase()}${text.slice(1).replace(/\.$/, '')}. See \`${program} --help\`.`
}

function buildProgram(host: ProgramHost, end: (name: ExitName) => void): Command {
  const program = new Command(host.program)
    .description("A doctor for Kubernetes clusters whose pods can't pull their images.")
    .version(host.version, '--version', 'print the version')
    .helpOption('-h, --help', 'print this help')
    .helpCommand('help [command]', 'print the help of a command')
    .showSuggestionAfterError()
    .exitOverride()
    .configureOutput({
      writeOut: text => host.writeOut(text),
      writeErr: () => {},
      getOutHelpWidth: () => host.helpWidth,
    })
  const run: Run = load => ({
    with: async (options, flags) => {
      end(await (await load())(options, host.context({ noColor: flags.color === false })))
    },
  })
  for (const add of [addDiagnose, addWhy, addImage, addFix, addUndo, addDemo]) add(program, host.program, run)
  return program
}
