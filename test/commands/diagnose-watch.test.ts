/** `diagnose --watch`: what is shown after each change, on a terminal and in a pipe, and how the watch ends. */
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { GOOD, type Rollouts, startRollouts, TYPO, watchDiagnosis } from './wait/rollouts.ts'

let rollouts: Rollouts
beforeEach(async () => {
  rollouts = await startRollouts()
})
afterEach(() => rollouts.close())

const push = () => rollouts.simulator.hub.addImage({ repository: 'library/nginx', tags: ['1.27-alpne'] })

describe('diagnose --watch', () => {
  test('says in a pipe one line a change, until no pull fails', async () => {
    rollouts.deploy('web', TYPO)
    await rollouts.settle()
    const { code, out } = await watchDiagnosis(rollouts, {}, { later: { 20: push } })
    expect(code).toBe('ok')
    const lines = out.trimEnd().split('\n')
    expect(lines[0]).toMatch(
      /^2026-11-24T12:0\S+Z 2 pods in namespace default of test can't pull their images/,
    )
    expect(lines.at(-1)).toContain('No image pulls are failing')
    expect(new Set(lines.map(line => line.slice(24))).size).toBe(lines.length)
  })

  test('shows a fresh screen on a terminal', async () => {
    rollouts.deploy('web', TYPO)
    await rollouts.settle()
    const { out } = await watchDiagnosis(rollouts, {}, { later: { 20: push }, terminal: true })
    expect(out.split('\x1b[H\x1b[2J').length).toBeGreaterThan(2)
  })

  test('writes one compact document a line as JSON', async () => {
    const { out } = await watchDiagnosis(rollouts, { format: 'json' })
    expect(JSON.parse(out.trimEnd())).toMatchObject({ kind: 'Diagnosis', findings: [] })
  })

  test('sees a failure that comes later', async () => {
    const stop = new AbortController()
    rollouts.deploy('web', GOOD)
    await rollouts.settle()
    const later = { 30: () => rollouts.setImage('Deployment', 'web', TYPO), 150: () => stop.abort('SIGINT') }
    const said = { out: '', err: '' }
    const how = { later, signal: stop.signal, said }
    const watching = watchDiagnosis(rollouts, { watch: 'on', format: 'json' }, how)
    await expect(watching).rejects.toBe('SIGINT')
    const documents = said.out
      .trimEnd()
      .split('\n')
      .map(line => JSON.parse(line))
    expect(documents[0]).toMatchObject({ findings: [] })
    expect(documents.at(-1).findings).toContainEqual(expect.objectContaining({ cause: 'image-not-found' }))
  })

  test('ends once nobody reads it, unless the end is waited for', async () => {
    rollouts.deploy('web', TYPO)
    await rollouts.settle()
    const unread = { later: { 20: push }, isUnread: true }
    expect((await watchDiagnosis(rollouts, { watch: 'on' }, unread)).code).toBe('findings')
    expect((await watchDiagnosis(rollouts, {}, unread)).code).toBe('ok')
  })

  test('goes on if a request fails, but not after a bug', async () => {
    rollouts.deploy('web', TYPO)
    await rollouts.settle()
    let isBroken = false
    const before = ({ path }: { path: string }) => {
      if (isBroken && path.endsWith('/pods')) throw new TypeError('a bug')
    }
    const { faults } = rollouts.simulator
    const later = {
      10: () => faults.when(({ path }) => path.endsWith('/pods'), 503),
      300: () => {
        faults.clear()
        isBroken = true
      },
    }
    const said = { out: '', err: '' }
    await expect(watchDiagnosis(rollouts, {}, { later, way: { before }, said })).rejects.toThrow('a bug')
    expect(said.err).toContain('Lost contact with the API server, retrying: the server is currently unable')
  })

  test.each([
    [{ files: ['dump.json'] }, /a dump doesn't change/],
    [{ checkImages: { endpoints: [] } }, /--check-images can't be combined with --until-clear/],
    [{ format: 'junit' as const }, /--until-clear can't be combined with -o junit/],
  ])('refuses %j', async (options, sentence) => {
    await expect(watchDiagnosis(rollouts, options)).rejects.toThrow(sentence)
  })
})
