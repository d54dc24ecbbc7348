/** Finds the workloads to wait for, from names, labels, and manifests. */

import { UsageError } from '../../errors.ts'
import { type Subjects, subjectKey } from '../../source/following/subjects.ts'
import { parseLabelSelector } from '../../source/label-selector.ts'
import { type Manifests, readManifests } from '../../source/manifests.ts'
import { type NamedWorkloads, parseSubjectNames, SUBJECT_KINDS } from '../../source/subject-names.ts'
import type { CommandContext } from '../context.ts'
import { checkRecursive } from '../shared-flags.ts'
import type { WaitOptions } from '../wait.ts'

/** The parsed and checked command line; its default namespace is known only after connecting. */
export interface WaitRequest {
  names: NamedWorkloads
  manifests: Manifests | null
  /** What makes pods that nothing on the command line leads to, such as a Rollout. */
  unfollowed: string[]
}

/** @throws UsageError if nothing is named or a named object can't be waited for */
export async function readRequest(options: WaitOptions, context: CommandContext): Promise<WaitRequest> {
  const { files, recursive, selector } = options
  const names = parseSubjectNames(options.names)
  checkNamespace(options.connection.namespace)
  if (selector !== undefined) parseLabelSelector(selector)
  checkRecursive(options, 'manifests')
  if (names.kinds.length > 0 && selector === undefined)
    throw new UsageError(
      `${options.names[0]} is a type without a name: give TYPE/NAME, such as deployment/web, or -l to select by labels.`,
    )
  const isOnlyFiles = names.named.length === 0 && selector === undefined
  if (isOnlyFiles && files.length === 0)
    throw new UsageError(
      'Nothing to wait for: name workloads, such as deployment/web, select them with -l, or give what was applied with -f.',
    )
  const { stdin, cwd, signal } = context
  const manifests = files.length === 0 ? null : await readManifests({ files, recursive, stdin, cwd, signal })
  // A name or labels beside the manifests can be what finds those pods.
  const unfollowed = isOnlyFiles ? [...(manifests?.unfollowed ?? [])].sort() : []
  if (unfollowed.length > 0 && manifests?.workloads.length === 0)
    throw new UsageError(
      `The manifests don't tell which pods to wait for: ${unfollowed.join(', ')}. Name what makes them, such as job/NAME, or select it with -l.`,
    )
  return { names, manifests, unfollowed }
}

/** A namespace can be created later, but never one of such a name. @throws UsageError */
function checkNamespace(name: string | undefined): void {
  if (name === undefined || name === '' || /^[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?$/.test(name)) return
  throw new UsageError(`"${name}" can't be the name of a namespace.`)
}

/**
 * Returns the subjects, each once.
 * @param fallback the namespace for names and for manifests without one, as with `helm install -n`; a chart can also have workloads in
 * other namespaces
 */
export function subjectsOf(
  { names, manifests }: WaitRequest,
  options: WaitOptions,
  fallback: string,
): Subjects {
  const { selector } = options
  const fromFiles = (manifests?.workloads ?? []).map(({ kind, name, namespace }) => ({
    kind,
    name,
    namespace: namespace ?? fallback,
  }))
  const named = [...names.named.map(one => ({ ...one, namespace: fallback })), ...fromFiles]
  const kinds = names.kinds.length > 0 ? names.kinds : SUBJECT_KINDS
  return {
    named: [...new Map(named.map(subject => [subjectKey(subject), subject])).values()],
    selections:
      selector === undefined
        ? []
        : [{ namespace: fallback, kinds, selector, matches: parseLabelSelector(selector) }],
  }
}
