/** The flags of `mirror`. */

import { type Command, InvalidArgumentError, type Option, type OptionValues } from 'commander'
import type { EmitCacheOptions } from '../commands/emit-cache.ts'
import type { MirrorOptions } from '../commands/mirror.ts'
import { UsageError } from '../errors.ts'
import { MIRROR_FORMATS, type MirrorFormat } from '../report/formats.ts'
import type { CommandRunner } from './command-runner.ts'
import { connectionFlags, connectionOptions } from './connection-flags.ts'
import { addFlags, flag, group } from './declare-flag.ts'
import { commaSeparated, parseDuration } from './flag-values.ts'
import { colorFlag, endpointFlag, example, onlyGiven, quietFlag } from './flags.ts'

/** Adds `mirror` to the program. */
export function addMirror(program: Command, name: string, run: CommandRunner): void {
  const command = program
    .command('mirror')
    .description('show which mirrors the nodes use, and print the settings for your own')
  addFlags(command, FLAGS)
    .addHelpText('after', example(name, EXAMPLES))
    .action(options => (options.emit === undefined ? runMirror(options, run) : runEmit(options, run)))
}

const FLAGS: Option[] = [
  ...group('Mirror:', [
    flag('--to <url>', 'print the settings of each kind of node for this mirror'),
    flag('--registry <registry>', 'registry to mirror (repeatable)', {
      parse: commaSeparated,
      shownDefault: 'docker.io',
    }),
    flag('--ca <file>', "PEM certificate of the mirror's own authority"),
    flag('--dial-timeout <time>', 'time after which a node gives up connecting to the mirror', {
      parse: wholeSeconds,
      shownDefault: '2s',
    }),
    flag('--emit <what>', 'print a pull-through cache to start with', { choices: ['cache'] }),
    flag('--cache <product>', 'with --emit, the product (default distribution)', {
      choices: ['distribution', 'zot'],
    }),
    flag('--cache-image <image>', 'with --emit, your own image, with its tag'),
    flag('--plain-http', 'the mirror speaks plain HTTP (unsafe)'),
    flag('--verify', 'ask the mirror for the images that run, and compare with the registry'),
    flag('--on-every-node', 'each node runs the mirror itself, so a loopback address is right'),
    ...connectionFlags(),
    endpointFlag(),
    colorFlag(),
  ]),
  ...group('Output:', [
    quietFlag(),
    flag(
      '-o, --output <format|file|folder>',
      `output format (${MIRROR_FORMATS.join(', ')}), or with --to where to write the files`,
      { parse: outputOf, default: { format: 'table' }, shownDefault: 'table' },
    ),
    flag('--overwrite', 'replace files that exist'),
  ]),
]

const EXAMPLES: [string, string][] = [
  ['mirror', 'which mirrors the nodes use'],
  ['mirror --to URL', 'the file for each kind of node'],
  ['mirror --to URL --verify', 'also ask it for images'],
  ['mirror --to URL -o mirror/', 'files in a folder'],
  ['mirror --emit cache', 'a cache for Docker Hub'],
]

/** Flags about a mirror: without --to none is meant, and what --emit prints does not run yet. */
const ABOUT_MIRROR: [flag: string, option: string][] = [
  ['--verify', 'verify'],
  ['--ca', 'ca'],
  ['--dial-timeout', 'dialTimeout'],
  ['--plain-http', 'plainHttp'],
  ['--on-every-node', 'onEveryNode'],
]

function givenOf(flags: [flag: string, option: string][], options: OptionValues): string | undefined {
  return flags.find(([, option]) => options[option] !== undefined)?.[0]
}

function runMirror(options: OptionValues, run: CommandRunner): Promise<void> {
  if (options.cache !== undefined || options.cacheImage !== undefined)
    throw new UsageError('--cache and --cache-image need --emit cache.')
  if (options.to === undefined) {
    const path = options.output.output
    const idle =
      path === undefined ? givenOf([...ABOUT_MIRROR, ['--registry', 'registry']], options) : `-o ${path}`
    if (idle !== undefined) throw new UsageError(`${idle} needs --to, which names the mirror.`)
  }
  return run.reading(
    async () => (await import('../commands/mirror.ts')).mirrorCommand,
    mirrorOptions(options),
    options,
  )
}

function mirrorOptions(options: OptionValues): MirrorOptions {
  return {
    ...sharedOptions(options),
    ...onlyGiven({ to: options.to, authority: options.ca }),
    dialTimeout: options.dialTimeout ?? 2,
    ...verifyOptions(options),
    plainHttp: options.plainHttp === true,
    onEveryNode: options.onEveryNode === true,
  }
}

function runEmit(options: OptionValues, run: CommandRunner): Promise<void> {
  const unused = givenOf([['--to', 'to'], ...ABOUT_MIRROR], options)
  if (unused !== undefined)
    throw new UsageError(`${unused} can't be combined with --emit: apply the cache first.`)
  return run.reading(
    async () => (await import('../commands/emit-cache.ts')).emitCacheCommand,
    emitOptions(options),
    options,
  )
}

function emitOptions(options: OptionValues): EmitCacheOptions {
  return {
    ...sharedOptions(options),
    product: options.cache ?? 'distribution',
    ...onlyGiven({ image: options.cacheImage }),
  }
}

function sharedOptions(options: OptionValues) {
  if (options.overwrite === true && options.output.output === undefined)
    throw new UsageError('--overwrite needs -o with a file or folder: nothing is written without it.')
  return {
    connection: connectionOptions(options),
    registries: options.registry ?? ['docker.io'],
    format: 'table' as const,
    ...options.output,
    overwrite: options.overwrite === true,
  }
}

function verifyOptions(options: OptionValues): { verify?: { endpoints: string[] } } {
  const endpoints: string[] = options.registryEndpoint ?? []
  if (options.verify === true) return { verify: { endpoints } }
  if (endpoints.length > 0)
    throw new UsageError('--registry-endpoint needs --verify: no registry is asked without it.')
  return {}
}

function wholeSeconds(text: string): number {
  const seconds = parseDuration(text) / 1000
  if (!Number.isInteger(seconds) || seconds < 1 || seconds > 180)
    throw new InvalidArgumentError('Give whole seconds from 1s to 3m.')
  return seconds
}

/** Parses a format by its name, or a path by its slash, dot, or backslash, so that a misspelled format never becomes a file. */
function outputOf(text: string): { format: MirrorFormat } | { output: string } {
  const format = MIRROR_FORMATS.find(each => each === text)
  if (format !== undefined) return { format }
  if (/[/\\.]/.test(text)) return { output: text }
  throw new InvalidArgumentError(
    `Choose ${MIRROR_FORMATS.slice(0, -1).join(', ')}, or ${MIRROR_FORMATS.at(-1)}, or give a file or folder with a slash, such as ./${text}.`,
  )
}
