/** A tenant's registry next to a limited Docker Hub on a real kubelet: it never sees a login, and no namespace gets one needlessly. */
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { dirname } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { Finding } from '../../src/diagnosis/finding.ts'
import { DATA_KEY } from '../../src/dockerconfig/pull-secret-content.ts'
import { podObject, RealCluster } from './real-cluster.ts'

const PASSWORD = 'canary-password-of-the-hub'
const OTHER = 'canary-password-of-the-other'
const HUB_KEY = 'https://index.docker.io/v1/'
const basic = (login: string) => Buffer.from(login).toString('base64')

describe('a bait', () => {
  let cluster: RealCluster
  let [tenant, web]: string[] = []
  let registry: string
  const shown: string[] = []
  const bait = createServer((request, response) => {
    if (request.headers.authorization !== undefined) shown.push(request.headers.authorization)
    if (request.headers.authorization === `Basic ${basic(`joe:${OTHER}`)}`) response.writeHead(200).end()
    else response.writeHead(401, { 'www-authenticate': 'Basic realm="bait"' }).end()
  })

  /** The keys of the pull secret that a fix created in that namespace. */
  const keysIn = async (namespace = '') => {
    const path = `/api/v1/namespaces/${namespace}/secrets/dockercreds`
    const secret = await cluster.api.get(path).catch(() => null)
    const data = (secret?.data as Record<string, string> | undefined)?.[DATA_KEY] ?? ''
    return data === '' ? [] : Object.keys(JSON.parse(Buffer.from(data, 'base64').toString()).auths)
  }
  const env = (auths: object) => {
    const config = cluster.write('config.json', JSON.stringify({ auths }))
    return { DOCKER_CONFIG: dirname(config), PULLGUARD_REGISTRY_ENDPOINTS: `docker.io=${cluster.hub.url}` }
  }

  beforeAll(async () => {
    cluster = await RealCluster.open()
    await new Promise<void>(done => bait.listen(0, '127.0.0.1', done))
    registry = `127.0.0.1:${(bait.address() as AddressInfo).port}`
    cluster.hub.addAccount({ name: 'acme', password: PASSWORD })
    for (const repository of ['library/nginx', 'ratelimitpreview/test'])
      cluster.addImage(repository, ['latest'])
    cluster.hub.exhaust('127.0.0.1')
    ;[tenant, web] = [await cluster.namespace('bait-tenant'), await cluster.namespace('bait-web')]
    const pods = [
      [tenant, 'bait', `${registry}/attacker/x:1`, 'auth-required-or-denied'],
      [web, 'limited', 'nginx', 'rate-limited'],
    ] as const
    for (const [namespace, name, image] of pods) {
      await cluster.api.create(`/api/v1/namespaces/${namespace}/pods`, podObject(name, { image }))
    }
    for (const [namespace = '', name, , wanted] of pods) {
      await cluster.until(`${name} to fail`, async () => {
        const { stdout } = await cluster.run(['diagnose', '-n', namespace, '-o', 'json'])
        return (JSON.parse(stdout) as { findings: Finding[] }).findings.some(({ cause }) => cause === wanted)
      })
    }
  })
  afterAll(async () => {
    bait.closeAllConnections()
    bait.close()
    await cluster?.close()
  })

  test('never sees a password from standard input, which is for Docker Hub only', async () => {
    const argv = ['fix', '-A', '--yes', '--no-recreate', '--username', 'acme', '--password-stdin']
    const { stdout, stderr } = await cluster.run(argv, { env: env({}), stdin: `${PASSWORD}\n` })
    expect(stderr).toContain('The login of acme for Docker Hub works')
    expect(stdout).toContain(`--registry ${registry}`)
    expect(shown).toEqual([])
    expect([await keysIn(tenant), await keysIn(web)]).toEqual([[HUB_KEY], [HUB_KEY]])
    expect((await cluster.run(['undo', '--yes'])).code).toBe(0)
  })

  test('does not cause any namespace to get a second login of config.json unless its registry is named', async () => {
    const two = env({
      [HUB_KEY]: { auth: basic(`acme:${PASSWORD}`) },
      [registry]: { auth: basic(`joe:${OTHER}`) },
    })
    await cluster.run(['fix', '-A', '--yes', '--no-recreate'], { env: two })
    expect(shown).toEqual([])
    expect([await keysIn(tenant), await keysIn(web)]).toEqual([[HUB_KEY], [HUB_KEY]])
    expect((await cluster.run(['undo', '--yes'])).code).toBe(0)

    const named = ['fix', '-A', '--dry-run=client', '-o', 'json', '--registry', registry]
    const plan = JSON.parse((await cluster.run(named, { env: two })).stdout)
    const reached = plan.changes.filter(({ keys = [] }: { keys?: string[] }) => keys.includes(registry))
    expect(reached.map(({ target }: { target: { namespace: string } }) => target.namespace)).toEqual([tenant])
  })
})
