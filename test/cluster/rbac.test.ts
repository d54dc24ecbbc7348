/** The roles in rbac/ allow exactly what they are for, on a real API server. */
import { readFileSync } from 'node:fs'
import { dirname, resolve } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { parse } from 'yaml'
import { OURS } from './left-overs.ts'
import { deploymentObject, RealCluster } from './real-cluster.ts'

const RBAC = '/apis/rbac.authorization.k8s.io/v1'
const roleIn = (file: string) =>
  parse(readFileSync(resolve(import.meta.dirname, '../../rbac', file), 'utf8')) as {
    metadata: { name: string }
    rules: object[]
  }

describe('the roles', () => {
  let cluster: RealCluster
  let namespace: string
  let env: Record<string, string>

  async function bind(file: string, user: string): Promise<void> {
    const role = roleIn(file)
    const name = `${role.metadata.name}-${namespace}`
    const subjects = [{ kind: 'User', name: user, apiGroup: 'rbac.authorization.k8s.io' }]
    const roleRef = { kind: 'ClusterRole', name, apiGroup: 'rbac.authorization.k8s.io' }
    for (const [plural, object] of [
      ['clusterroles', { ...role, metadata: { name, labels: OURS } }],
      [
        'clusterrolebindings',
        {
          apiVersion: 'rbac.authorization.k8s.io/v1',
          kind: 'ClusterRoleBinding',
          metadata: { name: `${name}-${user}`, labels: OURS },
          subjects,
          roleRef,
        },
      ],
    ] as const) {
      const path = `${RBAC}/${plural}`
      cluster.removeLater(`${path}/${object.metadata.name}`)
      await cluster.api.create(path, object).catch(error => {
        if (error.status !== 409) throw error
      })
    }
  }

  beforeAll(async () => {
    cluster = await RealCluster.open()
    cluster.hub.addAccount({ name: 'acme', password: 'of-the-roles' })
    cluster.addImage('library/nginx', ['latest'])
    cluster.addImage('ratelimitpreview/test', ['latest'])
    cluster.hub.exhaust('127.0.0.1')
    namespace = await cluster.namespace('roles')
    await bind('diagnose.yaml', 'reader')
    await bind('diagnose.yaml', 'waiter')
    await bind('wait.yaml', 'waiter')
    await bind('diagnose.yaml', 'fixer')
    await bind('fix.yaml', 'fixer')
    const auth = Buffer.from('acme:of-the-roles').toString('base64')
    const config = cluster.write('config.json', JSON.stringify({ auths: { 'docker.io': { auth } } }))
    env = { DOCKER_CONFIG: dirname(config), PULLGUARD_REGISTRY_ENDPOINTS: `docker.io=${cluster.hub.url}` }
    const path = `/apis/apps/v1/namespaces/${namespace}/deployments`
    await cluster.api.create(path, deploymentObject('web', { image: 'nginx' }))
    await cluster.until('the limited pod', async () => {
      const { stdout } = await cluster.run(['diagnose', '-n', namespace, '-o', 'json'])
      return JSON.parse(stdout).findings.length === 1
    })
  })
  afterAll(() => cluster?.close())

  test('a reader diagnoses without gaps', async () => {
    const { stdout } = await cluster.run(['diagnose', '-A', '-o', 'json', '--as', 'reader'])
    expect(JSON.parse(stdout)).toMatchObject({ complete: true, gaps: [] })
  })

  test.each([
    ['reader', 'lists again'],
    ['waiter', 'watches'],
  ])('a %s can wait: it %s', async user => {
    const args = [
      'wait',
      'deploy/web',
      'ds/none',
      '-n',
      namespace,
      '--timeout',
      '6s',
      '-o',
      'json',
      '--as',
      user,
    ]
    const { code, stdout } = await cluster.run([...args, '--patience', 'rate-limited=1s'])
    const { outcome, findings } = JSON.parse(stdout)
    expect([code, outcome, findings[0].cause]).toEqual([1, 'failed', 'rate-limited'])
  })

  test('a reader gets the list of verbs a fix needs, and nothing is written', async () => {
    const { code, stderr } = await cluster.run(['fix', '-n', namespace, '--yes', '--as', 'reader'], { env })
    expect(code).toBe(5)
    for (const verb of ['create', 'patch', 'delete']) expect(stderr).toContain(verb)
    const account = await cluster.api.get(`/api/v1/namespaces/${namespace}/serviceaccounts/default`)
    expect(account.imagePullSecrets).toBeUndefined()
  })

  test('a fixer can fix and undo', async () => {
    const one = ['-n', namespace, '--dry-run=server', '-o', 'json', '--as', 'fixer']
    const { stdout } = await cluster.run(['fix', 'deploy/web', ...one], { env })
    expect(JSON.parse(stdout)).toMatchObject({ complete: true, gaps: [] })
    const fixed = await cluster.run(['fix', '-n', namespace, '--yes', '--as', 'fixer'], { env })
    expect(fixed).toMatchObject({ code: 0 })
    expect(await cluster.run(['undo', '--yes', '--as', 'fixer'], { env })).toMatchObject({ code: 0 })
  })
})
