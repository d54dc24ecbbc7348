import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { type Simulator, startSimulator } from '../../src/simulator/simulator.ts'
import { auths, eventsOf, NOON, pod, podNamed, podWithImage, pullSecret, waiting } from './drafts.ts'

let simulator: Simulator

beforeEach(async () => {
  simulator = await startSimulator({ now: NOON })
  simulator.hub.addImage({ repository: 'library/nginx', tags: ['latest', '1.27'] })
  simulator.hub.addImage({ repository: 'acme/private', owner: 'acme' })
  simulator.hub.addAccount({ name: 'acme', password: 'right' })
})
afterEach(() => simulator.close())

const NGINX = 'failed to pull and unpack image "docker.io/library/nginx:latest"'

describe("a container whose image can't be pulled", () => {
  test('first shows the error of the pull, then the back-off with that error', async () => {
    simulator.hub.exhaust('127.0.0.1')
    simulator.cluster.add(podWithImage('limited', 'nginx'))
    await simulator.tick()
    const [manifest] = simulator.hub.requests.filter(({ status }) => status === 429)
    const text = `${NGINX}: failed to copy: httpReadSeeker: failed open: unexpected status code https://registry-1.docker.io${manifest?.path}: 429 Too Many Requests - Server message: toomanyrequests: You have reached your unauthenticated pull rate limit. https://www.docker.com/increase-rate-limit`
    expect(waiting(podNamed(simulator, 'limited'))).toEqual({ reason: 'ErrImagePull', message: text })
    await simulator.tick()
    expect(waiting(podNamed(simulator, 'limited'))).toEqual({
      reason: 'ImagePullBackOff',
      message: `Back-off pulling image "nginx": ErrImagePull: ${text}`,
    })
    expect(eventsOf(simulator, 'limited')).toEqual([
      'BackOff: Back-off pulling image "nginx" ×1',
      'Failed: Error: ErrImagePull ×1',
      'Failed: Error: ImagePullBackOff ×1',
      `Failed: Failed to pull image "nginx": ${text} ×1`,
      'Pulling: Pulling image "nginx" ×1',
    ])
    expect(podNamed(simulator, 'limited').status).toMatchObject({
      phase: 'Pending',
      conditions: expect.arrayContaining([
        expect.objectContaining({
          type: 'Ready',
          status: 'False',
          message: 'containers with unready status: [main]',
        }),
      ]),
    })
  })

  test('is retried after 10 seconds, then 20, then 40, and its events are counted', async () => {
    simulator.cluster.add(podWithImage('typo', 'nginx:1.72'))
    await simulator.settle()
    const attempts = () => simulator.hub.requests.filter(({ status }) => status === 404).length
    expect(attempts()).toBe(1)
    const after = []
    for (let step = 0; step < 7; step++) {
      await simulator.advance(10)
      after.push(attempts())
    }
    expect(after).toEqual([2, 2, 3, 3, 3, 3, 4])
    expect(eventsOf(simulator, 'typo')).toContain('Pulling: Pulling image "nginx:1.72" ×4')
  })

  test.each<[string, string, string]>([
    [
      'nginx:1.72',
      'ImagePullBackOff',
      'rpc error: code = NotFound desc = failed to pull and unpack image "docker.io/library/nginx:1.72": failed to resolve reference "docker.io/library/nginx:1.72": docker.io/library/nginx:1.72: not found',
    ],
    [
      'acme/private',
      'ImagePullBackOff',
      'pull access denied, repository does not exist or may require authorization: server message: insufficient_scope: authorization failed',
    ],
    [
      'registry.invalid/api:1',
      'ImagePullBackOff',
      'failed to do request: Head "https://registry.invalid/v2/api/manifests/1": dial tcp: lookup registry.invalid on 10.96.0.10:53: no such host',
    ],
    ['127.0.0.1:1/api:1', 'ImagePullBackOff', 'dial tcp 127.0.0.1:1: connect: connection refused'],
    [
      'Nginx:1:2',
      'InvalidImageName',
      `Failed to apply default image tag "Nginx:1:2": couldn't parse image name "Nginx:1:2": invalid reference format: repository name (library/Nginx) must be lowercase`,
    ],
  ])('%s waits with reason %s and the message of that failure', async (image, reason, text) => {
    simulator.cluster.add(podWithImage('broken', image))
    await simulator.settle()
    const state = waiting(podNamed(simulator, 'broken'))
    expect(state?.reason).toBe(reason)
    expect(state?.message).toContain(text)
  })

  test('is not pulled under the policy Never', async () => {
    simulator.cluster.add(
      pod('never', { containers: [{ name: 'main', image: 'nginx:1.27', imagePullPolicy: 'Never' }] }),
    )
    await simulator.settle()
    expect(waiting(podNamed(simulator, 'never'))).toEqual({
      reason: 'ErrImageNeverPull',
      message: 'Container image "nginx:1.27" is not present with pull policy of Never',
    })
    expect(simulator.hub.requests).toEqual([])
  })

  test.each([500, 503] as const)('reports a registry that answers %s', async trouble => {
    simulator.hub.trouble = trouble
    simulator.cluster.add(podWithImage('unlucky', 'nginx'))
    await simulator.settle()
    expect(waiting(podNamed(simulator, 'unlucky'))?.message).toContain(
      `pulling from host registry-1.docker.io failed with status code [manifests latest]: ${trouble} `,
    )
  })
})

