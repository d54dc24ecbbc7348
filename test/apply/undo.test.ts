/** Undoing a run: reverts only what the run wrote and only if that is unchanged, with a reason for everything left. */

import { execFileSync } from 'node:child_process'
import {
  appendFileSync,
  chmodSync,
  chownSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  writeFileSync,
} from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { findRun, listRuns } from '../../src/apply/journal/find-runs.ts'
import { Journal, journalsOf } from '../../src/apply/journal/journal.ts'
import { isUndone, type Run } from '../../src/apply/journal/run.ts'
import { journalFolder } from '../../src/apply/journal/state-folder.ts'
import { planUndo } from '../../src/apply/plan-undo.ts'
import { PullSecretContent } from '../../src/dockerconfig/pull-secret-content.ts'
import type { Change } from '../../src/plan/change.ts'
import type { ApiObject } from '../../src/simulator/cluster/objects.ts'
import { attach, recreate } from '../report/plan-samples.ts'
import { clientOf } from './in-process-cluster.ts'
import { fix, undo } from './runs.ts'
import { copied, listOf, type Story, state, story, storyOfFile, WANTED, withoutPods } from './story.ts'
import { deployment, settle } from './workloads.ts'

const dataOf = (auths: object) => ({
  '.dockerconfigjson': Buffer.from(JSON.stringify({ auths })).toString('base64'),
})

const start = storyOfFile(fix)
const initial = withoutPods(state(start))
const fixed = () => copied(start)

function runOf(changes: Change[]): Run {
  const unwritten = { object: null, outcome: null, undoing: false, undone: false, undoneAt: null, run: 'r' }
  return {
    ...{ run: 'r', startedAt: '2026-11-24T10:00:00Z', namespaces: null, nothingLeft: false },
    cluster: { uid: 'u', server: 'https://127.0.0.1', context: null },
    entries: changes.map(change => ({ change, ...unwritten })),
  }
}

async function reasonFor(of: Story, id: string): Promise<string | null> {
  const { outcomes } = await undo(of)
  const outcome = outcomes.find(one => one.id === id)
  return outcome?.status === 'left' ? outcome.reason : (outcome?.status ?? null)
}

function changeAccount(of: Story, edit: (names: { name: string }[]) => { name: string }[]): void {
  of.cluster.change('ServiceAccount', 'web', 'default', (account: ApiObject) => {
    account.imagePullSecrets = edit(account.imagePullSecrets as { name: string }[])
  })
}

