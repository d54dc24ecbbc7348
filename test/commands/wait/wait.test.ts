/** `wait` during a rollout: it ends when every pod is ready, or when a failed pull has no prospect of recovery. */
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { GOOD, INVALID, type Rollouts, startRollouts, TYPO } from './rollouts.ts'

let rollouts: Rollouts
beforeEach(async () => {
  rollouts = await startRollouts()
})
afterEach(() => rollouts.close())

const names = ['deployment/web']

describe('waiting for a rollout', () => {
  test('ends as soon as every pod of it is ready', async () => {
    rollouts.deploy('web', GOOD)
    const { code, json, seconds } = await rollouts.wait({ names })
    expect(code).toBe('ok')
    expect(json).toMatchObject({
      outcome: 'done',
      workloads: [{ status: 'done', code: 'ready', pods: { wanted: 2, ready: 2 } }],
    })
    expect(seconds).toBeLessThan(10)
  })

  test("bears a missing tag for 45 seconds and two attempts, whatever this machine's clock says, and then ends with its cause and the fix", async () => {
    rollouts.deploy('web', TYPO)
    const { code, json, seconds } = await rollouts.wait({ names }, { skew: 3_600_000 })
    expect(code).toBe('findings')
    expect(json).toMatchObject({ outcome: 'failed', findings: [{ cause: 'image-not-found' }, {}] })
    expect(seconds).toBeGreaterThanOrEqual(43)
    expect(seconds).toBeLessThan(60)
  })

  test('ends at the first evidence where no retry can help', async () => {
    rollouts.deploy('web', INVALID)
    const { code, json, seconds } = await rollouts.wait({ names })
    expect([code, json.findings[0].cause]).toEqual(['findings', 'invalid-reference'])
    expect(seconds).toBeLessThan(5)
  })

  test('goes on to success where the missing tag is pushed within that time', async () => {
    rollouts.deploy('web', TYPO)
    const push = () => rollouts.simulator.hub.addImage({ repository: 'library/nginx', tags: ['1.27-alpne'] })
    const { code, seconds } = await rollouts.wait({ names }, { later: { 20: push } })
    expect(code).toBe('ok')
    expect(seconds).toBeGreaterThan(20)
  })
})
