/** What `wait` waits for: names, labels, manifests, and several namespaces; --check-images; and standard error meanwhile. */
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { GOOD, INVALID, type Rollouts, startRollouts, TYPO } from './rollouts.ts'

let rollouts: Rollouts
beforeEach(async () => {
  rollouts = await startRollouts()
})
afterEach(() => rollouts.close())

const container = (image: string) => ({ containers: [{ name: 'main', image }] })
const labelled = (kind: string, name: string, image: string, labels: object) =>
  rollouts.simulator.cluster.add({
    apiVersion: 'apps/v1',
    kind,
    metadata: { name, namespace: 'default', labels },
    spec: {
      selector: { matchLabels: { app: name } },
      template: { metadata: { labels: { app: name } }, spec: container(image) },
    },
  } as never)

const statusOf = (json: { workloads: { name: string; status: string }[] }) =>
  Object.fromEntries(json.workloads.map(({ name, status }) => [name, status]))

describe('what is waited for', () => {
  test('several: each is reported, and the worst decides', async () => {
    rollouts.deploy('good', GOOD)
    rollouts.deploy('bad', INVALID)
    const { code, json } = await rollouts.wait({
      names: ['deploy/good', 'deploy/bad'],
      patience: { 'invalid-reference': 30_000 },
    })
    expect(code).toBe('findings')
    expect(statusOf(json)).toEqual({ good: 'done', bad: 'failed' })
  })

  test('labels select workloads, those that come later too, and not what they make', async () => {
    labelled('Deployment', 'one', GOOD, { release: 'shop' })
    labelled('Deployment', 'other', INVALID, { release: 'blog' })
    labelled('Deployment', 'slow', TYPO, { release: 'shop' })
    const later = { 1: () => void labelled('StatefulSet', 'two', GOOD, { release: 'shop' }) }
    const { code, json } = await rollouts.wait(
      { selector: 'release=shop', goal: 'pulled', patience: { 'image-not-found': 30_000 } },
      { later },
    )
    expect([code, statusOf(json)]).toEqual(['findings', { one: 'done', slow: 'failed', two: 'done' }])
  })

  test('labels that select nothing are not a success', async () => {
    const { code, json } = await rollouts.wait({ selector: 'release=none', timeoutMs: 5_000 })
    expect([code, json.outcome]).toEqual(['incomplete', 'timeout'])
  })

  test('bare pods and workloads can be selected among one type', async () => {
    labelled('Deployment', 'one', GOOD, { release: 'shop' })
    labelled('StatefulSet', 'two', INVALID, { release: 'shop' })
    const { code, json } = await rollouts.wait({ names: ['deploy'], selector: 'release=shop' })
    expect([code, statusOf(json)]).toEqual(['ok', { one: 'done' }])
  })

  const MANIFEST = `
apiVersion: v1
kind: ConfigMap
metadata: { name: settings }
---
# Source: shop/templates/web.yaml
apiVersion: apps/v1
kind: Deployment
metadata: { name: web, namespace: default }
spec: { template: { spec: { containers: [{ name: main, image: "${GOOD}" }] } } }
---
apiVersion: v1
kind: Pod
metadata: { name: test, annotations: { helm.sh/hook: test } }
spec: { containers: [{ name: main, image: "${GOOD}" }] }
---
apiVersion: v1
kind: List
items:
  - apiVersion: v1
    kind: Service
    metadata: { name: web }
`
  test('a manifest on standard input names what was applied; what has no pods is passed over in one line', async () => {
    rollouts.deploy('web', GOOD)
    const { code, json, err } = await rollouts.wait({ files: ['-'] }, { stdin: MANIFEST })
    expect([code, statusOf(json)]).toEqual(['ok', { web: 'done' }])
    expect(err).toContain('Not waited for: ConfigMap, Pod of a Helm test, Service.')
  })

  test('-n is the namespace of objects that name none, and each other one is looked for in its own', async () => {
    rollouts.deploy('web', GOOD)
    const elsewhere = MANIFEST.replace(
      'name: test, annotations: { helm.sh/hook: test }',
      'name: bare, namespace: other',
    )
    const { json } = await rollouts.wait(
      { files: ['-'], connection: { namespace: 'default' }, timeoutMs: 5_000 },
      { stdin: elsewhere },
    )
    expect(json.workloads).toMatchObject([
      { namespace: 'default', name: 'web', status: 'done' },
      { namespace: 'other', name: 'bare', text: 'does not exist in namespace other yet' },
    ])
  })

  test('a manifest without anything that has pods needs no wait', async () => {
    const { code, seconds } = await rollouts.wait(
      { files: ['-'] },
      { stdin: 'apiVersion: v1\nkind: ConfigMap\nmetadata: {name: a}\n' },
    )
    expect(code).toBe('ok')
    expect(seconds).toBeLessThan(1)
  })

  const TEMPLATE = `spec: { template: { spec: { containers: [{ name: main, image: "${GOOD}" }] } } }`
  test.each<[string, string, string]>([
    [
      'a Job that the server names',
      `apiVersion: batch/v1\nkind: Job\nmetadata: { generateName: run- }\n`,
      'Job without a name',
    ],
    [
      'a custom resource with pods',
      `apiVersion: argoproj.io/v1alpha1\nkind: Rollout\nmetadata: { name: shop }\n`,
      'Rollout',
    ],
  ])(
    "pods that can't be found are no success, alone or beside others, unless labels select them too: %s",
    async (_what, head, name) => {
      const stdin = `${head}${TEMPLATE}\n`
      await expect(rollouts.wait({ files: ['-'] }, { stdin })).rejects.toThrow(
        `which pods to wait for: ${name}.`,
      )
      rollouts.deploy('web', GOOD)
      const both = { stdin: `${stdin}---${MANIFEST}` }
      const { code, out, err } = await rollouts.wait({ files: ['-'] }, both)
      expect({ code, err }).toEqual({ code: 'incomplete', err: expect.stringContaining(name) })
      expect(JSON.parse(out)).toMatchObject({ outcome: 'unknown', complete: false, unfollowed: [name] })
      expect((await rollouts.wait({ files: ['-'], selector: 'app=web' }, both)).code).toBe('ok')
    },
  )

  test.each<[string, Parameters<Rollouts['wait']>[0], string, RegExp]>([
    ['nothing at all', {}, '', /Nothing to wait for/],
    ['a type without a name', { names: ['deploy'] }, '', /is a type without a name/],
    [
      'a type that has no pods',
      { names: ['service/web'] },
      '',
      /"service" is not a type of workload or pod: those are/,
    ],
    [
      'a list of namespaces',
      { names: ['deploy/web'], connection: { namespace: 'a,b' } },
      '',
      /"a,b" can't be the name of a namespace/,
    ],
    ['an empty manifest', { files: ['-'] }, '', /Standard input is empty/],
    ["a selector that can't be read", { selector: 'a in b' }, '', /"\(" is expected/],
  ])('%s is refused with one sentence', async (_what, options, stdin, sentence) => {
    await expect(rollouts.wait(options, { stdin })).rejects.toThrow(sentence)
  })

  test('workloads of many namespaces share the watches of the whole cluster', async () => {
    const spaces = ['a', 'b', 'c', 'd', 'e', 'f']
    for (const name of spaces) rollouts.simulator.cluster.addNamespace(name)
    const objects = spaces.map(namespace => ({
      apiVersion: 'apps/v1',
      kind: 'Deployment',
      metadata: { name: 'web', namespace },
      spec: {
        selector: { matchLabels: { app: 'web' } },
        template: { metadata: { labels: { app: 'web' } }, spec: container(GOOD) },
      },
    }))
    for (const object of objects) rollouts.simulator.cluster.add(object as never)
    const stdin = JSON.stringify({ apiVersion: 'v1', kind: 'List', items: objects })
    const { code, json } = await rollouts.wait({ files: ['-'] }, { stdin })
    expect([code, json.workloads.length]).toEqual(['ok', 6])
    const watches = rollouts.simulator.requests.filter(({ query }) => query.includes('watch=1'))
    expect([...new Set(watches.map(({ path }) => path))].sort()).toEqual([
      '/api/v1/events',
      '/api/v1/pods',
      '/apis/apps/v1/deployments',
      '/apis/apps/v1/replicasets',
    ])
  })

  test('without permission for the whole cluster each namespace is read', async () => {
    const spaces = ['a', 'b', 'c', 'd', 'e']
    const { cluster, server } = rollouts.simulator
    server.users.add('ci', [{ verbs: ['*'], resources: ['*'], namespaces: spaces }])
    const items = spaces.map(namespace => {
      cluster.addNamespace(namespace)
      const pod = {
        apiVersion: 'v1',
        kind: 'Pod',
        metadata: { name: 'one', namespace },
        spec: container(GOOD),
      }
      cluster.add(pod as never)
      return pod
    })
    const stdin = JSON.stringify({ apiVersion: 'v1', kind: 'List', items })
    const { code, json } = await rollouts.wait({ files: ['-'] }, { stdin, way: { user: 'ci' } })
    expect([code, json.gaps]).toEqual(['ok', []])
  })
})

