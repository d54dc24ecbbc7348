/** The flags of `wait`. */

import { type Command, InvalidArgumentError, Option } from 'commander'
import { CAUSES, type Cause } from '../diagnosis/finding.ts'
import { WAIT_FORMATS } from '../report/formats.ts'
import {
  addCheckFlags,
  addConnectionFlags,
  addNamespaceFlag,
  addOutputFlag,
  addQuietFlag,
  checkFlags,
  connectionFlags,
  example,
  parseDuration,
  repeatable,
} from './flags.ts'
import type { Run } from './run.ts'

/** Adds `wait` to the program. */
export function addWait(program: Command, name: string, run: Run): void {
  const command = program
    .command('wait')
    .description('wait until a deploy is running; stop at once if an image problem makes waiting pointless')
    .argument('[type/name...]', 'workloads, such as deployment/web job/migrate')
  addNamespaceFlag(command, 'the workloads are in')
    .option('-l, --selector <labels>', 'workloads with these labels, such as app=shop')
    .addOption(
      new Option(
        '-f, --filename <file>',
        'the workloads in a manifest, a folder, or - for stdin (repeatable)',
      ).argParser(repeatable),
    )
    .option('-R, --recursive', 'with -f, read folders recursively')
    .optionsGroup('Waiting:')
    .addOption(
      new Option('--for <goal>', 'until the newest pods are ready, or only have their images')
        .choices(['ready', 'pulled'])
        .default('ready'),
    )
    .addOption(
      new Option('--timeout <time>', 'how long to wait; 0 looks once')
        .argParser(parseDuration)
        .default(600_000, '10m'),
    )
    .addOption(
      new Option(
        '--patience <cause=time>',
        'how long to wait for a failed pull of this cause; 0 for not at all (repeatable)',
      ).argParser(parsePatience),
    )
  addCheckFlags(addConnectionFlags(command))
  addQuietFlag(addOutputFlag(command, WAIT_FORMATS))
    .addHelpText(
      'after',
      example(name, [
        ['wait deploy/web -n shop', 'after kubectl apply'],
        ['wait -f k8s/ --timeout 5m', 'everything in these files'],
        ['wait -l app=shop', 'everything with this label'],
        ['wait deploy/web --for pulled', 'only for its images'],
        ['wait ds/log --patience tls=0', 'give up at once on TLS'],
      ]),
    )
    .action((names: string[], options) =>
      run
        .reading(async () => (await import('../commands/wait.ts')).waitCommand)
        .with(
          {
            connection: connectionFlags(options),
            names,
            ...(options.selector === undefined ? {} : { selector: options.selector }),
            files: options.filename ?? [],
            recursive: options.recursive === true,
            goal: options.for,
            timeoutMs: options.timeout,
            patience: options.patience ?? {},
            ...checkFlags(options),
            format: options.output,
          },
          options,
        ),
    )
}

type Choices = Partial<Record<Cause, number>>

function parsePatience(text: string, before: Choices | undefined): Choices {
  const [name = '', time, ...more] = text.split('=')
  const cause = CAUSES.find(each => each === name)
  if (cause === undefined) throw new InvalidArgumentError(`Causes are ${CAUSES.join(', ')}.`)
  if (time === undefined || more.length > 0)
    throw new InvalidArgumentError('Give CAUSE=TIME, such as rate-limited=2m.')
  return { ...before, [cause]: parseDuration(time) }
}
