/** `wait` in difficult situations: outdated pods, objects that are deleted, a server that is unreachable, missing permissions. */
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { auths, podsOf, podWithImage, pullSecret } from '../../simulator/drafts.ts'
import { BETTER, GOOD, INVALID, type Rollouts, startRollouts, TYPO } from './rollouts.ts'

let rollouts: Rollouts
beforeEach(async () => {
  rollouts = await startRollouts()
})
afterEach(() => rollouts.close())

const names = ['deployment/web']
const user = (...rules: { verbs: string[]; resources: string[]; namespaces?: string[] }[]) => {
  rollouts.simulator.server.users.add('ci', rules)
  return { way: { user: 'ci' } }
}
const READ = ['get', 'list', 'watch']
const ALL = ['*']

/** Deployment web, whose image needs the login in pull secret `login`. */
function deployPrivate(): void {
  const image = 'acme/shop:1'
  rollouts.simulator.hub.addImage({ repository: 'acme/shop', tags: ['1'], owner: 'acme' })
  const spec = { imagePullSecrets: [{ name: 'login' }], containers: [{ name: 'main', image }] }
  rollouts.deploy('web', image, { template: { metadata: { labels: { app: 'web' } }, spec } })
}

const push = () => void rollouts.simulator.hub.addImage({ repository: 'library/nginx', tags: ['1.27-alpne'] })

describe('only the newest revision counts', () => {
  test('old healthy pods never make it done', async () => {
    rollouts.deploy('web', GOOD)
    await rollouts.settle()
    rollouts.setImage('Deployment', 'web', INVALID)
    const { code, json } = await rollouts.wait({ names })
    expect([code, json.outcome]).toEqual(['findings', 'failed'])
  })

  test('old stuck pods never make it fail', async () => {
    rollouts.deploy('web', INVALID)
    await rollouts.settle()
    rollouts.setImage('Deployment', 'web', GOOD)
    expect((await rollouts.wait({ names })).code).toBe('ok')
  })

  test('a rollback to an old revision is waited for like a new one', async () => {
    rollouts.deploy('web', GOOD)
    await rollouts.settle()
    rollouts.setImage('Deployment', 'web', INVALID)
    await rollouts.settle()
    rollouts.setImage('Deployment', 'web', GOOD)
    const { code } = await rollouts.wait({ names })
    expect(code).toBe('ok')
  })

  test('a newer revision that is deployed meanwhile is waited for instead, and reported once', async () => {
    rollouts.deploy('web', TYPO)
    const later = { 10: () => rollouts.setImage('Deployment', 'web', BETTER) }
    const { code, err } = await rollouts.wait({ names }, { later })
    expect(code).toBe('ok')
    expect(err.match(/a newer revision/g)).toHaveLength(1)
  })
})

