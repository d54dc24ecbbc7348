/**
 * What flags that several commands have mean for a run: which pods it reads, how its report looks, and which of them its suggested
 * commands repeat.
 */

import { UsageError } from '../errors.ts'
import { isImagePlace, type ReplacementRule } from '../image/replacement.ts'
import type { ClusterFlags } from '../kubernetes/kubeconfig/connection-options.ts'
import type { PlanScope } from '../plan/plan.ts'
import type { ReportOptions } from '../report/formats.ts'
import type { Invocation, Only } from '../report/invocation.ts'
import { parseSubjects } from '../source/subject-names.ts'
import type { Scope } from '../source/suspects.ts'
import type { Output } from '../terminal.ts'
import type { CommandContext, ConnectionFlags } from './context.ts'
import type { SnapshotOptions } from './snapshot.ts'

/** @throws UsageError for flags and names that contradict each other */
function checkScope({
  allNamespaces,
  namespaces = [],
  names = [],
  selector,
  excludedNamespaces = [],
}: Omit<SnapshotOptions, 'files' | 'recursive'>): void {
  const rivals: [flag: string, isGiven: boolean][] = [
    ['-l', selector !== undefined],
    ['-A', allNamespaces],
    ['several namespaces', namespaces.length > 1],
    ['--exclude-namespace', excludedNamespaces.length > 0],
  ]
  const [name] = names
  const [rival] = rivals.find(([, isGiven]) => isGiven) ?? []
  if (name !== undefined && rival !== undefined)
    throw new UsageError(
      `${name} can't be combined with ${rival}: a name is looked up in one namespace, with -n or as NAMESPACE/POD.`,
    )
  if (namespaces.length > 0 && namespaces.every(namespace => excludedNamespaces.includes(namespace)))
    throw new UsageError(
      '--exclude-namespace excludes every namespace of -n: nothing would be left to check.',
    )
}

/**
 * Returns the scope of the flags and names. @param fallback the namespaces without -n; null: all. @throws UsageError for flags that
 * contradict each other
 */
export function scopeOf(
  options: Omit<SnapshotOptions, 'files' | 'recursive'>,
  fallback: string[] | null,
): Scope {
  checkScope(options)
  const {
    allNamespaces,
    namespaces = [],
    excludedNamespaces = [],
    names = [],
    selector,
    pod,
    keepNamedPods = false,
  } = options
  const { namespace } = options.connection
  const named =
    namespaces.length > 1 ? [...new Set(namespaces)] : namespace === undefined ? fallback : [namespace]
  const within = named?.filter(each => !excludedNamespaces.includes(each)) ?? null
  return {
    namespaces: allNamespaces ? null : within,
    // Needed only for all namespaces; a list of namespaces is already filtered above.
    ...(excludedNamespaces.length > 0 &&
      (allNamespaces || within === null) && { excluded: [...excludedNamespaces] }),
    ...(selector === undefined ? {} : { labelSelector: selector }),
    ...(pod === undefined ? {} : { pod }),
    ...(names.length > 0 && { subjects: parseSubjects(names, namespace), keepNamedPods }),
  }
}

/** -R without -f would silently read the cluster. @param example a value for -f. @throws UsageError */
export function checkRecursive(
  { recursive, files }: { recursive: boolean; files: readonly string[] },
  example: string,
): void {
  if (recursive && files.length === 0)
    throw new UsageError(`-R needs -f: name the folder to read, as in \`-f ${example} -R\`.`)
}

/**
 * Returns the requested format. Without -o, returns `text` in a CI system's log (`CI` is set), because people read it, and the default
 * otherwise: elsewhere, a pipe gets plain columns for scripts.
 */
export function formatFor<Format>(
  { format, formatGiven }: { format: Format; formatGiven: boolean },
  { out }: Pick<CommandContext, 'out'>,
): Format | 'text' {
  return !formatGiven && out.inCi && !out.isTerminal ? 'text' : format
}

/** Reads `--replace-registry FROM=TO`. @throws UsageError */
export function readReplacement(text: string): ReplacementRule {
  const [from = '', to = '', ...more] = text.split('=')
  if (more.length === 0 && isImagePlace(from) && isImagePlace(to)) return { from, to }
  throw new UsageError(
    `--replace-registry takes FROM=TO, such as docker.io=public.ecr.aws/docker or nginx=quay.io/team/nginx:1.27, not "${text}".`,
  )
}