describe('the container type', () => {
  test('an init container that fails keeps the others from starting', async () => {
    const main = { name: 'main', image: 'nginx:1.27' }
    simulator.cluster.add(
      pod('initial', { initContainers: [{ name: 'init', image: 'nginx:none' }], containers: [main] }),
    )
    await simulator.settle()
    const { status } = podNamed(simulator, 'initial')
    expect(status.initContainerStatuses?.[0]?.state.waiting?.reason).toBe('ImagePullBackOff')
    expect(status.containerStatuses?.[0]?.state.waiting).toEqual({ reason: 'PodInitializing' })
    expect(simulator.hub.pulls).toEqual([])
  })

  test('a sidecar that fails keeps the others from starting, but not a running one', async () => {
    const sidecar = (image: string) => [{ name: 'sidecar', image, restartPolicy: 'Always' }]
    const main = { name: 'main', image: 'nginx:1.27' }
    simulator.cluster.add(pod('bad', { initContainers: sidecar('nginx:none'), containers: [main] }))
    simulator.cluster.add(pod('good', { initContainers: sidecar('nginx:1.27'), containers: [main] }))
    await simulator.settle()
    expect(podNamed(simulator, 'bad').status.phase).toBe('Pending')
    expect(podNamed(simulator, 'good').status).toMatchObject({
      phase: 'Running',
      initContainerStatuses: [{ ready: true, started: true }],
    })
  })

  test('an image volume fails the container that mounts it, and its pull event is about the whole pod', async () => {
    const main = { name: 'main', image: 'nginx:1.27', volumeMounts: [{ name: 'data', mountPath: '/data' }] }
    const other = { name: 'other', image: 'nginx:1.27' }
    const volumes = [{ name: 'data', image: { reference: 'acme/private:1', pullPolicy: 'IfNotPresent' } }]
    simulator.cluster.add(pod('volume', { containers: [main, other], volumes }))
    await simulator.settle()
    const { containerStatuses = [] } = podNamed(simulator, 'volume').status
    expect(containerStatuses.map(({ state }) => state.waiting?.reason)).toEqual([
      'ImagePullBackOff',
      undefined,
    ])
    const pulling = simulator.cluster
      .list('Event')
      .find(({ message }) => message === 'Pulling image "acme/private:1"')
    expect(pulling).toBeDefined()
    expect(pulling?.involvedObject).not.toHaveProperty('fieldPath')
  })

  test("a container that ended and can't be pulled again leaves the pod in phase Running", async () => {
    simulator.cluster.add(podWithImage('restarting', 'nginx'))
    await simulator.settle()
    simulator.hub.exhaust('127.0.0.1')
    simulator.cluster.change('Pod', 'default', 'restarting', copy => {
      const [main] = (copy.status?.containerStatuses ?? []) as { state: object }[]
      if (main) main.state = { terminated: { exitCode: 1, reason: 'Error' } }
    })
    await simulator.settle()
    expect(podNamed(simulator, 'restarting').status).toMatchObject({
      phase: 'Running',
      containerStatuses: [
        { state: { waiting: { reason: 'ImagePullBackOff' } }, lastState: { terminated: { exitCode: 1 } } },
      ],
    })
  })
})