describe('--check-images', () => {
  test("reports a missing tag before any pod exists, and ends with the kubelet's first failure", async () => {
    rollouts.deploy('web', TYPO)
    const { code, err, seconds, json } = await rollouts.wait({
      names: ['deploy/web'],
      checkImages: { endpoints: [] },
    })
    expect(code).toBe('findings')
    expect(err).toContain('nginx:1.27-alpne: 127.0.0.1')
    expect(json.findings[0].check.verdict).toBe('no-such-tag')
    expect(seconds).toBeLessThan(5)
    expect(rollouts.simulator.hub.pulls.filter(({ reference }) => reference === '1.27-alpne')).toEqual([])
  })

  test("asks once how much of Docker Hub's limit is left, and says it again in the verdict", async () => {
    const { hub } = rollouts.simulator
    hub.addImage({ repository: 'ratelimitpreview/test' })
    hub.exhaust('127.0.0.1')
    rollouts.deploy('web', GOOD)
    const { err, json } = await rollouts.wait({
      names: ['deploy/web'],
      timeoutMs: 15_000,
      checkImages: { endpoints: [] },
    })
    expect(
      err.match(/^nginx:1.27: Wait up to 6 hours: no pulls are left for this machine's address/gm),
    ).toHaveLength(1)
    expect(json.findings[0].quota).toEqual({ of: 'address', limit: 100, remaining: 0, windowSeconds: 21_600 })
  })

  test('says nothing of an image that can be pulled', async () => {
    rollouts.deploy('web', GOOD)
    const { code, err } = await rollouts.wait({ names: ['deploy/web'], checkImages: { endpoints: [] } })
    expect(code).toBe('ok')
    expect(err).not.toContain('checked from this machine')
  })
})

describe('standard error', () => {
  test('has a line for each change and a sign of life every 30 seconds until the time is up', async () => {
    rollouts.simulator.hub.exhaust('127.0.0.1')
    rollouts.deploy('web', GOOD)
    const { code, err, json } = await rollouts.wait({ names: ['deploy/web'], timeoutMs: 70_000 })
    expect([code, json.outcome, json.findings[0].cause]).toEqual(['incomplete', 'timeout', 'rate-limited'])
    expect(json.findings[0].quota).toBeUndefined()
    expect(err.match(/^Still waiting, /gm)).toHaveLength(2)
    expect(err.match(/can't pull nginx:1.27 \(rate-limited\).*Next:.* fix deployment\/web -n/g)).toHaveLength(
      1,
    )
  })

  test('on a terminal is a line that moves, with troubles above it', async () => {
    rollouts.deploy('web', TYPO)
    const patience = { 'image-not-found': 10_000 }
    const { err } = await rollouts.wait({ names: ['deploy/web'], patience }, { terminal: true })
    expect(err).toContain("\rWaiting: deployment/web: can't pull")
    expect(err.split('\n').filter(line => line.startsWith('Still waiting'))).toEqual([])
    expect(err).toMatch(/deployment\/web: can't pull [^\r\n]{60,110}\n {2}\S/)
  })
})
