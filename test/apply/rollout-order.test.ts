/** A rollout that a fix or its undo causes: its pods are created with the login of their service account, whatever the server is slow at. */
import { describe, expect, test } from 'vitest'
import type { FaultedRequest } from '../../src/simulator/api-server/faults.ts'
import { asPod } from '../../src/simulator/cluster/objects.ts'
import { fix, undo } from './runs.ts'
import { type Story, story } from './story.ts'
import { deployment, settle } from './workloads.ts'

const TEMPLATE = 'template:web/Deployment/front'

/** The story with a Deployment whose pods get their login from a service account, and whose template --pull-policy edits. */
function withRollout(): Story {
  const of = story()
  const containers = [{ name: 'app', image: 'nginx:1.27.3', imagePullPolicy: 'Always' }]
  deployment(of.cluster, 'web', 'front', { containers })
  settle(of.cluster)
  return of
}

/** Controllers act after each write, as they do in a cluster. */
const options = (of: Story) => ({
  remedies: ['pull-policy' as const],
  before: (what: string) => what === 'journal' && settle(of.cluster),
})

const isStored = ({ method, query }: FaultedRequest) => method === 'PATCH' && !query.includes('dryRun')
const storesAccount = (request: FaultedRequest) =>
  isStored(request) && request.path.includes('/web/serviceaccounts/')

function pullSecrets({ cluster }: Story): unknown {
  const pod = cluster.list('Pod', 'web').find(({ metadata }) => metadata.name.startsWith('front-'))
  return (pod && asPod(pod).spec.imagePullSecrets) ?? null
}

describe('a rollout', () => {
  test('starts after its service account names the Secret, so its pods pull', async () => {
    const of = withRollout()
    of.server.faults.when(storesAccount, { slow: 5 })
    const { result } = await fix(of, options(of))
    expect(result.outcomes.find(({ id }) => id === TEMPLATE)).toMatchObject({ status: 'applied' })
    expect(pullSecrets(of)).toContainEqual({ name: 'dockercreds' })
    expect(result.recoveries.map(({ wanted, recovered }) => wanted - recovered)).toEqual([0, 0, 0, 0])
  })

  test('starts after every API server has had the time to see the service account', async () => {
    const of = withRollout()
    const at = new Map<string, number>()
    const before = (what: string) => {
      options(of).before(what)
      at.set(what, of.clock.now())
    }
    await fix(of, { ...options(of), before })
    const moment = (path: string) => at.get(`PATCH ${path}`) ?? Number.NaN
    const account = moment('/api/v1/namespaces/web/serviceaccounts/default')
    expect(moment('/apis/apps/v1/namespaces/web/deployments/front') - account).toBeGreaterThanOrEqual(500)
  })

  test('does not start if the server refuses the service account', async () => {
    const of = withRollout()
    of.server.faults.when(storesAccount, 403)
    const { result } = await fix(of, options(of))
    expect(result.outcomes.find(({ id }) => id === TEMPLATE)).toMatchObject({
      status: 'skipped',
      reason: { code: 'needs', id: 'serviceaccount:web/default' },
    })
    expect(of.cluster.get('Deployment', 'web', 'front')?.metadata.generation).toBe(1)
  })

  test('that an undo causes starts after its service account no longer names the Secret', async () => {
    const of = withRollout()
    await fix(of, options(of))
    of.server.faults.when(storesAccount, { slow: 5 })
    await undo(of, options(of))
    settle(of.cluster)
    expect(of.cluster.get('Deployment', 'web', 'front')?.metadata.generation).toBe(3)
    expect(pullSecrets(of)).not.toContainEqual({ name: 'dockercreds' })
  })
})
