/** `undo` on the command line: what it shows, what it asks, and that it reverts one run and nothing else. */
import { readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { type Incident, startIncident } from './incident.ts'

let incident: Incident
let run: string
beforeAll(async () => {
  incident = await startIncident()
  // The pods are not recreated, so they still can't pull.
  expect((await incident.run(['fix', '-n', 'default', '--yes', '--no-recreate'])).code).toBe(1)
  run = (await incident.run(['undo', '--list', '-o', 'name'])).out.trimEnd()
})
afterAll(() => incident.close())

const undo = (...argv: string[]) => incident.run(['undo', ...argv])

describe('nothing is undone', () => {
  let before: string[]
  beforeAll(() => {
    before = incident.writes()
  })
  afterAll(() => expect(incident.writes()).toEqual(before))

  test('by --list, which shows what each run wrote and whether it is still in place', async () => {
    const { code, out } = await undo('--list', '-o', 'json')
    expect(code).toBe(0)
    expect(JSON.parse(out)).toMatchObject({
      kind: 'Runs',
      runs: [{ run, namespaces: ['default'], changes: 2, takenBack: false, onlyPods: false }],
    })
    expect((await undo('--list')).out).toContain(run)
  })

  test('by Ctrl-C before the first write, which says so', async () => {
    const stop = new AbortController()
    const { requests } = incident.simulator
    const push = requests.push
    requests.push = request => {
      if (request.query.includes('dryRun')) stop.abort('SIGINT')
      return push.call(requests, request)
    }
    const { code, err } = await incident.run(['undo', '--yes'], '', stop.signal)
    requests.push = push
    expect([code, err]).toEqual([130, 'Canceled. Nothing was changed.\n'])
  })

  test('with --list and a name is wrong usage', async () => {
    expect(await undo('--list', run)).toMatchObject({
      code: 2,
      err: expect.stringContaining(`remove ${run}`),
    })
  })

  test.each(['client', 'server'])('by --dry-run=%s, which shows what would be restored', async where => {
    const { code, out } = await undo(`--dry-run=${where}`)
    expect(code).toBe(0)
    expect(out).toContain('dockercreds')
    expect(out.replaceAll('\n', ' ')).toContain('Nothing was written: this was a dry run.')
    expect(incident.accounts()['default/default']).toEqual(['dockercreds'])
  })

  test('without a terminal and without --yes', async () => {
    const result = await undo()
    expect(result.code).toBe(5)
    expect(result.err).toContain('Use --yes to undo')
  })

  test('for a run that does not exist', async () => {
    expect(await undo('nope')).toMatchObject({ code: 2, out: '' })
  })

  test("for a user who can't read the cluster's identity", async () => {
    incident.simulator.faults.when(({ path }) => path === '/api/v1/namespaces/kube-system', 403)
    const result = await undo('--list')
    incident.simulator.faults.clear()
    expect(result).toMatchObject({ code: 5, out: '' })
    expect(result.err).toContain('permission to get the namespace kube-system')
  })

  test('for a user who may not read what a run wrote, whose state is then unknown', async () => {
    incident.simulator.faults.when(({ path }) => path.includes('/secrets/dockercreds'), 403)
    const result = await undo('--list')
    incident.simulator.faults.clear()
    expect(result).toMatchObject({ code: 3, out: expect.stringContaining('unknown (no permission)') })
  })

  test('while the first line of a newer journal is damaged, because an older run would be undone', async () => {
    const folder = join(incident.home, 'state', 'pullguard')
    const [cluster = ''] = await readdir(folder)
    const newer = join(folder, cluster, '99990101T000000Z-ffffff.jsonl')
    const text = await readFile(join(folder, cluster, `${run}.jsonl`), 'utf8')
    const lines = text.slice(text.indexOf('\n') + 1)
    for (const damaged of [`{"type":"ru\n${lines}`, lines]) {
      await writeFile(newer, damaged)
      const result = await undo('--yes')
      expect(result).toMatchObject({ code: 2, out: '' })
      expect(result.err).toContain('it is unknown which run is the newest')
      expect((await undo('--list')).code).toBe(3)
      expect((await undo(run, '--dry-run')).code).toBe(0)
    }
    await rm(newer)
  })

  test('for a user unknown to the server', async () => {
    expect(await undo('--yes', '--token', 'wrong')).toMatchObject({ code: 4, out: '' })
  })
})

test('a run with a damaged line is not reported as undone, because it may have written more', async () => {
  const other = await startIncident()
  try {
    await other.run(['fix', '-n', 'default', '--yes', '--no-recreate'])
    const folder = join(other.home, 'state', 'pullguard')
    const [path = ''] = (await readdir(folder, { recursive: true })).filter(name => name.endsWith('.jsonl'))
    const journal = join(folder, path)
    const lines = await readFile(journal, 'utf8')
    await writeFile(journal, lines.replace('"action":"create-secret"', '"action":"from-another-version"'))
    const result = await other.run(['undo', '--yes', '-o', 'json'])
    expect(result.code).toBe(3)
    expect(JSON.parse(result.out).complete).toBe(false)
    expect(result.err).toContain('line 2 of journal')
    expect(other.accounts()['default/default']).toEqual([])
  } finally {
    await other.close()
  }
})

test('what has changed since stays and is reported with its reason, and the rest is restored', async () => {
  const other = await startIncident()
  try {
    await other.run(['fix', '-n', 'default', '--yes', '--no-recreate'])
    other.simulator.cluster.change('Secret', 'default', 'dockercreds', secret => {
      const data = {
        ...(secret.data as object),
        '.dockerconfigjson': Buffer.from('{"auths":{}}').toString('base64'),
      }
      Object.assign(secret, { data })
    })
    const result = await other.run(['undo', '--yes'])
    expect(other.accounts()['default/default']).toEqual([])
    expect(other.simulator.cluster.list('Secret')).toHaveLength(1)
    // A login remains, and the output explains how to remove it.
    expect(result.code).toBe(3)
    // Deleting the Secret would delete what someone else has written there.
    expect(result.out).toContain('1 secret keeps the login, and others have written to it as well.')
    expect(result.out).toContain('kubectl -n default edit secret dockercreds')
    expect(result.out).not.toContain('delete secret')
    expect(result.out).toMatch(
      /Left unchanged:\n +default secret\/dockercreds: changed after pullguard wrote it/,
    )
  } finally {
    await other.close()
  }
})
