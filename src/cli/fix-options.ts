/** What commander read of `fix`, as the command takes it. */

import type { OptionValues } from 'commander'
import type { FixOptions } from '../commands/fix/session.ts'
import { UsageError } from '../errors.ts'
import { connectionFlags } from './flags.ts'
import { REMEDY_FLAGS, remediesAskedFor } from './remedy-flags.ts'

/** The pull secret's usual name. */
export const SECRET_NAME = 'dockercreds'

/** What a saved plan has settled, and the value of each flag that is not given. Beside --username, --registry says whose login that is. */
const PLAN_MADE: [name: string, flag: string, usual?: unknown][] = [
  ['plan', '--plan'],
  ['allNamespaces', '-A'],
  ['namespace', '-n'],
  ['affected', '--affected'],
  ['excludeNamespace', '--exclude-namespace'],
  ['registry', '--registry'],
  ['recreateBarePods', '--recreate-bare-pods'],
  ['allowManaged', '--allow-managed'],
  ['overwriteSecret', '--overwrite-secret'],
  ...REMEDY_FLAGS,
  ['secretName', '--secret-name', SECRET_NAME],
]

/** The options that the flags make. @throws UsageError for flags that a saved plan has settled already */
export function fixOptions(options: OptionValues): FixOptions {
  if (options.apply !== undefined) {
    const settled = PLAN_MADE.filter(([name]) => name !== 'registry' || options.username === undefined).find(
      ([name, , usual]) => options[name] !== usual,
    )
    if (settled)
      throw new UsageError(`--apply can't be combined with ${settled[1]}: the plan already settles it.`)
  }
  const given = (name: string, as: string) => (options[name] === undefined ? {} : { [as]: options[name] })
  return {
    connection: connectionFlags(options),
    allNamespaces: options.allNamespaces === true,
    affected: options.affected === true,
    excludedNamespaces: options.excludeNamespace ?? [],
    secretName: options.secretName,
    registries: options.registry ?? [],
    endpoints: options.registryEndpoint ?? [],
    passwordStdin: options.passwordStdin === true,
    authenticate: options.authenticate !== false,
    recreate: options.recreate !== false,
    recreateBarePods: options.recreateBarePods === true,
    remediesAskedFor: remediesAskedFor(options),
    allowManaged: options.allowManaged === true,
    overwriteSecret: options.overwriteSecret === true,
    yes: options.yes === true,
    dryRun: options.dryRun,
    timeoutMs: options.timeout,
    failOn: options.failOn,
    format: options.output,
    ...given('username', 'username'),
    ...given('plan', 'planFile'),
    ...given('apply', 'applyFile'),
  }
}
