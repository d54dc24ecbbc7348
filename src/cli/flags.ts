/** The flags that several commands share besides those of the connection, and the options that they become. */

import type { Command, Option, OptionValues } from 'commander'
import type { ImageCheckFlags } from '../commands/check-images.ts'
import { UsageError } from '../errors.ts'
import { listedConnectionFlags } from './connection-flags.ts'
import { flag, group } from './declare-flag.ts'
import { outputFormat, repeatable } from './flag-values.ts'

/** The flags that most commands have and only `pullguard options` shows. */
export function commonFlags(): Option[] {
  return [
    ...group('Connection (as in kubectl):', listedConnectionFlags()),
    ...group('Others:', [
      listedEndpointFlag(),
      listedColorFlag(),
      flag('-h, --help', 'print the help of a command'),
    ]),
  ]
}

/** -f and -R, which read a dump instead of a cluster. */
export function dumpFlags(): Option[] {
  return [
    flag(
      '-f, --filename <file>',
      'read a dump (`kubectl get pods,events,secrets,… -o json`), a folder, or - for stdin (repeatable)',
      { parse: repeatable },
    ),
    recursiveFlag(),
  ]
}

/** The values of -f and -R. */
export function fileOptions({ filename = [], recursive }: OptionValues): {
  files: string[]
  recursive: boolean
} {
  return { files: filename, recursive: recursive === true }
}

/** -R. */
export function recursiveFlag(): Option {
  return flag('-R, --recursive', 'with -f, read folders recursively')
}

/** --registry-endpoint, for every command that contacts registries. */
export function endpointFlag(): Option {
  return listedEndpointFlag().hideHelp()
}

function listedEndpointFlag(): Option {
  return flag(
    '--registry-endpoint <registry=url>',
    'URL to use for a registry, such as a mirror (repeatable)',
    {
      parse: repeatable,
    },
  )
}

/** --check-images and --registry-endpoint. */
export function checkFlags(): Option[] {
  return [
    flag('--check-images', 'ask the registries whether the images exist and which login can pull them'),
    endpointFlag(),
  ]
}

/** What to check, if anything. @throws UsageError for an endpoint without any check to use it */
export function checkOptions(options: OptionValues): { checkImages?: ImageCheckFlags } {
  const endpoints: string[] = options.registryEndpoint ?? []
  if (options.checkImages === true) return { checkImages: { endpoints } }
  if (endpoints.length > 0)
    throw new UsageError('--registry-endpoint needs --check-images: no registry is asked without it.')
  return {}
}

/** -o with the command's formats, and --no-color. */
export function outputFlags(formats: readonly string[]): Option[] {
  return [
    flag('-o, --output <format>', formats.join(', ').replace('table', 'table (default)'), {
      choices: formats,
      parse: text => outputFormat(text, formats),
      default: 'table',
    }),
    colorFlag(),
  ]
}

/** -q, which conflicts with flags that format, sort, watch, or show output. */
export function quietFlag(): Option {
  return flag('-q, --quiet', 'print errors only; the exit code has the result', {
    conflicts: ['output', 'headers', 'sortBy', 'watch', 'diff', 'emit'],
  })
}

/** --no-color. */
export function colorFlag(): Option {
  return listedColorFlag().hideHelp()
}

function listedColorFlag(): Option {
  return flag('--no-color', 'no color')
}

/** --fail-on. */
export function failOnFlag(description: string): Option {
  return flag('--fail-on <severity>', description, {
    choices: ['error', 'warning', 'info', 'never'],
    default: 'error',
  })
}

/** --dry-run with its places, as in kubectl. */
export function dryRunFlag(description: string, places: readonly ('client' | 'server')[]): Option {
  return flag('--dry-run [where]', description, {
    choices: ['none', ...places],
    preset: 'client',
    default: 'none',
  })
}

/** Whether -o was given. Without it, the default format of some commands depends on where output goes. */
export function isFormatGiven(command: Command): boolean {
  return command.getOptionValueSource('output') !== 'default'
}

/** Formats examples for a command's help, or other command lines under a given heading. */
export function example(program: string, lines: [string, string][], heading = 'Examples:'): string {
  const longest = Math.max(...lines.map(([command]) => command.length))
  const commands = lines.map(([command, says]) => `  ${program} ${command.padEnd(longest)}  ${says}`)
  return `\n${heading}\n${commands.join('\n')}`
}

/** The values that were given: an option of a command is absent if its flag is, never undefined. */
export function onlyGiven<Values extends object>(values: Values): Given<Values> {
  const given = Object.entries(values).filter(([, value]) => value !== undefined)
  return Object.fromEntries(given) as Given<Values>
}

type Given<Values> = { [Name in keyof Values]?: Exclude<Values[Name], undefined> }
