/** The commander program: flags become typed options and one command is called with them, nothing else. */

import { Command, CommanderError, Option } from 'commander'
import type { CommandContext, ExitName } from '../commands/context.ts'
import { UsageError } from '../errors.ts'
import { addFix } from './fix.ts'
import {
  addConnectionFlags,
  addDumpFlags,
  addOutputFlag,
  addScopeFlags,
  connectionFlags,
  example,
} from './flags.ts'
import { addUndo } from './undo.ts'

/** Who runs the program, and where its words go. */
export interface ProgramHost {
  program: CommandContext['program']
  version: string
  /** Makes the context once the flags that shape it are known. */
  context(flags: { noColor: boolean }): CommandContext
  writeOut(text: string): void
  helpWidth: number
}

const FORMATS = ['table', 'wide', 'json', 'yaml', 'name', 'junit', 'github', 'gitlab', 'markdown'] as const
const DATA_FORMATS = ['table', 'json', 'yaml', 'name'] as const

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
  const run = <O>(load: () => Promise<(options: O, context: CommandContext) => Promise<ExitName>>) => ({
    with: async (options: O, flags: { color?: boolean }) => {
      end(await (await load())(options, host.context({ noColor: flags.color === false })))
    },
  })
  addDiagnose(program, host, run)
  addWhy(program, host, run)
  addImage(program, host, run)
  addFix(program, host.program, run)
  addUndo(program, host.program, run)
  addDemo(program, host, run)
  return program
}

/** Loads a command only when it is called: start-up pays for what it uses. */
export type Run = <O>(load: () => Promise<(options: O, context: CommandContext) => Promise<ExitName>>) => {
  with(options: O, flags: { color?: boolean }): Promise<void>
}

function addDiagnose(program: Command, host: ProgramHost, run: Run): void {
  const command = program
    .command('diagnose')
    .description('find failing image pulls and name their causes, with proof')
  addOutputFlag(addConnectionFlags(addDumpFlags(addScopeFlags(command))).optionsGroup('Output:'), FORMATS)
    .addOption(
      new Option('--fail-on <severity>', 'exit 1 from this severity on')
        .choices(['error', 'warning', 'info', 'never'])
        .default('error'),
    )
    .addHelpText(
      'after',
      example(host.program, [
        ['diagnose -A', 'the whole cluster'],
        ['diagnose -n web -l app=shop', 'some pods'],
        ['diagnose -f dump.json -o json', 'a dump, for a machine'],
      ]),
    )
    .action(options =>
      run(async () => (await import('../commands/diagnose.ts')).diagnoseCommand).with(
        {
          connection: connectionFlags(options),
          allNamespaces: options.allNamespaces === true,
          selector: options.selector,
          files: options.filename ?? [],
          recursive: options.recursive === true,
          format: options.output,
          failOn: options.failOn,
        },
        options,
      ),
    )
}

function addWhy(program: Command, host: ProgramHost, run: Run): void {
  const command = program
    .command('why')
    .description('show, for one pod, what the kubelet tries for each image and where the chain breaks')
    .argument('<pod>', 'POD with -n, or NAMESPACE/POD')
  addOutputFlag(addConnectionFlags(addDumpFlags(command)).optionsGroup('Output:'), DATA_FORMATS)
    .addHelpText(
      'after',
      example(host.program, [['why web/shop-6d4cf56db6-9xkzv', 'one pod of namespace web']]),
    )
    .action((pod, options) =>
      run(async () => (await import('../commands/why.ts')).whyCommand).with(
        {
          connection: connectionFlags(options),
          pod,
          files: options.filename ?? [],
          recursive: options.recursive === true,
          format: options.output,
        },
        options,
      ),
    )
}

function addImage(program: Command, host: ProgramHost, run: Run): void {
  const command = program
    .command('image')
    .description('show how Kubernetes reads an image reference')
    .argument('<reference...>', 'references, or - to read them from stdin, one a line')
  addOutputFlag(command, DATA_FORMATS)
    .addHelpText('after', example(host.program, [['image nginx ghcr.io/acme/api:v2', 'two references']]))
    .action((references, options) =>
      run(async () => (await import('../commands/image.ts')).imageCommand).with(
        { references, format: options.output },
        options,
      ),
    )
}

function addDemo(program: Command, host: ProgramHost, run: Run): void {
  program
    .command('demo')
    .description('show the whole story on a simulated cluster; no cluster needed')
    .option('--serve', 'keep the simulated cluster running and print its KUBECONFIG')
    .option('--no-color', 'no colour (also: NO_COLOR)')
    .addHelpText('after', example(host.program, [['demo --serve', 'a cluster to play with']]))
    .action(options =>
      run(async () => (await import('../commands/demo.ts')).demoCommand).with(
        { serve: options.serve === true },
        options,
      ),
    )
}
