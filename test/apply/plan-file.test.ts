/** Plans on disk: readable only by their owner, unchanged when read back, and refused for another cluster or state. */
import { execFileSync } from 'node:child_process'
import {
  existsSync,
  lstatSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setImmediate } from 'node:timers/promises'
import { afterAll, describe, expect, test } from 'vitest'
import { readPlanFile, refuseOtherCluster, refuseStale, writePlanFile } from '../../src/apply/plan-file.ts'
import type { Plan } from '../../src/plan/plan.ts'

const folder = mkdtempSync(join(tmpdir(), 'pullguard-plan-'))
afterAll(() => rmSync(folder, { recursive: true, force: true }))

const plan: Plan = {
  apiVersion: 'pullguard.dev/v1',
  kind: 'Plan',
  createdAt: '2026-11-24T10:00:00Z',
  cluster: { server: 'https://prod', context: 'prod', uid: 'uid-of-kube-system' },
  scope: { namespaces: null, affected: false, excluded: [] },
  secretName: 'dockercreds',
  credentials: [],
  changes: [
    {
      id: 'secret:web/dockercreds',
      action: 'create-secret',
      target: { apiVersion: 'v1', kind: 'Secret', namespace: 'web', name: 'dockercreds', uid: null },
      needs: [],
      managedBy: null,
      reason: { code: 'credential-needed', registries: ['docker.io'] },
      keys: ['https://index.docker.io/v1/'],
    },
  ],
  declined: [],
  cost: { pulls: 0 },
}

describe('a plan in a file', () => {
  test.skipIf(process.platform === 'win32')(
    'stops waiting at Ctrl-C for a pipe that nobody writes to',
    async () => {
      const path = join(folder, 'pipe')
      execFileSync('mkfifo', [path])
      const stop = new AbortController()
      const reading = readPlanFile(path, stop.signal)
      // By then a thread is waiting for a writer.
      await setImmediate()
      stop.abort('SIGINT')
      await expect(reading).rejects.toBe('SIGINT')
      // Releases the thread.
      writeFileSync(path, '')
    },
  )

  test.skipIf(!existsSync('/dev/zero'))('stops reading an endless file', async () => {
    await expect(readPlanFile('/dev/zero')).rejects.toThrow('too long for a plan')
  })

  test('is readable by its owner only and reads back unchanged', async () => {
    const path = join(folder, 'plan.json')
    writeFileSync(path, 'an older one', { mode: 0o644 })
    await writePlanFile(path, plan)
    expect(statSync(path).mode & 0o777).toBe(0o600)
    expect(await readPlanFile(path)).toEqual(plan)
  })

  test('that cannot be written is reported with its path and the reason', async () => {
    const path = join(folder, 'nowhere', 'plan.json')
    await expect(writePlanFile(path, plan)).rejects.toThrow(
      `Can't write the plan to ${path}: there is no such folder.`,
    )
  })

  test('does not replace a link or a folder', async () => {
    const link = join(folder, 'link')
    symlinkSync('/dev/null', link)
    for (const path of [link, folder]) {
      await expect(writePlanFile(path, plan)).rejects.toThrow('is not a regular file')
    }
    expect(lstatSync(link).isSymbolicLink()).toBe(true)
  })

  test.each([
    ['no text', '', 'not valid JSON (line 1, column 1)'],
    ['no JSON', '{\n  hello', 'not valid JSON (line 2, column 3)'],
    ['its end cut off', JSON.stringify(plan, null, 2).slice(0, 60), 'not valid JSON (line 4, '],
    ['no object', 'null', ' apiVersion is missing or wrong'],
    ['another kind', JSON.stringify({ apiVersion: plan.apiVersion, kind: 'Diagnosis' }), ' kind is missing'],
    [
      'another version',
      JSON.stringify({ ...plan, apiVersion: 'pullguard.dev/v9' }),
      ' apiVersion is missing',
    ],
    [
      'an unknown action',
      JSON.stringify({ ...plan, changes: [{ ...plan.changes[0], action: 'toString' }] }),
      ' changes[0].action is missing or wrong',
    ],
    [
      'a change without a target',
      JSON.stringify({ ...plan, changes: [{ ...plan.changes[0], target: null }] }),
      ' changes[0].target is missing or wrong',
    ],
  ])(
    'with %s is refused in one sentence with the place of the error and how to get a valid plan',
    async (_name, text, place) => {
      const path = join(folder, 'other.json')
      writeFileSync(path, text)
      const error = await readPlanFile(path).catch(thrown => thrown)
      expect(error).toMatchObject({ name: 'UsageError' })
      expect(error.message).toContain(`${path} is not a plan`)
      expect(error.message).toContain(place)
      expect(error.message).toContain('Make a plan with `pullguard fix --plan <file>`.')
      expect(readFileSync(path, 'utf8')).toBe(text)
    },
  )

  test("made for another cluster is refused with that cluster's name", () => {
    const here = { uid: 'uid-of-kube-system', server: 'https://prod' }
    expect(() => refuseOtherCluster(plan, here)).not.toThrow()
    expect(() => refuseOtherCluster(plan, { ...here, uid: 'another' })).toThrow(/another cluster \(prod\)/)
    expect(() => refuseOtherCluster(plan, { ...here, server: 'https://claims-its-uid' })).toThrow()
  })

  test('is stale when an object has changed since, and the error names the object', () => {
    const { id, action, target } = plan.changes[0] ?? expect.fail()
    const outcome = { id, action, target, reason: null, detail: null, uid: null, resourceVersion: null }
    expect(() => refuseStale(plan, [{ ...outcome, status: 'accepted' }])).not.toThrow()
    expect(() => refuseStale(plan, [{ ...outcome, status: 'conflict' }])).toThrow(
      /stale: Secret web\/dockercreds/,
    )
  })
})