/** Flags that are not repeated with their value as it is. */
type OtherFlag = 'insecureSkipTlsVerify' | 'asGroup' | 'token' | 'namespace'
type ValueFlag = Exclude<keyof ClusterFlags, OtherFlag>

/**
 * Flags with a value, in the order in which kubectl explains them. A record, so that the compiler notices one that is missing: without it,
 * a suggested command could reach another cluster.
 */
const VALUE_FLAGS: Record<ValueFlag, string> = {
  kubeconfig: '--kubeconfig',
  context: '--context',
  cluster: '--cluster',
  user: '--user',
  server: '--server',
  certificateAuthority: '--certificate-authority',
  clientCertificate: '--client-certificate',
  clientKey: '--client-key',
  tlsServerName: '--tls-server-name',
  as: '--as',
  asUid: '--as-uid',
}

/** A file that the shell made of `<(…)` for this run alone. */
const OF_THE_SHELL = /^\/(?:dev|proc\/self)\/fd\/\d+$/

/** What a run looked at. */
interface RunScope {
  /** The facts came from files, so no command may name a cluster. */
  fromDump?: boolean
  /** By names or labels; null for whole namespaces. */
  only?: Only | null
  /** The excluded namespaces of a run that looked at all others; null if it looked at certain namespaces. */
  everywhereExcept?: readonly string[] | null
}

/** Returns the connection flags that a suggested command must repeat to reach the same cluster as the same user. */
export function invocationOf(
  { program }: Pick<CommandContext, 'program'>,
  connection: ConnectionFlags,
  { fromDump = false, only = null, everywhereExcept = null }: RunScope = {},
): Invocation {
  const flags = Object.entries(VALUE_FLAGS).flatMap(([name, flag]) => {
    const value = connection[name as ValueFlag]
    if (value === undefined) return []
    return [flag, OF_THE_SHELL.test(value) ? `<${flag.slice(2)}>` : value]
  })
  if (connection.insecureSkipTlsVerify === true) flags.push('--insecure-skip-tls-verify')
  for (const group of connection.asGroup ?? []) flags.push('--as-group', group)
  // The token is a secret: only a placeholder is printed.
  if (connection.token !== undefined) flags.push('--token', '<token>')
  return {
    program,
    flags,
    fromDump,
    ...(only !== null && { only }),
    ...(everywhereExcept !== null && { everywhereExcept }),
  }
}

/** Like `invocationOf`, for a run that looked at these pods, so that it suggests commands for no others. */
export function invocationOfLook(
  context: Pick<CommandContext, 'program'>,
  options: Omit<SnapshotOptions, 'recursive'>,
): Invocation {
  const { connection, files, names = [], selector, excludedNamespaces = [] } = options
  const fromDump = files.length > 0
  const everywhere = options.allNamespaces || (fromDump && connection.namespace === undefined)
  const only = onlyOf(names.length > 0, selector)
  const everywhereExcept = everywhere ? excludedNamespaces : null
  return invocationOf(context, connection, { fromDump, only, everywhereExcept })
}

/** Like `invocationOf`, for a fix with this scope. */
export function invocationOfFix(
  context: Pick<CommandContext, 'program'>,
  connection: ConnectionFlags,
  { namespaces, excluded, subjects, selector }: PlanScope,
): Invocation {
  const only = onlyOf(subjects !== undefined, selector)
  return invocationOf(context, connection, { only, everywhereExcept: namespaces === null ? excluded : null })
}

/** Returns the run's scope by names or labels; null if it covered whole namespaces. */
function onlyOf(isNamed: boolean, selector: string | null | undefined): Only | null {
  if (isNamed) return { named: true }
  return selector == null || selector.trim() === '' ? null : { selector }
}

/** Returns what a report must know about the output that it is written to. */
export function screenOf({
  width,
  color,
  isTerminal,
}: Output): Pick<ReportOptions, 'width' | 'color' | 'terminal'> {
  return { width, color, terminal: isTerminal }
}