describe('undo', () => {
  test('restores service accounts and templates, removes lists that did not exist before, and deletes its Secrets', async () => {
    const of = fixed()
    const { outcomes } = await undo(of)
    expect(withoutPods(state(of))).toEqual(initial)
    const byId = Object.fromEntries(outcomes.map(({ id, status, reason }) => [id, reason ?? status]))
    expect(byId).toMatchObject({
      'secret:web/dockercreds': 'applied',
      'serviceaccount:api/default': 'applied',
      'template:api/Deployment/orders': 'applied',
      'pod:api/bare': 'pod-recreated',
    })
  })

  test('a second undo writes nothing', async () => {
    const of = fixed()
    await undo(of)
    const asked = of.server.requests.length
    await undo(of)
    expect(of.server.requests.slice(asked).filter(({ method }) => method !== 'GET')).toEqual([])
    expect((await listRuns(of.folder)).runs.map(isUndone)).toEqual([true])
  })

  test('keeps entries that others have added since, at any position', async () => {
    const of = fixed()
    changeAccount(of, names => [{ name: 'before' }, ...names, { name: 'after' }])
    await undo(of)
    const names = (listOf(of, 'web') as { name: string }[]).map(({ name }) => name)
    expect(names).toEqual(['before', 'registry-of-old', 'second', 'after'])
  })

  test('leaves a list that no longer contains its entry', async () => {
    const of = fixed()
    changeAccount(of, () => [{ name: 'other' }])
    expect(await reasonFor(of, 'serviceaccount:web/default')).toBe('changed')
    expect(listOf(of, 'web')).toEqual([{ name: 'other' }])
  })

  test('leaves a Secret that someone has changed', async () => {
    const of = fixed()
    of.cluster.change('Secret', 'web', 'dockercreds', secret => {
      secret.data = { '.dockerconfigjson': 'e30=' }
    })
    expect(await reasonFor(of, 'secret:web/dockercreds')).toBe('changed')
  })

  const ANOTHER = { ...JSON.parse(WANTED).auths, 'ghcr.io': { auth: 'Ym9iOng=' } }
  const BOTH = [{ manager: 'pullguard' }, { manager: 'edit' }]
  test.each<[string, (secret: ApiObject) => unknown]>([
    ['login', secret => Object.assign(secret, { data: dataOf(ANOTHER) })],
    ['manager', ({ metadata }) => Object.assign(metadata, { managedFields: BOTH })],
  ])(
    'leaves a Secret with another %s, even if the run was killed before it recorded its version',
    async (_of, change) => {
      const of = story()
      const made = () => of.cluster.list('Secret').length > 0
      const before = (what: string) => {
        if (made() && what === 'journal') throw new Error('killed')
      }
      await expect(fix(of, { before })).rejects.toThrow('killed')
      const [secret] = of.cluster.list('Secret')
      const { namespace = '', name = '' } = secret?.metadata ?? {}
      of.cluster.change('Secret', namespace, name, change)
      expect(await reasonFor(of, `secret:${namespace}/${name}`)).toBe('changed')
    },
  )

  test('leaves a Secret that was deleted and created again', async () => {
    const of = fixed()
    const { data, type } = of.cluster.remove('Secret', 'web', 'dockercreds')
    const metadata = { name: 'dockercreds', namespace: 'web' }
    of.cluster.add({ apiVersion: 'v1', kind: 'Secret', metadata, data, type })
    expect(await reasonFor(of, 'secret:web/dockercreds')).toBe('replaced')
  })

  test('leaves a Secret that someone else added to a service account', async () => {
    const of = fixed()
    of.cluster.add({
      apiVersion: 'v1',
      kind: 'ServiceAccount',
      metadata: { name: 'robot', namespace: 'web' },
      imagePullSecrets: [{ name: 'dockercreds' }],
    })
    expect(await reasonFor(of, 'secret:web/dockercreds')).toBe('still-named')
    expect(await reasonFor(of, 'secret:api/dockercreds')).toBe(null)
  })

  test('leaves a Secret that a later run added to a template', async () => {
    const of = fixed()
    const [first] = (await listRuns(of.folder)).runs
    deployment(of.cluster, 'web', 'late', { imagePullSecrets: [{ name: 'own' }] })
    settle(of.cluster)
    await fix(of)
    const { outcomes } = await undo(of, {}, first?.run)
    const left = outcomes.filter(({ reason }) => reason === 'still-named')
    expect(left.map(({ id }) => id)).toEqual(['secret:web/dockercreds'])
  })

  const REFERS = { imagePullSecrets: [{ name: 'dockercreds' }] }
  const TEMPLATE = { template: { metadata: { labels: { a: 'b' } }, spec: REFERS } }
  const POD = { containers: [{ name: 'a', image: 'nginx' }] }
  const ROLLOUT = {
    apiVersion: 'argoproj.io/v1alpha1',
    kind: 'Rollout',
    name: 'theirs',
    uid: 'u',
    controller: true,
  }
  const theirs = (kind: string, apiVersion: string, spec: object, owners: object[] = []) => ({
    ...{ kind, apiVersion, spec },
    metadata: { name: 'theirs', namespace: 'web', ownerReferences: owners as (typeof ROLLOUT)[] },
  })

  test.each([
    ['StatefulSet', theirs('StatefulSet', 'apps/v1', TEMPLATE)],
    ['CronJob', theirs('CronJob', 'batch/v1', { jobTemplate: { spec: TEMPLATE } })],
    ['Pod', theirs('Pod', 'v1', { ...POD, ...REFERS })],
  ])(
    'leaves a Secret that a %s references though no run wrote that, and reports which object it is',
    async (kind, object) => {
      const of = fixed()
      of.cluster.add(object)
      const { steps } = await undo(of)
      const step = steps.find(({ id }) => id === 'secret:web/dockercreds')
      expect(step).toMatchObject({ reason: 'still-named', by: [{ kind, name: 'theirs' }] })
      expect(of.cluster.get('Secret', 'web', 'dockercreds')).toBeDefined()
      expect(of.cluster.get('Secret', 'api', 'dockercreds')).toBeUndefined()
    },
  )

  test.each([
    [
      'ReplicaSet',
      theirs('ReplicaSet', 'apps/v1', { selector: { matchLabels: { a: 'b' } }, ...TEMPLATE }, [ROLLOUT]),
    ],
    ['Pod', theirs('Pod', 'v1', { ...POD, ...REFERS }, [ROLLOUT])],
  ])('leaves a Secret that a custom resource references, as a %s of it shows', async (_kind, object) => {
    const of = fixed()
    of.cluster.add(object)
    expect(await reasonFor(of, 'secret:web/dockercreds')).toBe('still-named')
  })

  test('deletes a Secret that pods of a custom resource have only from their service account, even in a second attempt', async () => {
    const of = fixed()
    of.cluster.add(theirs('Pod', 'v1', POD, [ROLLOUT]))
    expect(of.cluster.get('Pod', 'web', 'theirs')?.spec).toMatchObject({
      imagePullSecrets: listOf(of, 'web'),
    })
    of.server.faults.when(({ method, path }) => method === 'DELETE' && path.includes('/secrets/'), 403, 4)
    await undo(of)
    expect(of.cluster.get('Secret', 'web', 'dockercreds')).toBeDefined()
    await undo(of)
    expect(of.cluster.get('Secret', 'web', 'dockercreds')).toBeUndefined()
  })

  test('leaves a Secret that a workload references which has the name of a pod that a killed run recreated', async () => {
    const of = fixed()
    const [run] = (await listRuns(of.folder)).runs
    const entries = (run as Run).entries.map(entry =>
      entry.change.action === 'recreate-bare-pod' ? { ...entry, outcome: null } : entry,
    )
    deployment(of.cluster, 'api', 'bare', { imagePullSecrets: [{ name: 'dockercreds' }] })
    const steps = await planUndo({ ...(run as Run), entries }, [], clientOf(of.server))
    const step = steps.find(({ id }) => id === 'secret:api/dockercreds')
    expect(step).toMatchObject({ reason: 'still-named', by: [{ kind: 'Deployment', name: 'bare' }] })
  })

  test("leaves a Secret if objects that could reference it can't be read", async () => {
    const of = fixed()
    of.server.faults.when(({ path }) => path.endsWith('/namespaces/web/statefulsets'), 403)
    const { steps } = await undo(of)
    const step = steps.find(({ id }) => id === 'secret:web/dockercreds')
    expect(step).toMatchObject({ reason: 'still-named', by: [{ kind: 'StatefulSet', name: null }] })
  })

  test('deletes a Secret whose login another run has renewed when the run that created it is undone', async () => {
    const of = fixed()
    const auth = Buffer.from('alice:another-password').toString('base64')
    const data = dataOf({ 'https://index.docker.io/v1/': { auth } })
    await fix(of, { wanted: PullSecretContent.inSecret({ data }) })
    const [second, first] = (await listRuns(of.folder)).runs
    expect(readFileSync(join(of.folder, `${second?.run}.jsonl`), 'utf8')).not.toContain(auth)
    const { steps } = await undo(of, {}, second?.run)
    expect(steps.map(({ action, target: { kind } }) => `${action} ${kind}`)).toContain('leave Secret')
    expect(steps.find(({ target }) => target.kind === 'Secret')).toMatchObject({
      reason: 'goes-with-its-run',
    })
    await undo(of, {}, first?.run)
    expect(of.cluster.list('Secret')).toEqual([])
  })

  test('removes its own keys from a Secret that existed before, and leaves the other keys', async () => {
    const of = story()
    const theirs = { 'ghcr.io': { auth: 'YTpi' } }
    of.cluster.add({
      apiVersion: 'v1',
      kind: 'Secret',
      metadata: { name: 'dockercreds', namespace: 'web' },
      type: 'kubernetes.io/dockerconfigjson',
      data: dataOf(theirs),
    })
    await fix(of, { overwriteSecret: true })
    of.cluster.change('Secret', 'web', 'dockercreds', secret => {
      secret.metadata.annotations = { seen: 'by another client' }
    })
    const { steps } = await undo(of)
    expect(steps.find(({ id }) => id === 'secret:web/dockercreds')).toMatchObject({
      action: 'remove-keys',
      keys: ['https://index.docker.io/v1/'],
      kept: [],
    })
    expect(of.cluster.get('Secret', 'web', 'dockercreds')?.data).toEqual(dataOf(theirs))
  })

  test('treats a killed fix and its repetition as one run', async () => {
    const of = story()
    let writing = false
    const before = (what: string) => {
      writing ||= what === 'journal'
      if (writing && what.startsWith('DELETE')) throw new Error('killed')
    }
    await expect(fix(of, { before })).rejects.toThrow('killed')
    const [killed] = (await listRuns(of.folder)).runs
    await fix(of, { continues: killed?.run ?? null })
    await undo(of)
    expect(withoutPods(state(of))).toEqual(initial)
    expect((await listRuns(of.folder)).runs.map(isUndone)).toEqual([true, true])
  })

  test('does not delete a Secret while a reference to it could not be removed', async () => {
    const of = fixed()
    of.server.faults.when(({ method, path }) => method === 'PATCH' && path.includes('/web/'), 403)
    const { outcomes } = await undo(of)
    expect(outcomes.find(({ id }) => id === 'secret:web/dockercreds')).toMatchObject({ status: 'skipped' })
    expect(of.cluster.get('Secret', 'web', 'dockercreds')).toBeDefined()
  })

  test("records its result even if the run's journal ends in half a line", async () => {
    const of = fixed()
    const [file = ''] = readdirSync(of.folder)
    const torn = '{"type":"outc'
    appendFileSync(join(of.folder, file), torn)
    await undo(of)
    const lines = readFileSync(join(of.folder, file), 'utf8').split('\n')
    expect(lines.filter(line => line !== '' && !line.endsWith('}'))).toEqual([torn])
    const { runs, damaged } = await listRuns(of.folder)
    expect(runs.map(isUndone)).toEqual([true])
    // Nothing was written after that line, so nothing is unknown.
    expect(damaged).toEqual([])
  })

  test('reports the file and line of damage, and reads the rest', async () => {
    const of = fixed()
    const [name = ''] = readdirSync(of.folder)
    const path = join(of.folder, name)
    const before = (await listRuns(of.folder)).runs
    const [header = ''] = readFileSync(path, 'utf8').split('\n')
    const spoilt = [
      '{"type":"intent"}',
      '{"type":"outcome","outcome":{"id":7}}',
      '{"type":"undone"}',
      '{"type":"undone","id":"a","resourceVersion":7}',
      '{"type":"constructor"}',
      JSON.stringify({ ...JSON.parse(header), run: '../elsewhere' }),
      JSON.stringify({ ...JSON.parse(header), cluster: { uid: 'u' } }),
      JSON.stringify({ ...JSON.parse(header), plan: { secretName: 's', registries: [1], changes: 1 } }),
      '{"ty',
    ]
    for (const line of spoilt) appendFileSync(path, `${line}\n`)
    const { runs, damaged } = await listRuns(of.folder)
    expect(runs).toEqual(before)
    expect(damaged).toHaveLength(spoilt.length)
    expect(damaged[0]).toEqual({ path, line: expect.any(Number) })
  })

  test('treats a run whose objects are gone as finished once that has been recorded', async () => {
    const of = fixed()
    const [run] = (await listRuns(of.folder)).runs
    if (run === undefined) throw new Error('no run')
    const journal = journalsOf(run, of.folder)
    await journal.append({ type: 'over' })
    await journal.close()
    const { runs, damaged } = await listRuns(of.folder)
    expect(runs.map(({ nothingLeft: over }) => over)).toEqual([true])
    expect(runs.map(isUndone)).toEqual([true])
    expect(damaged).toEqual([])
  })

  test('finds the newest run by its number even if the clock was set back, and ignores runs on other servers', async () => {
    const of = fixed()
    const [name = ''] = readdirSync(of.folder)
    const [header = '', ...lines] = readFileSync(join(of.folder, name), 'utf8').split('\n')
    const later = new Journal(of.folder, '19990101T000000Z-000000', {
      ...JSON.parse(header),
      run: '19990101T000000Z-000000',
      number: undefined,
    })
    const { change } = JSON.parse(lines[0] ?? '')
    await later.intent(change)
    await later.close()
    expect((await listRuns(of.folder)).runs.map(({ run, number }) => [run, number])).toEqual([
      ['19990101T000000Z-000000', 2],
      [JSON.parse(header).run, 1],
    ])
    expect((await listRuns(of.folder, 'https://claims-its-uid')).runs).toEqual([])
  })

  test.skipIf(process.platform === 'win32')('rejects a folder that others can write to', async () => {
    const of = fixed()
    chmodSync(of.folder, 0o777)
    await expect(listRuns(of.folder)).rejects.toThrow(
      'others can write to it: run `chmod go-w` on it, or set',
    )
    chmodSync(of.folder, 0o700)
    expect((await listRuns(of.folder)).runs).toHaveLength(1)
  })

  test.runIf(process.getuid?.() === 0)(
    "rejects another user's folder without advising a change that only its owner can make",
    async () => {
      const of = fixed()
      chmodSync(of.folder, 0o777)
      chownSync(of.folder, 65_534, 65_534)
      await expect(listRuns(of.folder)).rejects.toThrow(
        'because it belongs to another user: set XDG_STATE_HOME to a folder of your own.',
      )
    },
  )

  test.each(['..', '.', '../../etc', 'x'.repeat(5000)])(
    'stores the runs of a cluster named %s in a separate folder',
    uid => {
      const folder = journalFolder({ XDG_STATE_HOME: '/state' }, '/home', uid)
      expect(folder).toMatch(/^\/state\/pullguard\/[^/]{1,200}$/)
      expect(folder).not.toMatch(/\/\.+$/)
    },
  )

  test('ignores a run that wrote nothing, and reads past a line that a crash cut off', async () => {
    const of = fixed()
    mkdirSync(of.folder, { recursive: true })
    writeFileSync(
      join(of.folder, '99990101T000000Z-000000.jsonl'),
      `${JSON.stringify({ type: 'run', run: 'x' })}\n{"ty`,
    )
    const runs = (await listRuns(of.folder)).runs
    expect(runs).toHaveLength(1)
    expect(() => findRun(runs, 'x')).toThrow(/No run x/)
    expect(() => findRun([])).toThrow(/nothing to undo/)
  })

  test('reads past JSON lines that are not journal entries, and fails on a journal that cannot be read', async () => {
    const of = fixed()
    const [name = ''] = readdirSync(of.folder)
    appendFileSync(join(of.folder, name), 'null\n7\n"x"\n[]\n')
    expect((await listRuns(of.folder)).runs).toHaveLength(1)
    // A folder in place of the file is unreadable for everyone, even root.
    mkdirSync(join(of.folder, 'broken.jsonl'))
    await expect(listRuns(of.folder)).rejects.toThrow(
      /Can't read the journal .*broken\.jsonl: it is not a regular file/,
    )
  })

  test.skipIf(process.platform === 'win32')('does not wait for a pipe in place of a journal', async () => {
    const of = fixed()
    execFileSync('mkfifo', [join(of.folder, 'pipe.jsonl')])
    await expect(listRuns(of.folder)).rejects.toThrow(/pipe\.jsonl: it is not a regular file/)
  })

  test("says of a stuck pod that was deleted before its run was killed that it's gone, not that nothing was written", async () => {
    const of = story()
    const [stuck] = of.cluster.list('Pod').filter(({ metadata }) => metadata.namespace === 'web')
    const { name = '' } = stuck?.metadata ?? {}
    let writing = false
    let isSent = false
    const before = (what: string) => {
      if (isSent && what === 'journal') throw new Error('killed')
      writing ||= what === 'journal'
      isSent ||= writing && what === `DELETE /api/v1/namespaces/web/pods/${name}`
    }
    await expect(fix(of, { before })).rejects.toThrow('killed')
    settle(of.cluster)
    expect(await reasonFor(of, `pod:web/${name}`)).toBe('gone')
  })

  test('reports a bare pod that was deleted and not created again, and the next fix restores it', async () => {
    const of = story()
    const before = (what: string) => {
      if (what === 'POST /api/v1/namespaces/api/pods' && !of.cluster.get('Pod', 'api', 'bare'))
        throw new Error('killed')
    }
    await expect(fix(of, { before })).rejects.toThrow('killed')
    expect(await reasonFor(of, 'pod:api/bare')).toBe('pod-taken-away')
    await fix(of)
    expect(of.cluster.get('Pod', 'api', 'bare')?.status?.phase).toBe('Running')
  })

  test('a bare pod that a killed run already restored is not created again if someone deletes it later', async () => {
    const of = story()
    let made = false
    const before = (what: string) => {
      if (made && what === 'journal') throw new Error('killed')
      made ||= what === 'POST /api/v1/namespaces/api/pods' && !of.cluster.get('Pod', 'api', 'bare')
    }
    await expect(fix(of, { before })).rejects.toThrow('killed')
    expect(of.cluster.get('Pod', 'api', 'bare')).toBeDefined()
    await fix(of)
    of.cluster.remove('Pod', 'api', 'bare')
    await fix(of)
    expect(of.cluster.get('Pod', 'api', 'bare')).toBeUndefined()
  })

  test('without a name means the newest run that wrote more than pods, and accepts the beginning of a name', () => {
    const of = (run: string, change: Change) => ({ ...runOf([change]), run })
    const runs = [of('3c', recreate('web', 'shop')), of('2b', attach('web')), of('2a', attach('web'))]
    expect(findRun(runs).run).toBe('2b')
    expect(findRun(runs.slice(0, 1)).run).toBe('3c')
    expect(findRun(runs, '3').run).toBe('3c')
    expect(() => findRun(runs, '2')).toThrow('2 runs begin with 2')
    expect(() => findRun(runs, '4')).toThrow('No run 4')
  })
})

