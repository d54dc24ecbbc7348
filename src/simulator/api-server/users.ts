/** Users and their permissions: bearer tokens, RBAC rules, and refusals with the real server's messages. */

import { randomBytes } from 'node:crypto'
import { qualifiedResource } from '../cluster/kinds.ts'
import { Refusal } from '../cluster/refusal.ts'
import type { RequestInfo } from './request.ts'

/** Allows each verb on each resource (`pods`, `pods/eviction`); `*` is all. Without namespaces, the rule applies cluster-wide. */
export interface Rule {
  verbs: string[]
  resources: string[]
  namespaces?: string[]
}

export interface User {
  name: string
  token: string
  rules: Rule[]
}

const READ = ['get', 'list', 'watch']
const READABLE = [
  'namespaces',
  'nodes',
  'pods',
  'events',
  'serviceaccounts',
  'replicationcontrollers',
  'deployments',
  'replicasets',
  'statefulsets',
  'daemonsets',
  'controllerrevisions',
  'jobs',
  'cronjobs',
  'poddisruptionbudgets',
]

export class Users {
  #byName = new Map<string, User>()

  /** `admin` can do everything, `viewer` can read everything but Secrets, `developer` can do everything in the namespace default only. */
  constructor() {
    this.add('admin', [{ verbs: ['*'], resources: ['*'] }])
    this.add('viewer', [{ verbs: READ, resources: READABLE }])
    this.add('developer', [{ verbs: ['*'], resources: ['*'], namespaces: ['default'] }])
  }

  /** Adds or replaces a user; the token is new. */
  add(name: string, rules: Rule[]): User {
    const user = { name, token: randomBytes(16).toString('hex'), rules }
    this.#byName.set(name, user)
    return user
  }

  find(name: string): User | undefined {
    return this.#byName.get(name)
  }

  /** Throws if the name is unknown, because that is a mistake in the calling code. */
  named(name: string): User {
    const user = this.#byName.get(name)
    if (!user) throw new Error(`the simulator knows no user ${name}`)
    return user
  }

  byToken(token: string): User | undefined {
    return [...this.#byName.values()].find(user => user.token === token)
  }
}

export const ANONYMOUS: User = { name: 'system:anonymous', token: '', rules: [] }

/** Whether the user has that permission. `resource` includes its subresource; namespace null means cluster-wide. */
export function allows(user: User, verb: string, resource: string, namespace: string | null): boolean {
  const covers = (list: string[], word: string) => list.includes('*') || list.includes(word)
  return user.rules.some(
    rule =>
      covers(rule.verbs, verb) &&
      covers(rule.resources, resource) &&
      (!rule.namespaces || (namespace !== null && rule.namespaces.includes(namespace))),
  )
}

/** The 403 for a request on a resource, with the real server's message. */
export function refusalFor(user: User, request: RequestInfo): Refusal {
  const { kind, name, namespace, verb } = request
  const resource = request.subresource ? `${kind.resource}/${request.subresource}` : kind.resource
  const where = namespace === null ? 'at the cluster scope' : `in the namespace "${namespace}"`
  const what = `User "${user.name}" cannot ${verb} resource "${resource}" in API group "${kind.group}" ${where}`
  return new Refusal(
    403,
    'Forbidden',
    `${qualifiedResource(kind)}${name ? ` "${name}"` : ''} is forbidden: ${what}`,
    { ...(name && { name }), ...(kind.group && { group: kind.group }), kind: kind.resource },
  )
}
