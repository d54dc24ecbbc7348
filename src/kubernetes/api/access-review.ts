/** Asks the server what the user may do; nothing is stored by asking. */

import { JSON_FORM } from './accept.ts'
import type { AccessQuestion } from './cluster.ts'
import type { Exchange } from './exchange.ts'
import { objectFrom } from './read-object.ts'

const PATH = '/apis/authorization.k8s.io/v1/selfsubjectaccessreviews'

/** As ClusterReader.mayI says. */
export async function reviewAccess(
  exchange: Exchange,
  question: AccessQuestion,
  signal?: AbortSignal,
): Promise<boolean> {
  const { verb, group, namespace, name } = question
  const [resource, subresource] = question.resource.split('/')
  const resourceAttributes = {
    verb,
    group,
    resource,
    ...(subresource && { subresource }),
    ...(namespace !== null && { namespace }),
    ...(name !== undefined && { name }),
  }
  const review = await objectFrom(exchange, {
    kind: 'read',
    method: 'POST',
    path: PATH,
    headers: { Accept: JSON_FORM, 'Content-Type': JSON_FORM },
    body: JSON.stringify({
      apiVersion: 'authorization.k8s.io/v1',
      kind: 'SelfSubjectAccessReview',
      spec: { resourceAttributes },
    }),
    ...(signal && { signal }),
  })
  return (review.status as { allowed?: unknown } | undefined)?.allowed === true
}