describe('the undo of a run over many namespaces', () => {
  const namespaces = Array.from({ length: 10 }, (_, at) => `team-${at}`)

  function wide(): { of: Story; run: Run } {
    const of = story()
    const changes = namespaces.map(namespace => {
      of.cluster.addNamespace(namespace)
      of.cluster.change('ServiceAccount', namespace, 'default', account => {
        account.imagePullSecrets = [{ name: 'regcred' }, { name: 'dockercreds' }]
      })
      const change = attach(namespace)
      const uid = of.cluster.get('ServiceAccount', namespace, 'default')?.metadata.uid ?? ''
      return { ...change, target: { ...change.target, uid } }
    })
    return { of, run: runOf(changes) }
  }

  const plannedActions = async ({ of, run }: { of: Story; run: Run }) => {
    const steps = await planUndo(run, [], clientOf(of.server))
    return {
      actions: steps.map(({ action }) => action),
      reads: of.server.requests.map(({ path }) => path.split('?')[0]),
    }
  }
  const restored = namespaces.map(() => 'restore-fields')

  test('reads objects of one name by one list', async () => {
    expect(await plannedActions(wide())).toEqual({ actions: restored, reads: ['/api/v1/serviceaccounts'] })
  })

  test('reads each by itself where the list is not allowed', async () => {
    const { of, run } = wide()
    of.server.faults.when(({ path }) => path.startsWith('/api/v1/serviceaccounts'), 403)
    const { actions, reads } = await plannedActions({ of, run })
    expect(actions).toEqual(restored)
    expect(reads).toHaveLength(11)
  })

  test('asks for an object that the list lacks before it counts as gone', async () => {
    const { of, run } = wide()
    of.cluster.remove('ServiceAccount', 'team-3', 'default')
    const { actions, reads } = await plannedActions({ of, run })
    expect(actions.filter(action => action === 'leave')).toHaveLength(1)
    expect(reads).toEqual(['/api/v1/serviceaccounts', '/api/v1/namespaces/team-3/serviceaccounts/default'])
  })
})
