/** The day the anonymous limit is reached, on a real kubelet: diagnose, fix, recovery, undo. */
import { dirname } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { Finding } from '../../src/diagnosis/finding.ts'
import { OURS } from './left-overs.ts'
import { deploymentObject, RealCluster } from './real-cluster.ts'

const PASSWORD = 'canary-password-of-the-story'

describe('the story on a real kubelet', () => {
  let cluster: RealCluster
  let namespaces: string[]
  let env: Record<string, string>
  let before: unknown[]

  const accounts = () =>
    Promise.all(
      namespaces.map(async namespace => {
        const account = await cluster.api.get(`/api/v1/namespaces/${namespace}/serviceaccounts/default`)
        return account.imagePullSecrets
      }),
    )
  const run = (...args: string[]) => cluster.run(args, { env })

  beforeAll(async () => {
    cluster = await RealCluster.open()
    // A fix of every namespace would also find the pods of tests before this one, until their namespaces are gone.
    await cluster.until('a cluster where nothing fails', async () => (await run('diagnose', '-A')).code === 0)
    cluster.hub.addAccount({ name: 'acme', password: PASSWORD })
    for (const repository of ['library/nginx', 'calico/kube-controllers', 'ratelimitpreview/test']) {
      cluster.addImage(repository, ['latest'])
    }
    cluster.hub.exhaust('127.0.0.1')
    const auth = Buffer.from(`acme:${PASSWORD}`).toString('base64')
    const config = cluster.write(
      'config.json',
      JSON.stringify({ auths: { 'https://index.docker.io/v1/': { auth } } }),
    )
    env = {
      DOCKER_CONFIG: dirname(config),
      PULLGUARD_REGISTRY_ENDPOINTS: `docker.io=${cluster.hub.url}`,
    }
    const [web, shop] = [await cluster.namespace('story-web'), await cluster.namespace('story-shop')]
    namespaces = [web, shop, 'kube-system']
    await cluster.api.jsonPatch(`/api/v1/namespaces/${web}/serviceaccounts/default`, [
      { op: 'add', path: '/imagePullSecrets', value: [{ name: 'was-there-first' }] },
    ])
    before = await accounts()
    for (const [namespace, name, image] of [
      [web, 'fifthnginx', 'nginx'],
      [shop, 'sixthnginx', 'nginx'],
      ['kube-system', 'calico-kube-controllers', 'docker.io/calico/kube-controllers'],
    ] as const) {
      const path = `/apis/apps/v1/namespaces/${namespace}/deployments`
      cluster.removeLater(`${path}/${name}`)
      await cluster.api.create(path, {
        ...deploymentObject(name, { image }),
        metadata: { name, labels: OURS },
      })
    }
    for (const namespace of namespaces) {
      await cluster.until(`a limited pod in ${namespace}`, async () => {
        const { stdout } = await run('diagnose', '-n', namespace, '-o', 'json')
        const { findings } = JSON.parse(stdout) as { findings: Finding[] }
        return findings.some(({ cause, reason }) => cause === 'rate-limited' && reason === 'ImagePullBackOff')
      })
    }
  })
  afterAll(() => cluster?.close())

  test('one fix recovers every pod, with pulls of the account', async () => {
    const { code, stdout, stderr } = await run('fix', '-A', '--yes', '--timeout', '3m')
    const output = `${stdout}${stderr}`
    expect(output).toContain('are running now')
    expect(code, output).toBe(0)
    expect(output).not.toContain(PASSWORD)
    expect(
      new Set(cluster.hub.pulls.filter(({ anonymous }) => !anonymous).map(pull => pull.identity)),
    ).toEqual(new Set(['acme']))
    for (const namespace of namespaces) expect((await run('diagnose', '-n', namespace)).code).toBe(0)
  })

  test('an existing first entry stays first', async () => {
    expect((await accounts())[0]).toEqual([{ name: 'was-there-first' }, { name: 'dockercreds' }])
  })

  test('a second fix writes nothing', async () => {
    const { code, stdout, stderr } = await run('fix', '-A', '--yes')
    expect(code, `${stdout}${stderr}`).toBe(0)
    expect((await run('undo', '--list', '-o', 'json')).stdout.match(/"run":/g)).toHaveLength(1)
  })

  test('undo restores the service accounts', async () => {
    const { code } = await run('undo', '--yes')
    expect(code).toBe(0)
    expect(await accounts()).toEqual(before)
    for (const namespace of namespaces) {
      const secret = cluster.api.get(`/api/v1/namespaces/${namespace}/secrets/dockercreds`)
      await expect(secret).rejects.toMatchObject({ status: 404 })
    }
  })
})
