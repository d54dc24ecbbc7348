/** Discovery, version, health and OpenAPI, as far as kubectl needs them. */

import { apiVersionOf, isInAll, KINDS, type Kind, SCALED } from '../cluster/kinds.ts'
import type { KubernetesRelease } from '../stack.ts'

const versionOf = ({ version, minor }: KubernetesRelease) => ({
  major: '1',
  minor,
  emulationMajor: '1',
  emulationMinor: minor,
  minCompatibilityMajor: '1',
  minCompatibilityMinor: `${Number(minor) - 1}`,
  gitVersion: version,
  gitCommit: 'simulated',
  gitTreeState: '',
  buildDate: '1970-01-01T00:00:00Z',
  goVersion: 'go1.24.9',
  compiler: 'gc',
  platform: 'linux/amd64',
})
const VERBS = ['create', 'delete', 'get', 'list', 'patch', 'update', 'watch']
const GROUPS = ['apps', 'batch', 'policy', 'authorization.k8s.io']
const OPEN_TO_ALL = ['/version', '/readyz', '/livez', '/healthz']

/** Paths that need no login. */
export const needsNoLogin = (path: string): boolean => OPEN_TO_ALL.includes(path)

/** The response to a path outside the resources: an object, a word, or undefined if there is none. */
export function discover(path: string, release: KubernetesRelease): object | string | undefined {
  if (['/readyz', '/livez', '/healthz'].includes(path)) return 'ok'
  if (path === '/version') return versionOf(release)
  if (path.startsWith('/openapi/')) return openApi(path, release)
  if (path === '/api') return { kind: 'APIVersions', versions: ['v1'], serverAddressByClientCIDRs: [] }
  if (path === '/apis') return { kind: 'APIGroupList', apiVersion: 'v1', groups: GROUPS.map(groupOf) }
  const group = GROUPS.find(name => path === `/apis/${name}`)
  if (group) return { kind: 'APIGroup', apiVersion: 'v1', ...groupOf(group) }
  const version = path === '/api/v1' ? 'v1' : path.replace(/^\/apis\//, '')
  return GROUPS.some(name => version === `${name}/v1`) || version === 'v1' ? resourcesOf(version) : undefined
}

function groupOf(name: string) {
  const version = { groupVersion: `${name}/v1`, version: 'v1' }
  return { name, versions: [version], preferredVersion: version }
}

function resourcesOf(groupVersion: string): object {
  const kinds = KINDS.filter(kind => apiVersionOf(kind) === groupVersion)
  const resources = kinds.map(kind => ({
    name: kind.resource,
    singularName: kind.singular,
    namespaced: kind.namespaced,
    kind: kind.kind,
    verbs: VERBS,
    ...(kind.shortNames.length > 0 && { shortNames: kind.shortNames }),
    ...(isInAll(kind) && { categories: ['all'] }),
  }))
  const scales = kinds
    .filter(({ resource }) => SCALED.includes(resource))
    .map(({ resource }) => ({
      name: `${resource}/scale`,
      singularName: '',
      namespaced: true,
      group: 'autoscaling',
      version: 'v1',
      kind: 'Scale',
      verbs: ['get', 'patch', 'update'],
    }))
  const extra = {
    v1: {
      name: 'pods/eviction',
      singularName: '',
      namespaced: true,
      group: 'policy',
      version: 'v1',
      kind: 'Eviction',
      verbs: ['create'],
    },
    'authorization.k8s.io/v1': {
      name: 'selfsubjectaccessreviews',
      singularName: 'selfsubjectaccessreview',
      namespaced: false,
      kind: 'SelfSubjectAccessReview',
      verbs: ['create'],
    },
  }[groupVersion]
  return {
    kind: 'APIResourceList',
    apiVersion: 'v1',
    groupVersion,
    resources: [...resources, ...scales, ...(extra ? [extra] : [])],
  }
}

const OPEN_API = '/openapi/v3'
const VALIDATION = { name: 'fieldValidation', in: 'query', schema: { type: 'string', uniqueItems: true } }

/**
 * The OpenAPI document at that path, with as much as kubectl needs to apply a file: the PATCH of each kind validates fields on the server.
 * Undefined if there is none.
 */
function openApi(path: string, release: KubernetesRelease): object | undefined {
  const versions = [...new Set(KINDS.map(rootOf))]
  if (path === OPEN_API) {
    const documents = versions.map(root => [root, { serverRelativeURL: `${OPEN_API}/${root}` }])
    return { paths: Object.fromEntries(documents) }
  }
  const root = versions.find(version => path === `${OPEN_API}/${version}`)
  if (root === undefined) return undefined
  const kinds = KINDS.filter(kind => rootOf(kind) === root)
  return {
    openapi: '3.0.0',
    info: { title: 'Kubernetes', version: release.version },
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
