/** The errors for pods and workloads that don't exist, with the names that may have been meant. */

import { UsageError } from '../../errors.ts'
import { rethrowUnlessApiError } from '../../kubernetes/api/api-error.ts'
import { type ControllerObject, KINDS, type Kind } from '../../kubernetes/api/kinds.ts'
import { didYouMean, nearNames } from '../near-names.ts'
import { otherTypeSentence } from '../subject-names.ts'
import { NoSuchPod } from '../suspects.ts'
import type { ObjectName } from './named-objects.ts'
import { assertExists, noNamespace } from './namespaces.ts'
import type { Reading } from './reading.ts'

/** @throws UsageError if not even the namespace exists */
export async function noSuchWorkload(
  reading: Reading,
  namespace: string,
  kind: Kind<ControllerObject>,
  name: string,
): Promise<UsageError> {
  const names = await orNone(reading.names(kind, namespace))
  if (names.length === 0) await assertExists(reading, namespace)
  return new UsageError(notFoundText(kind, { namespace, name }, names))
}

export async function noSuchPod(reading: Reading, namespace: string, name: string): Promise<NoSuchPod> {
  const names = await orNone(podNames(reading, namespace))
  if (names.length === 0) await assertExists(reading, namespace).catch(asNoSuchPod(namespace))
  const type = otherTypeSentence(name)
  return new NoSuchPod(
    type === null
      ? notFoundText(KINDS.Pod, { namespace, name }, names)
      : `${notFound(KINDS.Pod.kind, { namespace, name })}, and ${type}.`,
  )
}

/** For a namespace that can also have been meant as a type. */
function asNoSuchPod(namespace: string): (error: unknown) => never {
  const type = otherTypeSentence(namespace)
  return error => {
    if (!(error instanceof UsageError)) throw error
    throw new NoSuchPod(type === null ? error.message : `${noNamespace(namespace)}, and ${type}.`)
  }
}

/** Returns that no such object exists, and those that may have been meant. @param names those that exist */
function notFoundText(
  { kind, resource }: Kind<unknown>,
  { namespace, name }: ObjectName,
  names: readonly string[],
): string {
  const near = nearNames(name, names)
  const hint = near.length > 0 ? didYouMean(near) : `\`kubectl get ${resource} -n ${namespace}\` lists them.`
  return `${notFound(kind, { namespace, name })}: ${hint}`
}

function notFound(kind: string, { namespace, name }: ObjectName): string {
  return `${kind} "${name}" not found in namespace "${namespace}"`
}

/** Returns no names if they can't be read, because they are only a hint. */
function orNone(names: Promise<string[]>): Promise<string[]> {
  return names.catch(error => {
    rethrowUnlessApiError(error)
    return []
  })
}

async function podNames(reading: Reading, namespace: string): Promise<string[]> {
  const names: string[] = []
  await reading.podTable(
    namespace,
    ({ cells }) => names.push(String(cells[0])),
    ({ metadata }) => names.push(metadata.name),
  )
  return names
}
