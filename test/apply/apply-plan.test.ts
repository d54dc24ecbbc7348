/** A whole fix on the simulated cluster: what is written, in which order, and that the fix ends. */
import { readdirSync, readFileSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import type { ChangeOutcome } from '../../src/apply/outcome.ts'
import { fix } from './runs.ts'
import { CANARY, copied, listOf, state, story, storyOfFile } from './story.ts'

const SECRET = Buffer.from(CANARY).toString('base64').slice(0, 12)

const events: string[] = []
let done: Awaited<ReturnType<typeof fix>>
/** The story after a fix that nothing disturbed. */
const fixed = storyOfFile(async of => {
  done = await fix(of, { before: what => events.push(what) })
})

const inWeb = ({ outcomes }: { outcomes: ChangeOutcome[] }) =>
  outcomes.filter(({ target }) => target.namespace === 'web').map(({ status }) => status)

describe('applying a plan', () => {
  test('appends to existing lists and recovers every stuck pod', () => {
    const { result } = done
    expect(new Set(result.outcomes.map(({ status }) => status))).toEqual(new Set(['applied']))
    expect(listOf(fixed, 'web')).toEqual([
      { name: 'registry-of-old' },
      { name: 'second' },
      { name: 'dockercreds' },
    ])
    expect(listOf(fixed, 'api')).toEqual([{ name: 'dockercreds' }])
    expect(state(fixed)).toMatchObject({
      'Pod web/ReplicaSet': { phase: 'Running' },
      'Pod api/ReplicaSet': { phase: 'Running', pullSecrets: ['own', 'dockercreds'] },
      'Pod api/bare': { phase: 'Running' },
    })
    expect(result.recoveries).toMatchObject(Array(3).fill({ wanted: 1, recovered: 1 }))
  })

  test('has nothing left to write on a second run', async () => {
    const of = copied(fixed)
    const second = await fix(of)
    expect(second.plan.changes).toEqual([])
    expect(second.result.run).toBeNull()
    expect(new Set(of.server.requests.map(({ method }) => method))).toEqual(new Set(['GET']))
  })

  test('dry-runs every change before storing the first, then stores Secrets, then references to them, then pods', () => {
    const writes = fixed.server.requests.filter(({ method }) => method !== 'GET').map(kindOfWrite)
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

  test.each([
    [
      'does not write a change that failed its dry run, nor changes that depend on it',
      { method: 'POST', where: '/web/secrets', times: 1 },
      ['refused', 'skipped', 'skipped'],
    ],
    [
      'creates no Secret that nothing could reference',
      { method: 'PATCH', where: '/web/serviceaccounts', times: 9 },
      ['skipped', 'refused', 'skipped'],
    ],
  ])('%s', async (_does, { method, where, times }, statuses) => {
    const of = story()
    of.server.faults.when(asked => asked.method === method && asked.path.includes(where), 403, times)
    expect(inWeb((await fix(of)).result)).toEqual(statuses)
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
    expect(inWeb(result)).toEqual(['applied', 'refused', 'skipped'])
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

  test('writes each change to the journal before it writes to the cluster', () => {
    const patch = events.findLastIndex(
      what => what.startsWith('PATCH') && what.endsWith('/serviceaccounts/default'),
    )
    expect(events.slice(0, patch).filter(what => what === 'journal').length).toBeGreaterThanOrEqual(3)
    const lines = journalLines(fixed.folder)
    expect(lines[0]).toMatchObject({ type: 'run' })
    const known = new Set<string>()
    for (const line of lines) {
      if (line.type === 'intent') known.add(line.change.id)
      if (line.type === 'outcome') expect(known).toContain(line.outcome.id)
    }
    expect(known.size).toBe(7)
  })

  test('keeps the journal readable by its owner only, and keeps the password out of the journal and the plan', () => {
    const { folder } = fixed
    const [file = ''] = readdirSync(folder)
    expect(statSync(join(folder, file)).mode & 0o777).toBe(0o600)
    expect(statSync(folder).mode & 0o777).toBe(0o700)
    const text = readFileSync(join(folder, file), 'utf8') + JSON.stringify(done)
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