describe('while it waits', () => {
  test('a pod that is replaced takes its patience over to the next', async () => {
    rollouts.deploy('web', TYPO, { replicas: 1 })
    const replace = () => {
      const [pod] = podsOf(rollouts.simulator, 'web')
      rollouts.simulator.cluster.remove('Pod', 'default', pod?.metadata.name ?? '')
    }
    const patience = { 'image-not-found': 30_000 }
    const { code, seconds } = await rollouts.wait({ names, patience }, { later: { 20: replace } })
    expect(code).toBe('findings')
    expect(seconds).toBeLessThan(45)
  })

  test('an autoscaler may want more pods', async () => {
    rollouts.deploy('web', TYPO)
    const scale = () => {
      const found = rollouts.simulator.cluster.get('Deployment', 'default', 'web')
      if (found) rollouts.simulator.cluster.update({ ...found, spec: { ...found.spec, replicas: 5 } })
      push()
    }
    const { code, json } = await rollouts.wait({ names }, { later: { 10: scale } })
    expect([code, json.workloads[0].pods.wanted]).toEqual(['ok', 5])
  })

  test('a workload that is deleted ends it with nothing certain', async () => {
    rollouts.deploy('web', TYPO)
    const remove = () => void rollouts.simulator.cluster.remove('Deployment', 'default', 'web')
    const { code, json, seconds } = await rollouts.wait({ names }, { later: { 10: remove } })
    expect([code, json.outcome, json.workloads[0].code]).toEqual(['incomplete', 'unknown', 'deleted'])
    expect(seconds).toBeLessThan(25)
  })

  test('one that comes only later is waited for', async () => {
    const later = { 15: () => rollouts.deploy('web', GOOD) }
    const { code, err } = await rollouts.wait({ names }, { later })
    expect(code).toBe('ok')
    expect(err).toContain('deployment/web: does not exist in namespace default yet')
  })

  test('one that never comes is named when the time is up', async () => {
    const { code, json } = await rollouts.wait({ names, timeoutMs: 20_000 })
    expect([code, json.outcome, json.waitingFor]).toEqual(['incomplete', 'timeout', ['deployment/web']])
  })

  test('an API server that is gone for a while is waited for, and reported', async () => {
    rollouts.deploy('web', TYPO)
    const { faults, server } = rollouts.simulator
    const later = {
      5: () => {
        faults.when(() => true, 'reset')
        server.watching.cut()
      },
      25: () => {
        faults.clear()
        push()
      },
    }
    const { code, err } = await rollouts.wait({ names }, { later })
    expect(code).toBe('ok')
    expect(err).toMatch(
      /Lost contact with the API server, retrying: .*\n[\s\S]*Connected to the API server again/,
    )
  })

  test('an API server that is gone at the end makes the verdict outdated', async () => {
    rollouts.deploy('web', TYPO)
    const { faults, server } = rollouts.simulator
    const later = {
      5: () => {
        faults.when(() => true, 'reset')
        server.watching.cut()
      },
    }
    const { code, json } = await rollouts.wait({ names, timeoutMs: 20_000 }, { later })
    expect([code, json.outcome, json.outdated]).toEqual(['incomplete', 'timeout', true])
    faults.clear()
  })

  test('an API server that no longer answers at the end holds it up for five seconds, and makes the verdict outdated', async () => {
    rollouts.deploy('web', TYPO)
    let isSilent = false
    const later = {
      15: () => {
        isSilent = true
      },
    }
    const hangs = (path: string) => isSilent && path.includes('/nodes/')
    const { code, json, seconds } = await rollouts.wait({ names, timeoutMs: 20_000 }, { later, hangs })
    expect([code, json.outcome, json.outdated]).toEqual(['incomplete', 'timeout', true])
    expect(seconds).toBeLessThan(26)
  })

  test('watches that the server no longer knows the beginning of are begun again from a list', async () => {
    rollouts.deploy('web', TYPO)
    const { server } = rollouts.simulator
    const later = {
      5: () => {
        server.watching.expire()
        server.watching.cut()
        push()
      },
    }
    expect((await rollouts.wait({ names }, { later })).code).toBe('ok')
  })

  test('a namespace that is deleted ends it', async () => {
    const { cluster } = rollouts.simulator
    rollouts.deploy('web', TYPO)
    const remove = () => {
      cluster.remove('Namespace', undefined, 'default')
    }
    const { code, json } = await rollouts.wait({ names }, { later: { 10: remove } })
    expect([code, json.workloads[0].code]).toEqual(['incomplete', 'deleted'])
  })

  test('the signal ends it', async () => {
    rollouts.deploy('web', TYPO)
    const stop = new AbortController()
    const waiting = rollouts.wait(
      { names },
      { signal: stop.signal, later: { 5: () => stop.abort('SIGINT') } },
    )
    await expect(waiting).rejects.toBe('SIGINT')
  })

  test('the signal ends it while a failure waits to be confirmed by an API server that is gone', async () => {
    rollouts.deploy('web', TYPO)
    const { faults } = rollouts.simulator
    const stop = new AbortController()
    const later = {
      20: () => faults.when(({ query }) => !query.includes('watch='), 'reset'),
      80: () => stop.abort('SIGINT'),
    }
    const patience = { 'image-not-found': 25_000 }
    await expect(rollouts.wait({ names, patience }, { signal: stop.signal, later })).rejects.toBe('SIGINT')
  })
})

