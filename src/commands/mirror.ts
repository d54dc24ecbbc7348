/** `pullguard mirror`: nodes and what is known of their mirrors → for a mirror to use, what each group of nodes needs. */

import { UsageError } from '../errors.ts'
import { type AddressRules, readAddress, readRegistry } from '../mirror/address.ts'
import { setupFor } from '../mirror/platforms/index.ts'
import type { MirrorReport } from '../mirror/report.ts'
import type { MirrorTarget } from '../mirror/setup.ts'
import { type MirrorSurvey, surveyMirrors } from '../mirror/survey.ts'
import type { MirrorFormat } from '../report/formats.ts'
import { ADDRESS_WORDS } from '../report/words/mirror/address.ts'
import { readMirrors } from '../source/live/mirrors.ts'
import { withCluster } from './cluster-session.ts'
import type { CommandContext, ConnectionFlags, ExitName } from './context.ts'
import { invocationOf } from './invocation.ts'
import { readAuthority } from './mirror/authority.ts'
import { writeFiles } from './mirror/write-files.ts'

export interface MirrorOptions extends AddressRules {
  connection: ConnectionFlags
  /** The mirror that nodes are to use; without it, only what is known is reported. */
  to?: string
  registries: string[]
  /** Seconds. */
  dialTimeout: number
  /** A PEM file on this machine. */
  authority?: string
  format: MirrorFormat
  /** A file or folder to write what nodes need to. */
  output?: string
  overwrite: boolean
}

/** Reports mirrors, and what nodes need to use one. Writes no node and no object. @throws UsageError, UnreachableError */
export async function mirrorCommand(options: MirrorOptions, context: CommandContext): Promise<ExitName> {
  const target = await targetOf(options, context)
  const survey = await surveyed(options, context)
  const planned =
    target === null ? [] : survey.groups.map(({ group }) => ({ group, setup: setupFor(target, group) }))
  const written =
    options.output === undefined
      ? []
      : await writeFiles(planned, { path: options.output, overwrite: options.overwrite, cwd: context.cwd })
  await print({ survey, target, planned, written }, options, context)
  return survey.gaps.length > 0 ? 'incomplete' : 'ok'
}

async function targetOf(options: MirrorOptions, { cwd }: CommandContext): Promise<MirrorTarget | null> {
  const { to, registries, dialTimeout, authority, output } = options
  if (to === undefined) {
    if (output !== undefined)
      throw new UsageError(`-o ${output} writes what nodes need: name the mirror with --to.`)
    return null
  }
  const address = readAddress(to, options)
  if ('problem' in address) throw new UsageError(ADDRESS_WORDS[address.problem])
  return {
    address,
    registries: [...new Set(registries.map(registryNamed))],
    dialTimeout,
    authority: authority === undefined ? null : await readAuthority(authority, cwd),
  }
}

function registryNamed(text: string): string {
  const registry = readRegistry(text)
  if (registry !== null) return registry
  throw new UsageError(
    `--registry ${JSON.stringify(text)} is not a registry: give its host as image names have it, such as docker.io or ghcr.io.`,
  )
}

async function surveyed({ connection }: MirrorOptions, context: CommandContext): Promise<MirrorSurvey> {
  const progress = await context.progress()
  progress.update('Reading nodes and pods')
  const { signal } = context
  return withCluster(context.connect(connection), context, async cluster =>
    surveyMirrors(await readMirrors(cluster, { takenAt: context.now().toISOString(), signal })),
  ).finally(() => progress.stop())
}

async function print(report: MirrorReport, options: MirrorOptions, context: CommandContext): Promise<void> {
  const { renderMirror } = await import('../report/views/mirror.ts')
  const { width, color, isTerminal: terminal } = context.out
  const invocation = invocationOf(context, options.connection)
  await context.out.write(
    renderMirror(report, { format: options.format, width, color, terminal, invocation }),
  )
}
