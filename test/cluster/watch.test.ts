/** A watch ends the same way on the real API server and the simulated one: in time, with a bookmark, or because the version is too old. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { systemClock } from '../../src/clock.ts'
import type { ClusterReader } from '../../src/kubernetes/api/cluster.ts'
import { KINDS } from '../../src/kubernetes/api/kinds.ts'
import { listPath } from '../../src/kubernetes/api/paths.ts'
import { connectReader } from '../../src/kubernetes/connect-reader.ts'
import { type Simulator, startSimulator } from '../../src/simulator/simulator.ts'
import { podObject, RealCluster } from './real-cluster.ts'

describe.each(['real', 'simulated'] as const)('on the %s API server', which => {
  let cluster: RealCluster | undefined
  let simulator: Simulator | undefined
  let reader: ClusterReader
  let namespace = 'default'
  let folder = ''
  const pods = () => listPath(KINDS.Pod, namespace)
  const from = async () => (await reader.list(pods(), { limit: 500 }, () => {})).resourceVersion

  beforeAll(async () => {
    if (which === 'real') {
      cluster = await RealCluster.open()
      namespace = await cluster.namespace('watch')
      reader = cluster.api
      return
    }
    simulator = await startSimulator()
    folder = mkdtempSync(join(tmpdir(), 'pullguard-watch-'))
    const env = { KUBECONFIG: join(folder, 'config') }
    writeFileSync(env.KUBECONFIG, simulator.kubeconfig, { mode: 0o600 })
    reader = await connectReader({
      env,
      cwd: '/',
      home: '/',
      clock: systemClock,
      userAgent: 'pullguard-test',
    })
  })
  afterAll(async () => {
    if (cluster === undefined) await reader?.close()
    await cluster?.close()
    await simulator?.close()
    if (folder !== '') rmSync(folder, { recursive: true, force: true })
  })

  test('it sends each change and ends in time, where a next watch can begin', async () => {
    const resourceVersion = await from()
    const seen: string[] = []
    const watching = reader.watch(pods(), { resourceVersion, timeoutSeconds: 4 }, ({ type, object }) => {
      seen.push(`${type} ${object.metadata.name}`)
    })
    const pod = podObject('one', { image: 'docker.io/library/none:1' })
    if (cluster !== undefined) await cluster.api.create(pods(), pod)
    else simulator?.cluster.add({ ...pod, metadata: { name: 'one', namespace } } as never)
    const { why, resourceVersion: next } = await watching
    expect([why, seen[0]]).toEqual(['over', 'added one'])
    expect(Number(next)).toBeGreaterThan(Number(resourceVersion))
    const again: string[] = []
    await reader.watch(
      pods(),
      { resourceVersion: next, timeoutSeconds: 1 },
      ({ type }) => void again.push(type),
    )
    expect(again).not.toContain('added')
  })

  test('a version that is long forgotten is expired', async () => {
    simulator?.server.watching.expire()
    const { why } = await reader.watch(pods(), { resourceVersion: '1', timeoutSeconds: 4 }, () => {})
    expect(why).toBe('expired')
  })

  test('it knows what time it is there', async () => {
    await from()
    expect(Math.abs(reader.serverNow() - Date.now())).toBeLessThan(5_000)
  })
})
