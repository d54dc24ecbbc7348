/** A whole fix on the simulated cluster: what is written, in which order, and that the fix ends. */
import { readdirSync, readFileSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { fix } from './runs.ts'
import { CANARY, listOf, state, story } from './story.ts'

const SECRET = Buffer.from(CANARY).toString('base64').slice(0, 12)

describe('applying a plan', () => {
  test('appends to existing lists and recovers every stuck pod', async () => {
    const of = story()
    const { result } = await fix(of)
    expect(new Set(result.outcomes.map(({ status }) => status))).toEqual(new Set(['applied']))
    expect(listOf(of, 'web')).toEqual([
      { name: 'registry-of-old' },
      { name: 'second' },
      { name: 'dockercreds' },
    ])
    expect(listOf(of, 'api')).toEqual([{ name: 'dockercreds' }])
    expect(state(of)).toMatchObject({
      'Pod web/ReplicaSet': { phase: 'Running' },
      'Pod api/ReplicaSet': { phase: 'Running', pullSecrets: ['own', 'dockercreds'] },
      'Pod api/bare': { phase: 'Running' },
    })
    expect(result.recoveries.map(({ wanted, recovered }) => [wanted, recovered])).toEqual([
      [1, 1],
      [1, 1],
      [1, 1],
    ])
  })

  test('has nothing left to write on a second run', async () => {
    const of = story()
    await fix(of)
    const before = of.server.requests.length
    const second = await fix(of)
    expect(second.plan.changes).toEqual([])
    expect(second.result.run).toBeNull()
    const methods = of.server.requests.slice(before).map(({ method }) => method)
    expect(new Set(methods)).toEqual(new Set(['GET']))
  })

  test('dry-runs every change before storing the first, then stores Secrets, then references to them, then pods', async () => {
    const of = story()
    await fix(of)
    const writes = of.server.requests.filter(({ method }) => method !== 'GET').map(kindOfWrite)
    const order = writes.filter(kind => kind !== 'DELETE')
    const begin = order.indexOf('POST secrets')
    expect(order.slice(0, begin).every(kind => kind.startsWith('dry'))).toBe(true)
    expect(order.slice(begin).filter(kind => kind !== 'dry POST pods')).toEqual([
      'POST secrets',
      'POST secrets',
      'PATCH serviceaccounts',
      'PATCH serviceaccounts',
      'PATCH deployments',
      'POST pods',
    ])
    expect(writes.indexOf('DELETE', writes.lastIndexOf('PATCH deployments'))).toBeGreaterThan(0)
  })

  test('does not write a change that failed its dry run, nor changes that depend on it', async () => {
    const of = story()
    of.server.faults.when(({ method, path }) => method === 'POST' && path.includes('/web/secrets'), 403, 1)
    const { result } = await fix(of)
    const inWeb = result.outcomes.filter(({ target }) => target.namespace === 'web')
    expect(inWeb.map(({ status }) => status)).toEqual(['refused', 'skipped', 'skipped'])
    expect(of.cluster.get('Secret', 'web', 'dockercreds')).toBeUndefined()
  })

  test('creates no Secret that nothing could reference', async () => {
    const of = story()
    of.server.faults.when(
      ({ method, path }) => method === 'PATCH' && path.includes('/web/serviceaccounts'),
      403,
    )
    const { result } = await fix(of)
    const inWeb = result.outcomes.filter(({ target }) => target.namespace === 'web')
    expect(inWeb.map(({ status }) => status)).toEqual(['skipped', 'refused', 'skipped'])
    expect(of.cluster.get('Secret', 'web', 'dockercreds')).toBeUndefined()
  })

  test('leaves a pod alone if its service account could not be updated', async () => {
    const of = story()
    const uid = of.cluster.list('Pod', 'web')[0]?.metadata.uid
    let patches = 0
    // The first matching request is the dry run.
    of.server.faults.when(
      ({ method, path }) => method === 'PATCH' && path.includes('/web/') && ++patches > 1,
      403,
    )
    const { result } = await fix(of)
    const inWeb = result.outcomes.filter(({ target }) => target.namespace === 'web')
    expect(inWeb.map(({ status }) => status)).toEqual(['applied', 'refused', 'skipped'])
    expect(of.cluster.list('Pod', 'web')[0]?.metadata.uid).toBe(uid)
    expect(result.recoveries.find(({ namespace }) => namespace === 'web')).toMatchObject({ recovered: 0 })
  })

  test('reports what pods that did not recover in time are waiting for', async () => {
    const of = story()
    const began = of.clock.now()
    const before = (what: string) => {
      if (what.startsWith('DELETE') && of.cluster.get('Secret', 'web', 'dockercreds')) {
        of.cluster.remove('Secret', 'web', 'dockercreds')
      }
    }
    const { result } = await fix(of, { before })
    expect(result.recoveries.find(({ namespace }) => namespace === 'web')).toMatchObject({
      workload: { kind: 'Deployment', name: 'shop' },
      wanted: 1,
      recovered: 0,
      waiting: [{ state: 'stuck', reason: 'ImagePullBackOff' }],
    })
    expect(of.clock.now() - began).toBeLessThanOrEqual(12_000)
  })

  test('writes each change to the journal before it writes to the cluster', async () => {
    const of = story()
    const events: string[] = []
    await fix(of, { before: what => events.push(what) })
    const patch = events.findLastIndex(
      what => what.startsWith('PATCH') && what.endsWith('/serviceaccounts/default'),
    )
    expect(events.slice(0, patch).filter(what => what === 'journal').length).toBeGreaterThanOrEqual(3)
    const lines = journalLines(of.folder)
    expect(lines[0]).toMatchObject({ type: 'run' })
    const known = new Set<string>()
    for (const line of lines) {
      if (line.type === 'intent') known.add(line.change.id)
      if (line.type === 'outcome') expect(known).toContain(line.outcome.id)
    }
    expect(known.size).toBe(7)
  })

  test('keeps the journal readable by its owner only, and keeps the password out of the journal and the plan', async () => {
    const of = story()
    const { plan, checked, result } = await fix(of)
    const [file = ''] = readdirSync(of.folder)
    expect(statSync(join(of.folder, file)).mode & 0o777).toBe(0o600)
    expect(statSync(of.folder).mode & 0o777).toBe(0o700)
    const text = readFileSync(join(of.folder, file), 'utf8') + JSON.stringify([plan, checked, result])
    expect(text).not.toContain(CANARY)
    expect(text).not.toContain(SECRET)
  })
})

/** Such as `dry PATCH serviceaccounts`. A deletion has its dry-run option in the body, so its name here does not show that. */
function kindOfWrite({ method, path, query }: { method: string; path: string; query: string }): string {
  if (method === 'DELETE') return method
  const resource = path.split('/').at(method === 'POST' ? -1 : -2)
  return `${query.includes('dryRun=All') ? 'dry ' : ''}${method} ${resource}`
}

interface Line {
  type: string
  change: { id: string }
  outcome: { id: string }
}

function journalLines(folder: string): Line[] {
  const [file = ''] = readdirSync(folder)
  return readFileSync(join(folder, file), 'utf8')
    .split('\n')
    .filter(line => line !== '')
    .map(line => JSON.parse(line) as Line)
}
