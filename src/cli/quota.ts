/** The flags of `quota`. */

import { type Command, InvalidArgumentError, Option, type OptionValues } from 'commander'
import type { QuotaOptions } from '../commands/quota.ts'
import { QUOTA_FORMATS } from '../report/formats.ts'
import {
  addConnectionFlags,
  addNamespaceFlag,
  addOutputFlag,
  addQuietFlag,
  addRegistryEndpointFlag,
  connectionFlags,
  example,
} from './flags.ts'
import type { Run } from './run.ts'

/** Adds `quota` to the program. */
export function addQuota(program: Command, name: string, run: Run): void {
  const command = program
    .command('quota')
    .description(
      'show how many Docker Hub pulls are left, for this machine and for each login; costs no pulls',
    )
  addNamespaceFlag(command, 'use the pull secrets in')
    .option('-A, --all-namespaces', 'use the pull secrets in every namespace')
    .option('--usage', 'also show which workloads pull, whether the pulls last, and what saves the most')
    .addOption(
      new Option('--nodes <count>', 'with --usage, also show what that many new nodes would pull').argParser(
        parseNodes,
      ),
    )
    .option('--local', "only this machine's address and logins, without asking a cluster")
    .option(
      '--from-node [node]',
      'also ask from a node, through a short-lived pod with an image already there; asks before it creates the pod',
    )
    .option('-y, --yes', "with --from-node, don't ask")
  addRegistryEndpointFlag(command)
  addQuietFlag(addOutputFlag(addConnectionFlags(command), QUOTA_FORMATS))
    .addOption(
      new Option('--fail-under <pulls>', 'exit 1 if anything has fewer pulls left')
        .argParser(parsePulls)
        .default(1, '1'),
    )
    .option('-w, --watch', 'ask again every minute until you press Ctrl-C')
    .option('--show-source', 'show the address or account id that pulls are counted for')
    .addHelpText(
      'after',
      example(name, [
        ['quota --local', "this machine's address and logins"],
        ['quota -A', 'and every login in the cluster'],
        ['quota -A --usage', 'who pulls, and whether the pulls last'],
        ['quota --from-node=node-1', "and that node's address"],
        ['quota --fail-under 50', 'for CI: exit 1 below 50 pulls'],
        ['quota -A -o prometheus', 'metrics as text'],
        ['quota --local --watch', 'ask again every minute'],
      ]),
    )
    .action(options => {
      const { fromNode } = options
      if (fromNode === undefined) {
        return run
          .reading(async () => (await import('../commands/quota.ts')).quotaCommand)
          .with(quotaOptions(options), options)
      }
      const node = fromNode === true ? null : String(fromNode)
      return run
        .writing(async () => (await import('../commands/quota-from-node.ts')).quotaFromNodeCommand)
        .with({ ...quotaOptions(options), node, yes: options.yes === true }, options)
    })
}

/** Converts commander's options to the command's. */
function quotaOptions(options: OptionValues): QuotaOptions {
  return {
    connection: connectionFlags(options),
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
