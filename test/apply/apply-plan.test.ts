/** A whole fix on the simulated cluster: what is written, in which order, and that it ends. */
import { readdirSync, readFileSync, statSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { fix } from './runs.ts'
import { CANARY, listOf, state, story } from './story.ts'

const SECRET = Buffer.from(CANARY).toString('base64').slice(0, 12)

describe('applying a plan', () => {
  test('appends to what is there, and brings every stuck pod back', async () => {
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

  test('has nothing left to write the second time', async () => {
    const of = story()
    await fix(of)
    const before = of.server.requests.length
    const second = await fix(of)
    expect(second.plan.changes).toEqual([])
    expect(second.result.run).toBeNull()
    const methods = of.server.requests.slice(before).map(({ method }) => method)
    expect(new Set(methods)).toEqual(new Set(['GET']))
  })

  test('asks the server about every change before it stores the first, Secrets before names before pods', async () => {
    const of = story()
    await fix(of)
    const writes = of.server.requests.filter(({ method }) => method !== 'GET')
    const isDry = ({ query, method, path }: (typeof writes)[number]) =>
      query.includes('dryRun=All') || (method === 'DELETE' && !path.endsWith('/pods/bare'))
    const firstReal = writes.findIndex(({ query, method }) => method === 'POST' && !query.includes('dryRun'))
    expect(writes.slice(0, firstReal).filter(isDry).length).toBeGreaterThanOrEqual(7)
    const order = writes.slice(firstReal).map(({ method, path }) => `${method} ${path.split('/').at(-2)}`)
    const last = (text: string) => order.findLastIndex(one => one.startsWith(text))
    const first = (text: string) => order.findIndex(one => one.startsWith(text))
    expect(last('POST namespaces')).toBeLessThanOrEqual(order.length)
    expect(first('PATCH')).toBeGreaterThan(1)
    expect(first('DELETE')).toBeGreaterThan(last('PATCH'))
  })

  test('has each change in the journal before it is written', async () => {
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

  test('keeps the journal to its owner, and the password out of it and out of the plan', async () => {
    const of = story()
    const { plan, checked, result } = await fix(of)
    const [file = ''] = readdirSync(of.folder)
    expect(statSync(join(of.folder, file)).mode & 0o777).toBe(0o600)
    expect(statSync(of.folder).mode & 0o777).toBe(0o700)
    const text = readFileSync(join(of.folder, file), 'utf8') + JSON.stringify([plan, checked, result])
    expect(text).not.toContain(CANARY)
    expect(text).not.toContain(SECRET)
    expect(dirname(of.folder)).not.toContain(CANARY)
  })
})

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
