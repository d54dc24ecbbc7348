/** The flags of `mirror`. */

import { type Command, InvalidArgumentError, Option } from 'commander'
import { MIRROR_FORMATS, type MirrorFormat } from '../report/formats.ts'
import { addConnectionFlags, commaSeparated, connectionFlags, example, parseDuration } from './flags.ts'
import type { Run } from './run.ts'

/** Adds `mirror` to the program. */
export function addMirror(program: Command, name: string, run: Run): void {
  const command = program
    .command('mirror')
    .description('show which mirrors the nodes use, and print what they need to use yours')
    .optionsGroup('Mirror:')
    .option('--to <url>', 'print what each kind of node needs to pull through this mirror')
    .addOption(
      new Option('--registry <registry>', 'registry to mirror (repeatable)')
        .argParser(commaSeparated)
        .default(undefined, 'docker.io'),
    )
    .option('--ca <file>', "PEM certificate of the mirror's own authority")
    .addOption(
      new Option('--dial-timeout <time>', 'time after which a node gives up connecting to the mirror')
        .argParser(wholeSeconds)
        .default(2, '2s'),
    )
    .option('--plain-http', 'the mirror speaks plain HTTP (unsafe)')
    .option('--on-every-node', 'each node runs the mirror itself, so a loopback address is right')
  addConnectionFlags(command)
  command
    .optionsGroup('Output:')
    .addOption(
      new Option(
        '-o, --output <format|file|folder>',
        `output format (${MIRROR_FORMATS.join(', ')}), or with --to where to write the files`,
      )
        .argParser(outputOf)
        .default({ format: 'table' }, 'table'),
    )
    .option('--overwrite', 'replace files that exist')
    .option('--no-color', 'no color (also: NO_COLOR)')
    .addHelpText(
      'after',
      example(name, [
        ['mirror', 'which mirrors are seen, configured, or unknown'],
        ['mirror --to https://mirror.example.com', 'the file for each kind of node'],
        ['mirror --to https://mirror.example.com -o mirror/', 'the same, written to a folder'],
      ]),
    )
    .action(options =>
      run
        .reading(async () => (await import('../commands/mirror.ts')).mirrorCommand)
        .with(
          {
            connection: connectionFlags(options),
            ...(options.to === undefined ? {} : { to: options.to }),
            registries: options.registry ?? ['docker.io'],
            dialTimeout: options.dialTimeout,
            ...(options.ca === undefined ? {} : { authority: options.ca }),
            plainHttp: options.plainHttp === true,
            onEveryNode: options.onEveryNode === true,
            format: 'table',
            ...options.output,
            overwrite: options.overwrite === true,
          },
          options,
        ),
    )
}

function wholeSeconds(text: string): number {
  const seconds = parseDuration(text) / 1000
  if (!Number.isInteger(seconds) || seconds < 1 || seconds > 180)
    throw new InvalidArgumentError('Give whole seconds from 1s to 3m.')
  return seconds
}

/** A format by its name, or a path by its slash, dot, or backslash, so that a misspelled format never becomes a file. */
function outputOf(text: string): { format: MirrorFormat } | { output: string } {
  const format = MIRROR_FORMATS.find(each => each === text)
  if (format !== undefined) return { format }
  if (/[/\\.]/.test(text)) return { output: text }
  throw new InvalidArgumentError(
    `Allowed choices are ${MIRROR_FORMATS.join(', ')}; a file or folder is written with a slash, such as ./${text}.`,
  )
}
