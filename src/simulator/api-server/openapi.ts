/** As much of the OpenAPI documents as kubectl looks into before it applies a file: that a PATCH of each kind checks fields on the server. */

import { apiVersionOf, KINDS, type Kind } from '../cluster/kinds.ts'

const ROOT = '/openapi/v3'
const VALIDATION = { name: 'fieldValidation', in: 'query', schema: { type: 'string', uniqueItems: true } }

/** The document at that path; undefined where none is. */
export function openApi(path: string): object | undefined {
  const versions = [...new Set(KINDS.map(rootOf))]
  if (path === ROOT) {
    const documents = versions.map(root => [root, { serverRelativeURL: `${ROOT}/${root}` }])
    return { paths: Object.fromEntries(documents) }
  }
  const root = versions.find(version => path === `${ROOT}/${version}`)
  if (root === undefined) return undefined
  const kinds = KINDS.filter(kind => rootOf(kind) === root)
  return {
    openapi: '3.0.0',
    info: { title: 'Kubernetes', version: 'v1.34.2' },
    components: { schemas: {} },
    paths: Object.fromEntries(kinds.map(kind => [pathOf(kind), { patch: patchOf(kind) }])),
  }
}

/** `api/v1`, `apis/apps/v1`. */
const rootOf = (kind: Kind): string => `${kind.group ? 'apis' : 'api'}/${apiVersionOf(kind)}`

const pathOf = (kind: Kind): string =>
  `/${rootOf(kind)}/${kind.namespaced ? 'namespaces/{namespace}/' : ''}${kind.resource}/{name}`

const patchOf = ({ group, version, kind }: Kind): object => ({
  parameters: [VALIDATION],
  responses: { 200: { description: 'OK' } },
  'x-kubernetes-group-version-kind': { group, version, kind },
})
