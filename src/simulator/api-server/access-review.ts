/** SelfSubjectAccessReview and SelfSubjectReview: what the user can do, and who the user is. */

import { Refusal } from '../cluster/refusal.ts'
import { parseJson } from './body.ts'
import { ANONYMOUS, allows, type User } from './users.ts'

export const ACCESS_REVIEW_PATH = '/apis/authorization.k8s.io/v1/selfsubjectaccessreviews'

export const SELF_REVIEW_PATH = '/apis/authentication.k8s.io/v1/selfsubjectreviews'

/** Who asks. */
export function reviewSelf({ name }: User): object {
  return {
    kind: 'SelfSubjectReview',
    apiVersion: 'authentication.k8s.io/v1',
    metadata: {},
    status: { userInfo: { username: name, groups: ['system:authenticated'] } },
  }
}

interface Attributes {
  namespace?: string
  verb?: string
  resource?: string
  subresource?: string
}

/** The review with its status filled in. Throws Refusal. */
export function reviewAccess(user: User, body: string): object {
  const kind = { group: 'authorization.k8s.io', kind: 'selfsubjectaccessreviews' }
  if (user === ANONYMOUS)
    throw new Refusal(
      403,
      'Forbidden',
      'selfsubjectaccessreviews.authorization.k8s.io is forbidden: User "system:anonymous" cannot create resource "selfsubjectaccessreviews" in API group "authorization.k8s.io" at the cluster scope',
      kind,
    )
  const review = (parseJson(body) ?? {}) as { spec?: { resourceAttributes?: Attributes } }
  const asked = review.spec?.resourceAttributes
  if (!asked) throw emptyReview()
  const resource = asked.subresource ? `${asked.resource}/${asked.subresource}` : (asked.resource ?? '')
  return {
    kind: 'SelfSubjectAccessReview',
    apiVersion: 'authorization.k8s.io/v1',
    metadata: {},
    spec: review.spec,
    status: { allowed: allows(user, asked.verb ?? '', resource, asked.namespace || null) },
  }
}

function emptyReview(): Refusal {
  const message =
    'Invalid value: null: exactly one of nonResourceAttributes or resourceAttributes must be specified'
  return new Refusal(
    422,
    'Invalid',
    `.authorization.k8s.io "" is invalid: spec.resourceAttributes: ${message}`,
    {
      group: 'authorization.k8s.io',
      causes: [{ reason: 'FieldValueInvalid', message, field: 'spec.resourceAttributes' }],
    },
  )
}
