/** Plans on disk: readable only by their owner, unchanged when read back, and refused for another cluster or state. */
import { execFileSync } from 'node:child_process'
import {
  constants,
  existsSync,
  lstatSync,
  mkdtempSync,
  openSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setImmediate, setTimeout } from 'node:timers/promises'
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

/** For what nobody interrupts. */
const NEVER = new AbortController().signal

describe('a plan in a file', () => {
  test.skipIf(process.platform === 'win32')(
    'is read from a pipe, even if its writer comes late',
    async () => {
      const path = join(folder, 'late')
      execFileSync('mkfifo', [path])
      const reading = readPlanFile(path, NEVER)
      await setImmediate()
      await writeFile(path, JSON.stringify(plan))
      expect(await reading).toEqual(plan)
    },
  )

  test.skipIf(process.platform === 'win32')(
    'stops waiting at Ctrl-C for a pipe that nobody writes to, and leaves no thread that keeps the process from exiting',
    async () => {
      const path = join(folder, 'pipe')
      execFileSync('mkfifo', [path])
      const stop = new AbortController()
      const reading = readPlanFile(path, stop.signal)
      // By then the pipe is open.
      await setTimeout(50)
      stop.abort('SIGINT')
      await expect(reading).rejects.toBe('SIGINT')
      await setTimeout(50)
      // Without a reader, not even one that is blocked, a pipe can't be opened for writing.
      expect(() => openSync(path, constants.O_WRONLY | constants.O_NONBLOCK)).toThrow('ENXIO')
    },
  )

  test.skipIf(!existsSync('/dev/zero'))('stops reading an endless file', async () => {
    await expect(readPlanFile('/dev/zero', NEVER)).rejects.toThrow('too long for a plan')
  })

  test('is readable by its owner only and reads back unchanged', async () => {
    const path = join(folder, 'plan.json')
    writeFileSync(path, 'an older one', { mode: 0o644 })
    await writePlanFile(path, plan)
    expect(statSync(path).mode & 0o777).toBe(0o600)
    expect(await readPlanFile(path, NEVER)).toEqual(plan)
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
      const error = await readPlanFile(path, NEVER).catch(thrown => thrown)
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

  // A user who can't read the uid of the namespace kube-system knows only the server's address.
  test.each([
    [{}, { uid: 'https://prod' }, 'ask for permission to get it'],
    [{ uid: 'https://prod' }, {}, 'make a new plan'],
  ])('is refused if it is unknown whether it was made for this cluster (%j, %j)', (planned, now, remedy) => {
    const here = { uid: 'uid-of-kube-system', server: 'https://prod' }
    const saved = { ...plan, cluster: { ...plan.cluster, ...here, ...planned } }
    const refusal = () => refuseOtherCluster(saved, { ...here, ...now })
    expect(refusal).toThrow(/^Can't tell whether the plan was made for this cluster/)
    expect(refusal).toThrow(remedy)
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
