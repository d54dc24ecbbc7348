/** Permissions are checked before anything is written, one verb at a time. */
import { expect, test } from 'vitest'
import { checkAccess } from '../../src/apply/permissions.ts'
import { clientOf } from './in-process-cluster.ts'
import { planOf } from './plan-of.ts'
import { PULL_SECRET, story } from './story.ts'

test('a user with all permissions is denied nothing', async () => {
  const of = story()
  const client = clientOf(of.server)
  const { plan } = await planOf(of.cluster, client, PULL_SECRET)
  expect(await checkAccess(plan, client)).toEqual([])
})

test('each denied verb is reported with its namespaces and the number of changes that need it', async () => {
  const of = story()
  const { plan } = await planOf(of.cluster, clientOf(of.server), PULL_SECRET)
  of.server.users.add('operator', [
    { verbs: ['get', 'list'], resources: ['*'] },
    { verbs: ['*'], resources: ['serviceaccounts', 'deployments', 'pods'] },
    { verbs: ['create'], resources: ['secrets'], namespaces: ['web'] },
  ])
  const denied = await checkAccess(
    plan,
    clientOf(of.server, () => {}, 'operator'),
  )
  expect(denied).toEqual([
    { verb: 'create', group: '', resource: 'secrets', namespaces: ['api'], changes: 1 },
  ])
  expect(of.cluster.list('Secret')).toEqual([])
})
