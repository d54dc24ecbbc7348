/** The flags of `mirror`. */

import { type Command, InvalidArgumentError, Option, type OptionValues } from 'commander'
import { UsageError } from '../errors.ts'
import { MIRROR_FORMATS, type MirrorFormat } from '../report/formats.ts'
import {
  addColorFlag,
  addConnectionFlags,
  addQuietFlag,
  addRegistryEndpointFlag,
  commaSeparated,
  connectionFlags,
  example,
  parseDuration,
} from './flags.ts'
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
    .addOption(new Option('--emit <what>', 'print a pull-through cache to start with').choices(['cache']))
    .addOption(
      new Option('--cache <product>', 'with --emit, the product (default distribution)').choices([
        'distribution',
        'zot',
      ]),
    )
    .option('--cache-image <image>', 'with --emit, your own image, with its tag')
    .option('--plain-http', 'the mirror speaks plain HTTP (unsafe)')
    .option('--verify', 'ask the mirror for the images that run, and compare with the registry')
    .option('--on-every-node', 'each node runs the mirror itself, so a loopback address is right')
  addRegistryEndpointFlag(addConnectionFlags(command))
  addQuietFlag(addColorFlag(command).optionsGroup('Output:'))
    .addOption(
      new Option(
        '-o, --output <format|file|folder>',
        `output format (${MIRROR_FORMATS.join(', ')}), or with --to where to write the files`,
      )
        .argParser(outputOf)
        .default({ format: 'table' }, 'table'),
    )
    .option('--overwrite', 'replace files that exist')
    .addHelpText(
      'after',
      example(name, [
        ['mirror', 'which mirrors are seen, configured, or unknown'],
        ['mirror --to https://mirror.example.com', 'the file for each kind of node'],
        ['mirror --to https://mirror.example.com --verify', 'and ask it for the images that run'],
        ['mirror --emit cache', 'a cache for Docker Hub, as objects to apply'],
        ['mirror --to https://mirror.example.com -o mirror/', 'the same, written to a folder'],
      ]),
    )
    .action(options => (options.emit === undefined ? runMirror(options, run) : runEmit(options, run)))
}

function runMirror(options: OptionValues, run: Run): Promise<void> {
  const { to, ca, cache, cacheImage } = options
  if (cache !== undefined || cacheImage !== undefined)
    throw new UsageError('--cache and --cache-image need --emit cache.')
  return run
    .reading(async () => (await import('../commands/mirror.ts')).mirrorCommand)
    .with(
      {
        ...sharedFlags(options),
        ...(to === undefined ? {} : { to }),
        dialTimeout: options.dialTimeout,
        ...(ca === undefined ? {} : { authority: ca }),
        ...verifyFlags(options),
        plainHttp: options.plainHttp === true,
        onEveryNode: options.onEveryNode === true,
      },
      options,
    )
}

function runEmit(options: OptionValues, run: Run): Promise<void> {
  const { cache = 'distribution', cacheImage } = options
  const idle = [
    ['--to', options.to],
    ['--ca', options.ca],
    ['--verify', options.verify],
  ].find(([, value]) => value !== undefined)
  if (idle !== undefined)
    throw new UsageError(`${idle[0]} can't be combined with --emit: apply the cache first.`)
  return run
    .reading(async () => (await import('../commands/emit-cache.ts')).emitCacheCommand)
    .with(
      {
        ...sharedFlags(options),
        product: cache,
        ...(cacheImage === undefined ? {} : { image: cacheImage }),
      },
      options,
    )
}

function sharedFlags(options: OptionValues) {
  return {
    connection: connectionFlags(options),
    registries: options.registry ?? ['docker.io'],
    format: 'table' as const,
    ...options.output,
    overwrite: options.overwrite === true,
  }
}

function verifyFlags(options: Record<string, unknown>): { verify?: { endpoints: string[] } } {
  const endpoints = (options.registryEndpoint ?? []) as string[]
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
    `Allowed choices are ${MIRROR_FORMATS.join(', ')}; a file or folder is written with a slash, such as ./${text}.`,
  )
}
