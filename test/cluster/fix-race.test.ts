/** Two fixes and a third client write the same service accounts on a real API server at once: no entry is lost. */
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { applyPlan, dryRunPlan } from '../../src/apply/apply-plan.ts'
import { applyUndo } from '../../src/apply/apply-undo.ts'
import { listRuns } from '../../src/apply/journal/find-runs.ts'
import { Journal } from '../../src/apply/journal/journal.ts'
import type { FixResult } from '../../src/apply/outcome.ts'
import { planUndo } from '../../src/apply/plan-undo.ts'
import { systemClock } from '../../src/clock.ts'
import { PullSecretContent } from '../../src/dockerconfig/pull-secret-content.ts'
import type { KubernetesObject } from '../../src/kubernetes/api/cluster.ts'
import type { Plan } from '../../src/plan/plan.ts'
import { account, planFor } from '../plan/inputs.ts'
import { RealCluster } from './real-cluster.ts'

const ACCOUNTS = 24
/** The number of entries the third client adds to each account. */
const ENTRIES = 3
const AUTH = Buffer.from('acme:password-of-the-race').toString('base64')
const CONTENT = JSON.stringify({ auths: { 'https://index.docker.io/v1/': { auth: AUTH } } })
const PULL_SECRET = PullSecretContent.inSecret({
  data: { '.dockerconfigjson': Buffer.from(CONTENT).toString('base64') },
})

describe('a race on a real API server', () => {
  const folder = mkdtempSync(join(tmpdir(), 'pullguard-race-'))
  let cluster: RealCluster
  let namespace: string
  let path: string

  beforeAll(async () => {
    cluster = await RealCluster.open()
    namespace = await cluster.namespace('race')
    path = `/api/v1/namespaces/${namespace}/serviceaccounts`
    for (let index = 1; index < ACCOUNTS; index++) {
      const metadata = { name: `robot-${index}` }
      // Some accounts start with a list, some without.
      const list = index % 2 ? { imagePullSecrets: [{ name: 'was-there-first' }] } : {}
      await cluster.api.create(path, { apiVersion: 'v1', kind: 'ServiceAccount', metadata, ...list })
    }
  })
  afterAll(async () => {
    await cluster?.close()
    rmSync(folder, { recursive: true, force: true })
  })

  const accounts = async () => {
    const found: KubernetesObject[] = []
    await cluster.api.list(path, { limit: 500 }, item => found.push(item))
    return found
  }

  async function plan(): Promise<Plan> {
    const serviceAccounts = (await accounts()).map(({ metadata, imagePullSecrets }) => {
      const { name, uid, resourceVersion } = metadata as Record<'name' | 'uid' | 'resourceVersion', string>
      const list = (imagePullSecrets as { name: string }[] | undefined) ?? null
      return account({ namespace, name, uid, resourceVersion, imagePullSecrets: list })
    })
    const namespaces = [{ name: namespace, terminating: false }]
    return planFor({ pods: [], fixObjects: { namespaces, serviceAccounts, workloads: [] } })
  }

  async function fix(run: string, agreed: Plan): Promise<FixResult> {
    const header = { uid: 'of-the-race', server: '', context: null }
    const journal = new Journal(folder, run, {
      type: 'run',
      run,
      startedAt: agreed.createdAt,
      cluster: header,
      namespaces: [namespace],
    })
    const context = {
      cluster: cluster.api,
      clock: systemClock,
      journal,
      run,
      pullSecret: PULL_SECRET,
      strict: false,
      dryRun: false,
      hub: { quota: async () => ({ status: 'unlimited' as const }) },
      hubLogins: [],
      runs: [],
      deadline: Date.now() + 10_000,
      readRollout: () => Promise.reject(new Error('no pod is aimed at')),
      onProgress: () => {},
    }
    try {
      return await applyPlan(agreed, await dryRunPlan(agreed, context), context)
    } finally {
      await journal.close()
    }
  }

  /** Appends as a careful client does: only to the list that it read, with retries. */
  async function append(name: string, entry: string): Promise<void> {
    for (;;) {
      const { imagePullSecrets, metadata } = await cluster.api.get(`${path}/${name}`)
      const { resourceVersion } = metadata as { resourceVersion: string }
      const test = { op: 'test' as const, path: '/metadata/resourceVersion', value: resourceVersion }
      const value = [...((imagePullSecrets as object[]) ?? []), { name: entry }]
      const written = await cluster.api
        .jsonPatch(`${path}/${name}`, [test, { op: 'add', path: '/imagePullSecrets', value }])
        .catch(error => {
          if (![409, 422].includes(error.status)) throw error
          return null
        })
      if (written) return
    }
  }

  const namesOf = ({ imagePullSecrets }: KubernetesObject) =>
    ((imagePullSecrets as { name: string }[] | undefined) ?? []).map(({ name }) => name)

  test('every account has every entry exactly once', async () => {
    const agreed = await plan()
    const third = async () => {
      for (let round = 0; round < ENTRIES; round++) {
        const names = agreed.changes.flatMap(({ target }) =>
          target.kind === 'ServiceAccount' ? target.name : [],
        )
        await Promise.all(names.map(name => append(name, `third-${round}`)))
      }
    }
    const [one, other] = await Promise.all([fix('one', agreed), fix('other', agreed), third()])
    for (const { status, id } of [...one.outcomes, ...other.outcomes]) {
      expect(['applied', 'unchanged'], id).toContain(status)
    }
    for (const object of await accounts()) {
      const { name } = object.metadata as { name: string }
      const first = /[13579]$/.test(name) ? ['was-there-first'] : []
      const thirds = Array.from({ length: ENTRIES }, (_, round) => `third-${round}`)
      const names = namesOf(object)
      expect(names.filter(entry => entry !== 'dockercreds')).toEqual([...first, ...thirds])
      expect(names.filter(entry => entry === 'dockercreds')).toHaveLength(1)
    }
  })

  test('undoing both keeps what others wrote and leaves no Secret', async () => {
    // The first undo keeps the Secret while accounts that the other run wrote still name it, so it runs again.
    const [newest, oldest] = (await listRuns(folder)).runs
    for (const run of [newest, oldest, newest]) {
      if (!run) continue
      const steps = await planUndo(run, [], cluster.api)
      const journal = new Journal(folder, run.run, null)
      const outcomes = await applyUndo(steps, {
        cluster: cluster.api,
        dryRun: false,
        journal,
        onProgress: () => {},
      })
      await journal.close()
      expect(outcomes.filter(({ status }) => status === 'failed' || status === 'refused')).toEqual([])
    }
    for (const object of await accounts()) expect(namesOf(object)).not.toContain('dockercreds')
    const secret = cluster.api.get(`/api/v1/namespaces/${namespace}/secrets/dockercreds`)
    await expect(secret).rejects.toMatchObject({ status: 404 })
  })
})