describe('the credentials of a pod', () => {
  const privatePod = (...secrets: string[]) =>
    podWithImage('private', 'acme/private', { imagePullSecrets: secrets.map(name => ({ name })) })

  test('are sent to the registry, and the pull counts for that account', async () => {
    simulator.cluster.add(pullSecret('login', auths('acme', 'right')))
    simulator.cluster.add(privatePod('login'))
    await simulator.settle()
    expect(podNamed(simulator, 'private').status.phase).toBe('Running')
    expect(simulator.hub.pulls).toMatchObject([{ identity: 'acme', anonymous: false }])
  })

  test('with a wrong password are refused by the token server', async () => {
    simulator.cluster.add(pullSecret('login', auths('acme', 'wrong')))
    simulator.cluster.add(privatePod('login'))
    await simulator.settle()
    expect(waiting(podNamed(simulator, 'private'))?.message).toMatch(
      /failed to authorize: failed to fetch oauth token: unexpected status: 401 Unauthorized$/,
    )
  })

  test('are tried in turn, and their errors reported together', async () => {
    simulator.cluster.add(pullSecret('one', auths('acme', 'wrong')))
    simulator.cluster.add(pullSecret('two', auths('acme', 'wrong', 'docker.io/acme')))
    simulator.cluster.add(pullSecret('three', auths('acme', 'right', 'docker.io')))
    simulator.cluster.add(privatePod('one', 'two', 'three'))
    await simulator.settle()
    expect(podNamed(simulator, 'private').status.phase).toBe('Running')
  })

  test('that are missing cause an event, and the pull continues without them', async () => {
    simulator.cluster.add(privatePod('gone'))
    await simulator.settle()
    expect(eventsOf(simulator, 'private')).toContainEqual(
      expect.stringMatching(
        /^FailedToRetrieveImagePullSecret: Unable to retrieve some image pull secrets \(gone\); attempting to pull/,
      ),
    )
    expect(waiting(podNamed(simulator, 'private'))?.reason).toBe('ImagePullBackOff')
  })

  test("that can't be read become the waiting reason of every image of the pod", async () => {
    const text = 'unable to parse auth field, must be formatted as base64(username:password)'
    const auth = Buffer.from('no colon').toString('base64')
    simulator.cluster.add(pullSecret('broken', { auths: { 'ghcr.io': { auth } } }))
    simulator.cluster.add(podWithImage('private', 'nginx', { imagePullSecrets: [{ name: 'broken' }] }))
    await simulator.settle()
    expect(waiting(podNamed(simulator, 'private'))).toEqual({ reason: text, message: text })
    expect(eventsOf(simulator, 'private')).toEqual([`Failed: Error: ${text} ×1`])
  })

  test('in a Secret of another type are ignored', async () => {
    simulator.cluster.add(pullSecret('login', auths('acme', 'right'), 'Opaque'))
    simulator.cluster.add(privatePod('login'))
    await simulator.settle()
    expect(waiting(podNamed(simulator, 'private'))?.message).toContain('pull access denied')
  })
})
