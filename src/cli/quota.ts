/** The flags of `quota`. */

import { type Command, InvalidArgumentError, type Option, type OptionValues } from 'commander'
import type { QuotaOptions } from '../commands/quota.ts'
import { QUOTA_FORMATS } from '../report/formats.ts'
import type { CommandRunner } from './command-runner.ts'
import { connectionFlags, connectionOptions, namespaceFlag } from './connection-flags.ts'
import { addFlags, flag } from './declare-flag.ts'
import { endpointFlag, example, outputFlags, quietFlag } from './flags.ts'

/** Adds `quota` to the program. */
export function addQuota(program: Command, name: string, run: CommandRunner): void {
  const command = program
    .command('quota')
    .description(
      'show how many Docker Hub pulls are left, for this machine and for each login; costs no pulls',
    )
  addFlags(command, FLAGS)
    .addHelpText('after', example(name, EXAMPLES))
    .action(options => (options.fromNode === undefined ? runQuota(options, run) : runFromNode(options, run)))
}

const FLAGS: Option[] = [
  namespaceFlag('use the pull secrets in'),
  flag('-A, --all-namespaces', 'use the pull secrets in every namespace'),
  flag('--usage', 'also show which workloads pull, whether the pulls last, and what saves the most'),
  flag('--nodes <count>', 'with --usage, also show what that many new nodes would pull', {
    parse: parseNodes,
  }),
  flag('--local', "only this machine's address and logins, without asking a cluster"),
  flag(
    '--from-node [node]',
    'also ask from a node, through a short-lived pod with an image already there; asks before it creates the pod',
  ),
  flag('-y, --yes', "with --from-node, don't ask"),
  endpointFlag(),
  ...connectionFlags(),
  ...outputFlags(QUOTA_FORMATS),
  quietFlag(),
  flag('--fail-under <pulls>', 'exit 1 if the address or a login has fewer left', {
    parse: parsePulls,
    default: 1,
    shownDefault: '1',
  }),
  flag('-w, --watch', 'ask again every minute until you press Ctrl-C'),
  flag('--show-source', 'show the address or account id that pulls are counted for'),
]

const EXAMPLES: [string, string][] = [
  ['quota --local', "this machine's address and logins"],
  ['quota -A', 'also every login in the cluster'],
  ['quota -A --usage', 'who pulls, and whether pulls last'],
  ['quota --from-node=node-1', "also that node's address"],
  ['quota --fail-under 50', 'for CI: exit 1 below 50 pulls'],
  ['quota -A -o prometheus', 'metrics as text'],
  ['quota --local --watch', 'ask again every minute'],
]

function runQuota(options: OptionValues, run: CommandRunner): Promise<void> {
  return run.reading(
    async () => (await import('../commands/quota.ts')).quotaCommand,
    quotaOptions(options),
    options,
  )
}

/** A pod is created, so this is a command that writes. */
function runFromNode(options: OptionValues, run: CommandRunner): Promise<void> {
  const node = options.fromNode === true ? null : String(options.fromNode)
  return run.writing(
    async () => (await import('../commands/quota-from-node.ts')).quotaFromNodeCommand,
    { ...quotaOptions(options), node, yes: options.yes === true },
    options,
  )
}

/** Converts commander's options to the command's. */
function quotaOptions(options: OptionValues): QuotaOptions {
  return {
    connection: connectionOptions(options),
    allNamespaces: options.allNamespaces === true,
    local: options.local === true,
    endpoints: options.registryEndpoint ?? [],
    failUnder: options.failUnder,
    showSource: options.showSource === true,
    usage: options.usage === true || options.nodes !== undefined,
    watch: options.watch === true,
    freshNodes: options.nodes ?? null,
    format: options.output,
  }
}

function parseNodes(text: string): number {
  if (!/^[1-9]\d{0,4}$/.test(text)) throw new InvalidArgumentError('Give a number of nodes, such as 10.')
  return Number(text)
}

function parsePulls(text: string): number {
  if (!/^\d{1,9}$/.test(text)) throw new InvalidArgumentError('Give a number of pulls, such as 50.')
  return Number(text)
}
