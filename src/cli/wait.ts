/** The flags of `wait`. */

import { type Command, InvalidArgumentError, type Option, type OptionValues } from 'commander'
import type { WaitOptions } from '../commands/wait.ts'
import { CAUSES, type Cause } from '../diagnosis/finding.ts'
import { WAIT_FORMATS } from '../report/formats.ts'
import type { CommandRunner } from './command-runner.ts'
import { connectionFlags, connectionOptions, namespaceFlag } from './connection-flags.ts'
import { addFlags, flag, group } from './declare-flag.ts'
import { parseDuration, repeatable } from './flag-values.ts'
import {
  checkFlags,
  checkOptions,
  example,
  fileOptions,
  onlyGiven,
  outputFlags,
  quietFlag,
  recursiveFlag,
} from './flags.ts'

/** Adds `wait` to the program. */
export function addWait(program: Command, name: string, run: CommandRunner): void {
  const command = program
    .command('wait')
    .description('wait until a deploy is running; stop at once if an image problem makes waiting pointless')
    .argument('[type/name...]', 'workloads, such as deployment/web job/migrate')
  addFlags(command, FLAGS)
    .addHelpText('after', example(name, EXAMPLES))
    .action((names: string[], options) =>
      run.reading(
        async () => (await import('../commands/wait.ts')).waitCommand,
        waitOptions(names, options),
        options,
      ),
    )
}

const FLAGS: Option[] = [
  namespaceFlag('the workloads are in'),
  flag('-l, --selector <labels>', 'workloads with these labels, such as app=shop'),
  flag('-f, --filename <file>', 'the workloads in a manifest, a folder, or - for stdin (repeatable)', {
    parse: repeatable,
  }),
  recursiveFlag(),
  ...group('Waiting:', [
    flag('--for <goal>', 'ready, or pulled to wait only for the images', {
      choices: ['ready', 'pulled'],
      default: 'ready',
    }),
    flag('--timeout <time>', 'how long to wait; 0 looks once', {
      parse: parseDuration,
      default: 600_000,
      shownDefault: '10m',
    }),
    flag(
      '--patience <cause=time>',
      'how long to wait for a failed pull of this cause; 0 for not at all (repeatable)',
      { parse: parsePatience },
    ),
    ...connectionFlags(),
    ...checkFlags(),
    ...outputFlags(WAIT_FORMATS),
    quietFlag(),
  ]),
]

const EXAMPLES: [string, string][] = [
  ['wait deploy/web -n shop', 'after kubectl apply'],
  ['wait -f k8s/ --timeout 5m', 'everything in these files'],
  ['wait -l app=shop', 'everything with this label'],
  ['wait deploy/web --for pulled', 'only for its images'],
  ['wait ds/log --patience tls=0', 'stop at the first TLS error'],
]

/** Converts names and flags to the command's options. @throws UsageError */
function waitOptions(names: string[], options: OptionValues): WaitOptions {
  return {
    connection: connectionOptions(options),
    names,
    ...onlyGiven({ selector: options.selector }),
    ...fileOptions(options),
    goal: options.for,
    timeoutMs: options.timeout,
    patience: options.patience ?? {},
    ...checkOptions(options),
    format: options.output,
  }
}

/** Milliseconds, by cause. */
type Patience = Partial<Record<Cause, number>>

function parsePatience(text: string, before: Patience | undefined): Patience {
  const [name = '', time, ...more] = text.split('=')
  const cause = CAUSES.find(each => each === name)
  if (cause === undefined) throw new InvalidArgumentError(`Causes are ${CAUSES.join(', ')}.`)
  if (time === undefined || more.length > 0)
    throw new InvalidArgumentError('Give CAUSE=TIME, such as rate-limited=2m.')
  return { ...before, [cause]: parseDuration(time) }
}
