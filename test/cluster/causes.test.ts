/** What a real kubelet writes when pulls fail, and what `diagnose` concludes from it. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { Finding } from '../../src/diagnosis/finding.ts'
import { knownSecrets } from './known-secrets.ts'
import { deploymentObject, podObject, pullSecretObject, RealCluster } from './real-cluster.ts'

const CASES: Record<
  string,
  { image: string; pullPolicy?: string; pullSecrets?: string[]; is: Partial<Finding> }
> = {
  anonymous: { image: 'nginx', is: { cause: 'rate-limited', subcause: 'anonymous' } },
  account: {
    image: 'nginx',
    pullSecrets: ['limited'],
    is: { cause: 'rate-limited', subcause: 'account' },
  },
  'missing-tag': { image: 'nginx:1.27.O', is: { cause: 'image-not-found' } },
  private: { image: 'acme/private', is: { cause: 'auth-required-or-denied' } },
  'wrong-password': {
    image: 'acme/private',
    pullSecrets: ['wrong'],
    is: { cause: 'auth-required-or-denied' },
  },
  'invalid-name': { image: 'Nginx:1:2', is: { cause: 'invalid-reference' } },
  // A unique name, so that no earlier run has left the image on the node.
  never: { image: 'acme/never-pulled', pullPolicy: 'Never', is: { cause: 'never-pull' } },
  refused: { image: '127.0.0.1:1/acme/api:1', is: { cause: 'connection-refused-or-reset' } },
  'unknown-host': { image: 'registry.invalid/acme/api:1', is: { cause: 'registry-not-found-dns' } },
}
const CREDENTIAL: Record<string, string> = {
  account: 'usable',
  'wrong-password': 'usable',
}

describe('on a real kubelet', () => {
  let cluster: RealCluster
  let namespace: string
  let findings: Finding[]

  beforeAll(async () => {
    cluster = await RealCluster.open()
    cluster.hub.addAccount({ name: 'limited', password: 'secret-of-limited' })
    cluster.addImage('library/nginx', ['latest', '1.27'])
    cluster.addImage('acme/private', ['latest'], 'acme')
    cluster.hub.exhaust('127.0.0.1')
    cluster.hub.exhaust('limited')
    namespace = await cluster.namespace('causes')
    await cluster.api.create(
      `/api/v1/namespaces/${namespace}/secrets`,
      pullSecretObject('limited', 'limited', 'secret-of-limited'),
    )
    await cluster.api.create(
      `/api/v1/namespaces/${namespace}/secrets`,
      pullSecretObject('wrong', 'acme', 'not-the-password'),
    )
    const forget = await knownSecrets(cluster, namespace, ['limited', 'wrong'])
    for (const [name, { is: _, ...draft }] of Object.entries(CASES)) {
      await cluster.api.create(`/api/v1/namespaces/${namespace}/pods`, podObject(name, draft))
    }
    await cluster.api.create(
      `/apis/apps/v1/namespaces/${namespace}/deployments`,
      deploymentObject('fifthnginx', { image: 'nginx' }),
    )
    await forget()
    findings = await cluster.until('a finding for every pod', async () => {
      const { stdout } = await cluster.run(['diagnose', '-n', namespace, '-o', 'json'])
      const found: Finding[] = JSON.parse(stdout).findings
      const settled = found.every(({ cause }) => cause !== 'other')
      return found.length === Object.keys(CASES).length + 1 && settled ? found : null
    })
  })
  afterAll(() => cluster?.close())

  test.each(Object.entries(CASES))('%s is reported with its evidence', (name, { is }) => {
    const finding = findings.find(({ pod }) => pod === name)
    expect(finding).toMatchObject(is)
    expect(finding?.evidence?.text).not.toBe('')
    expect(finding?.credential.status).toBe(CREDENTIAL[name] ?? 'none')
  })

  test('a pod of a Deployment is reported under its Deployment', () => {
    expect(findings.find(({ pod }) => pod.startsWith('fifthnginx-'))?.workload).toEqual({
      kind: 'Deployment',
      name: 'fifthnginx',
    })
  })

  test('findings set the exit code', async () => {
    const { code, stderr } = await cluster.run(['diagnose', '-n', namespace])
    expect(code).toBe(1)
    expect(stderr).not.toContain('bug')
  })

  test('a dump of the same state has the same findings', async () => {
    const kinds = ['pods', 'events', 'secrets', 'serviceaccounts']
    const items: object[] = []
    for (const [base, kind] of [...kinds.map(kind => ['/api/v1', kind]), ['/apis/apps/v1', 'replicasets']]) {
      await cluster.api.list(`${base}/namespaces/${namespace}/${kind}`, { limit: 500 }, item => {
        items.push({ apiVersion: base?.replace(/^\/apis?\//, ''), kind: KIND[kind ?? ''], ...item })
      })
    }
    const dump = cluster.write('dump.json', JSON.stringify({ apiVersion: 'v1', kind: 'List', items }))
    const [live, read] = await Promise.all([
      cluster.run(['diagnose', '-n', namespace, '-o', 'json']),
      cluster.run(['diagnose', '-f', dump, '-o', 'json']),
    ])
    const events = (stdout: string) =>
      (JSON.parse(stdout).findings as Finding[]).map(
        ({ pod, cause, subcause, credential, workload, remedies }) => ({
          pod,
          cause,
          subcause,
          credential,
          workload,
          // A dump does not name its cluster, so the commands leave the context open.
          remedies: JSON.stringify(remedies).replaceAll(' --context <context>', ''),
        }),
      )
    expect(events(read.stdout)).toEqual(events(live.stdout))
  })

  test('why names the credential that the kubelet used', async () => {
    const { code, stdout } = await cluster.run(['why', `${namespace}/wrong-password`, '-o', 'json'])
    expect(code).toBe(1)
    expect(JSON.parse(stdout).containers[0]).toMatchObject({
      verdict: 'authenticated',
      attempts: [{ secret: 'wrong', username: 'acme', usable: true }],
    })
    expect(stdout).not.toContain('not-the-password')
  })
})

const KIND: Record<string, string> = {
  pods: 'Pod',
  events: 'Event',
  secrets: 'Secret',
  serviceaccounts: 'ServiceAccount',
  replicasets: 'ReplicaSet',
}