describe('what is judged', () => {
  test('two containers with different causes are both reported, and the hopeless one decides', async () => {
    rollouts.simulator.cluster.add({
      ...podWithImage('two', GOOD),
      spec: {
        containers: [
          { name: 'a', image: TYPO },
          { name: 'b', image: INVALID },
        ],
      },
    })
    const { json, seconds } = await rollouts.wait({ names: ['pod/two'] })
    expect(json.findings.map(({ cause }: { cause: string }) => cause).sort()).toEqual([
      'image-not-found',
      'invalid-reference',
    ])
    expect(seconds).toBeLessThan(5)
  })

  test('an image of a second container is judged when the first has come', async () => {
    rollouts.simulator.cluster.add({
      ...podWithImage('late', TYPO),
      spec: { initContainers: [{ name: 'init', image: GOOD }], containers: [{ name: 'main', image: TYPO }] },
    })
    expect((await rollouts.wait({ names: ['po/late'] })).json.findings[0].container).toBe('main')
  })

  test('a debug container is not part of what was deployed', async () => {
    rollouts.simulator.cluster.add({
      ...podWithImage('debugged', GOOD),
      spec: {
        containers: [{ name: 'main', image: GOOD }],
        ephemeralContainers: [{ name: 'debug', image: INVALID }],
      },
    } as never)
    expect((await rollouts.wait({ names: ['pod/debugged'] })).code).toBe('ok')
  })

  test('a refused login that the pod has is hopeless at once', async () => {
    rollouts.simulator.cluster.add(pullSecret('login', auths('acme', 'wrong')))
    deployPrivate()
    const { json, seconds } = await rollouts.wait({ names })
    expect(json.findings[0]).toMatchObject({
      cause: 'auth-required-or-denied',
      credential: { status: 'usable' },
    })
    expect(seconds).toBeLessThan(10)
  })

  test('a pull secret that arrives after 20 seconds is in time', async () => {
    deployPrivate()
    const later = {
      20: () => void rollouts.simulator.cluster.add(pullSecret('login', auths('acme', 'right'))),
    }
    expect((await rollouts.wait({ names }, { later })).code).toBe('ok')
  })

  test('what has failed since long before the wait has no patience left', async () => {
    rollouts.deploy('web', TYPO)
    await rollouts.settle()
    for (let minute = 0; minute < 5; minute++) await rollouts.simulator.advance(60)
    expect((await rollouts.wait({ names })).seconds).toBeLessThan(5)
  })

  test('a rate limit that clears before the time is up is waited out, and named as one', async () => {
    const { hub } = rollouts.simulator
    hub.exhaust('127.0.0.1')
    rollouts.deploy('web', GOOD)
    const { code, err } = await rollouts.wait(
      { names },
      { later: { 15: () => hub.quota.refill('127.0.0.1') } },
    )
    expect(code).toBe('ok')
    expect(err).toMatch(/rate-limited.*may recover by itself.*Docker Hub's limit covers 6 hours/)
  })

  test('--patience ends it at once for those who pay by the minute', async () => {
    rollouts.simulator.hub.exhaust('127.0.0.1')
    rollouts.deploy('web', GOOD)
    const { code, seconds } = await rollouts.wait({ names, patience: { 'rate-limited': 0 } })
    expect(code).toBe('findings')
    expect(seconds).toBeLessThan(5)
  })

  test("one node of many that can't pull is named, and how many pods are fine", async () => {
    rollouts.deploy('agent', TYPO, {}, 'DaemonSet')
    const { hub, cluster } = rollouts.simulator
    push()
    await rollouts.settle()
    hub.exhaust('127.0.0.1')
    const [pod] = podsOf(rollouts.simulator, 'agent')
    rollouts.simulator.runtime.forget(pod?.spec.nodeName ?? '')
    cluster.remove('Pod', 'default', pod?.metadata.name ?? '')
    const { json } = await rollouts.wait({ names: ['ds/agent'], patience: { 'rate-limited': 30_000 } })
    expect(json.workloads[0].text).toMatch(/on node node-\d, while 1 other pod has all images/)
  })
})

describe('permissions', () => {
  test('without watch the lists are read again and again', async () => {
    rollouts.deploy('web', TYPO)
    const ci = user({ verbs: ['get', 'list'], resources: ALL })
    expect((await rollouts.wait({ names }, { ...ci, later: { 5: push } })).code).toBe('ok')
  })

  test('without events the status gives the cause', async () => {
    rollouts.deploy('web', TYPO)
    const resources = ['pods', 'deployments', 'replicasets', 'secrets', 'serviceaccounts', 'nodes']
    const patience = { 'image-not-found': 0 }
    const { code, json } = await rollouts.wait({ names, patience }, user({ verbs: READ, resources }))
    expect([code, json.findings[0].cause]).toEqual(['findings', 'image-not-found'])
    expect(json.gaps).toMatchObject([{ what: 'events', why: 'forbidden' }])
  })

  test("without ReplicaSets a Deployment's pods are not known, so its state is unknown at once", async () => {
    rollouts.deploy('web', GOOD)
    const { code, json, seconds } = await rollouts.wait(
      { names },
      user({ verbs: READ, resources: ['pods', 'events', 'deployments'] }),
    )
    expect([code, json.workloads[0].code]).toEqual(['incomplete', 'unreadable'])
    expect(seconds).toBeLessThan(5)
  })

  test('labels without permission to read anything end at once', async () => {
    const { code, json, seconds } = await rollouts.wait(
      { selector: 'release=shop' },
      user({ verbs: READ, resources: [] }),
    )
    expect([code, json.outcome]).toEqual(['incomplete', 'unknown'])
    expect(seconds).toBeLessThan(5)
    const asked = user({ verbs: READ, resources: [] })
    const { out } = await rollouts.wait({ selector: 'release=shop', format: 'table' }, asked)
    expect(out).toContain('auth can-i --list')
    expect(out).not.toContain('--show-labels')
  })

  test("labels that select kinds which can't be read are no success, unless the types are named", async () => {
    rollouts.deploy('web', GOOD)
    rollouts.simulator.cluster.change('Deployment', 'default', 'web', copy => {
      copy.metadata.labels = { release: 'shop' }
    })
    const resources = [
      'pods',
      'events',
      'deployments',
      'replicasets',
      'statefulsets',
      'secrets',
      'serviceaccounts',
    ]
    const ci = user({ verbs: READ, resources })
    const { code, json } = await rollouts.wait({ selector: 'release=shop' }, ci)
    expect([code, json.outcome, json.workloads[0].status]).toEqual(['incomplete', 'unknown', 'done'])
    expect((await rollouts.wait({ names: ['deploy,sts'], selector: 'release=shop' }, ci)).code).toBe('ok')
  })

  test('without pods nothing is known, and it does not pretend', async () => {
    rollouts.deploy('web', GOOD)
    const { code, json } = await rollouts.wait(
      { names },
      user({ verbs: READ, resources: ['deployments', 'replicasets'] }),
    )
    expect([code, json.outcome]).toEqual(['incomplete', 'unknown'])
  })
})

describe('what is not waited for in vain', () => {
  test.each([
    ['zero replicas', 'Deployment', { replicas: 0 }, 'none-wanted'],
    ['a suspended Job', 'Job', { suspend: true }, 'suspended'],
  ])('%s', async (_what, kind, extra, how) => {
    rollouts.deploy('web', GOOD, extra, kind)
    const waited = await rollouts.wait({ names: [`${kind}/web`] })
    expect([waited.code, waited.json.workloads[0].code]).toEqual(['ok', how])
    expect(waited.seconds).toBeLessThan(10)
  })

  test('a paused Deployment whose newest template no pod has', async () => {
    rollouts.deploy('web', GOOD)
    await rollouts.settle()
    const found = rollouts.simulator.cluster.get('Deployment', 'default', 'web')
    if (found) rollouts.simulator.cluster.update({ ...found, spec: { ...found.spec, paused: true } })
    rollouts.setImage('Deployment', 'web', TYPO)
    await rollouts.settle()
    const { code, json } = await rollouts.wait({ names })
    expect([code, json.workloads[0].code]).toEqual(['incomplete', 'paused'])
  })

  test('a StatefulSet that updates on delete', async () => {
    rollouts.deploy('db', GOOD, { updateStrategy: { type: 'OnDelete' } }, 'StatefulSet')
    await rollouts.settle()
    rollouts.setImage('StatefulSet', 'db', TYPO)
    await rollouts.settle()
    const { code, json } = await rollouts.wait({ names: ['sts/db'] })
    expect([code, json.workloads[0].code]).toEqual(['incomplete', 'on-delete'])
  })
})
