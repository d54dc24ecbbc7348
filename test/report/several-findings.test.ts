/** Steps that several findings share: which nodes and namespaces they name, and how many pods they are for. */
import { describe, expect, test } from 'vitest'
import { adviseDiagnosis, withSteps } from '../../src/advice/add-steps.ts'
import { diagnose } from '../../src/diagnosis/diagnose.ts'
import { stepsOf } from '../../src/report/words/steps.ts'
import { nextStep } from '../../src/report/words/summary.ts'
import type { Pod } from '../../src/snapshot/pod.ts'
import type { PullSecret } from '../../src/snapshot/pull-secret.ts'
import type { ServiceAccount } from '../../src/snapshot/snapshot.ts'
import { NODE } from '../advice/situation.ts'
import { container, pod, snapshot, waiting } from '../diagnosis/snapshots.ts'

const invocation = { program: 'pullguard', flags: [], fromDump: false, everywhereExcept: [] }

function told(pods: Pod[], pullSecrets: PullSecret[] = [], serviceAccounts: ServiceAccount[] = []) {
  const names = new Set(pods.map(({ node }) => node ?? ''))
  const nodes = [...names].map(name => ({ ...NODE, name, runtime: 'containerd://2.1.4' }))
  const found = diagnose(snapshot({ pods, nodes, pullSecrets, serviceAccounts, podCount: pods.length }))
  const [first, ...others] = found.findings.map(withSteps)
  if (first === undefined) throw new Error('no finding')
  const steps = stepsOf([first, ...others], invocation)
  return { steps, next: nextStep({ ...found, findings: [first, ...others] }, invocation) }
}

const failing = (fields: Partial<Pod>, image: string, error: string) =>
  pod({ ...fields, containers: [container({ image, state: waiting('ErrImagePull', error) })] })

const SILENT = 'failed to do request: Head "https://registry.example/v2/": dial tcp 1.2.3.4:443: i/o timeout'

test.each([
  [['node-1'], 'on node node-1'],
  [['node-1', 'node-1'], 'on node node-1'],
  [['node-1', 'node-2'], 'on nodes node-1 and node-2'],
  [['node-1', 'node-2', 'node-3', 'node-4'], 'on nodes node-1, node-2, and 2 more'],
])('a step on %s has to run %s', (nodes, where) => {
  const pods = nodes.map((node, index) =>
    failing({ node, name: `shop-${index}`, uid: `${index}` }, 'registry.example/a:1', SILENT),
  )
  const { steps, next } = told(pods)
  expect(steps[0]).toMatchObject({ where, text: expect.stringContaining(where) })
  expect(next).toMatchObject({ where, reach: { pods: nodes.length } })
  const enter = steps.find(({ text }) => text.startsWith('Get a shell'))
  expect(enter?.command).toContain('node/node-1')
  expect(/likewise/.test(enter?.text ?? '')).toBe(new Set(nodes).size > 1)
})

test('names that Artifact Registry can not have are corrected together, and the command says whose it is', () => {
  const pods = ['redis', 'nginx'].map(name => {
    const image = `europe-docker.pkg.dev/bitnami/${name}:1`
    return failing({ name, uid: name }, image, `${image}: not found`)
  })
  expect(told(pods).steps[0]?.text).toMatch(
    /^Correct the names \S+\/bitnami\/\w+:1 and \S+\/bitnami\/\w+:1: .*; this command is for the first of 2 workloads$/,
  )
})

describe('a secret of another namespace', () => {
  const error = 'failed to authorize: failed to fetch anonymous token: unexpected status: 401 Unauthorized'
  const podsIn = (namespaces: string[], pullSecrets: string[] = []) =>
    namespaces.map(namespace =>
      failing({ namespace, uid: namespace, pullSecrets }, 'registry.example/a:1', error),
    )
  const login = { key: 'registry.example', username: 'acme', problem: null }
  const secret: PullSecret = {
    namespace: 'shop',
    name: 'regcred',
    type: 'kubernetes.io/dockerconfigjson',
    problem: null,
    entries: [login],
  }
  const missing: PullSecret = {
    ...secret,
    namespace: 'preview',
    type: null,
    problem: 'missing',
    entries: [],
  }
  const copyOf = (pods: Pod[], secrets = [secret, missing]) =>
    told(pods, secrets).steps.find(({ text }) => text.startsWith('Copy secret'))

  test('is copied into all namespaces that need it', () => {
    expect(copyOf(podsIn(['preview', 'staging']))?.text).toMatch(
      /from namespace shop into preview and staging/,
    )
  })

  test('is copied by a command, and added to the service account by name where the pod does not name it', () => {
    const command = `kubectl -n shop get secret regcred -o jsonpath='{.data.\\.dockerconfigjson}' | base64 --decode | kubectl -n preview create secret docker-registry regcred --from-file=.dockerconfigjson=/dev/stdin`
    expect(copyOf(podsIn(['preview'], ['regcred']))).toMatchObject({ command })
    const unnamed = copyOf(podsIn(['preview']))
    expect(unnamed).toMatchObject({ command })
    expect(unnamed?.text).toContain(
      'service account default (`kubectl -n preview edit serviceaccount default`)',
    )
    expect(copyOf(podsIn(['preview', 'staging']))?.command).toMatch(
      / -n preview create .* && .* -n staging create /,
    )
    expect(copyOf(podsIn(['a', 'b', 'c', 'd']))).not.toHaveProperty('command')
  })

  test('is needed by the next namespaces, too, where these were made with their pods', () => {
    const pods = podsIn(['preview', 'staging'])
    const copyAt = (namespaceSince: string) =>
      told(
        pods,
        [secret, missing],
        pods.map(({ namespace }) => ({ namespace, name: 'default', imagePullSecrets: [], namespaceSince })),
      ).steps.find(({ text }) => text.startsWith('Copy secret'))?.text
    expect(copyAt(pods[0]?.createdAt ?? '')).toMatch(/the next ones lack it as well$/)
    expect(copyAt('2026-01-01T00:00:00Z')).not.toMatch(/next ones/)
  })

  test('keeps the older type that it has', () => {
    const old = { ...secret, type: 'kubernetes.io/dockercfg' }
    const command = `kubectl -n shop get secret regcred -o jsonpath='{.data.\\.dockercfg}' | base64 --decode | kubectl -n preview create secret generic regcred --type=kubernetes.io/dockercfg --from-file=.dockercfg=/dev/stdin`
    expect(copyOf(podsIn(['preview'], ['regcred']), [old, missing])).toMatchObject({ command })
  })

  test('gets another name where one of its name is there', () => {
    const other = { ...secret, namespace: 'preview', entries: [{ ...login, key: 'quay.io' }] }
    const copy = copyOf(podsIn(['preview'], ['regcred']), [secret, other])
    expect(copy?.text).toMatch(
      /into preview under another name, and add that to the imagePullSecrets beside regcred/,
    )
    expect(copy).not.toHaveProperty('command')
  })
})

test('a step that names one image is not for pods with another one', () => {
  const damaged = `failed to unpack image on snapshotter overlayfs: failed to extract layer sha256:${'a'.repeat(64)}: unexpected EOF`
  const pods = ['a', 'b'].map(name => failing({ name, uid: name }, `registry.example/${name}:1`, damaged))
  expect(told(pods).next).toMatchObject({
    command: 'crictl rmi registry.example/a:1',
    reach: { pods: 1, of: 2 },
  })
})

describe('a host that another node gets answers from', () => {
  const image = 'registry.example/a:1'
  const get = (why: string) => `Error response from daemon: Get "https://registry.example/v2/": ${why}`
  const there = failing(
    { node: 'node-2', name: 'b', uid: 'b' },
    image,
    'Error response from daemon: manifest for registry.example/a:1 not found: manifest unknown',
  )
  const at = (why: string) =>
    told([failing({ node: 'node-1', name: 'a', uid: 'a' }, image, get(why)), there]).steps.map(
      ({ text }) => text,
    )

  test('has a name, so one node does not know it', () => {
    const steps = at('dial tcp: lookup registry.example on 10.0.0.2:53: no such host')
    expect(steps).toContainEqual(
      expect.stringMatching(/^Compare \/etc\/hosts .* on node node-1 with those of node node-2/),
    )
    expect(steps.join()).not.toMatch(/host name for a typo/)
  })

  test.each(['dial tcp 1.2.3.4:443: connect: connection refused', 'dial tcp 1.2.3.4:443: i/o timeout'])(
    'can be reached, so the way of one node differs: %s',
    why => {
      expect(at(why)).toContainEqual(
        expect.stringMatching(/^Compare the network .* with those of node node-2/),
      )
    },
  )

  test('says nothing of a node that asked another host, or of the same node', () => {
    const other = failing({ node: 'node-2', name: 'b', uid: 'b' }, 'other.example/a:1', 'manifest unknown')
    const same = { ...there, node: 'node-1' }
    const lost = failing(
      { node: 'node-1', name: 'a', uid: 'a' },
      image,
      get('dial tcp: lookup registry.example on 10.0.0.2:53: no such host'),
    )
    for (const pods of [
      [lost, other],
      [lost, same],
    ])
      expect(
        told(pods)
          .steps.map(({ text }) => text)
          .join(),
      ).not.toMatch(/Compare/)
  })
})

test('pods that programs created for one run are corrected there, and not recreated', () => {
  const limit =
    '429 Too Many Requests - toomanyrequests: You have reached your unauthenticated pull rate limit'
  const makers = ['gitlab-runner', 'jenkins'] as const
  const limited = told(
    makers.map(maker => failing({ maker, controller: null, uid: maker, name: maker }, 'node:20', limit)),
  ).steps
  expect(limited[0]?.command).toBe('pullguard fix -n web')
  expect(limited[1]?.text).toMatch(
    /retry the job in GitLab and run the build in Jenkins again\. .* created these/,
  )
  const ofRunner = told([failing({ maker: 'github-actions', controller: null }, 'node:20', limit)]).steps
  expect(ofRunner[1]?.text).toMatch(/^Get a new pod: delete the EphemeralRunner that owns the pod/)
  const copied = told([failing({ maker: 'vcluster', controller: null }, 'node:20-alpin', 'not found')])
  expect(copied.steps.map(({ text }) => text)).toContain(
    "Set the correct image in the pod's workload inside the virtual cluster, then delete the pod there, unless its workload replaces it: vCluster created the pod as a copy of one in a virtual cluster",
  )
  const missing = told([failing({ maker: 'gitlab-runner', controller: null }, 'node:20-alpin', 'not found')])
  expect(missing.steps.map(({ text }) => text)).toContainEqual(
    expect.stringMatching(
      /^Set the correct image as image of the job in \.gitlab-ci\.yml .*, then retry the job/,
    ),
  )
})

test('of two containers of a pod, the one that a login does not help comes first, as the next step says, too', () => {
  const refused = 'failed to authorize: failed to fetch anonymous token: unexpected status: 401 Unauthorized'
  const waits = (name: string, image: string, error: string) =>
    container({ name, image, state: waiting('ErrImagePull', error) })
  const sidecar = waits('proxy', 'registry.example/proxy:1', refused)
  const app = waits('app', 'ghcr.io/acme/app:2', 'ghcr.io/acme/app:2: not found')
  const found = adviseDiagnosis(diagnose(snapshot({ pods: [pod({ containers: [sidecar, app] })] })))
  expect(found.findings.map(({ container: name }) => name)).toEqual(['app', 'proxy'])
  expect(nextStep(found, invocation)?.text).toContain('ghcr.io/acme/app:2')
  const alone = adviseDiagnosis(
    diagnose(
      snapshot({
        pods: [pod({ containers: [sidecar] }), pod({ name: 'b', uid: 'b', containers: [app] })],
      }),
    ),
  )
  expect(alone.findings.map(({ container: name }) => name)).toEqual(['proxy', 'app'])
})

test('the new place of the first image goes with the command for its workload, of several that moved', () => {
  const gone = (name: string, of: string) => {
    const image = `gcr.io/cloud-provider-vsphere/csi/release/${of}:v3.3.1`
    const controller = { apiVersion: 'apps/v1', kind: 'DaemonSet', name, uid: name }
    return failing({ name: `${name}-1`, uid: name, controller }, image, `${image}: not found`)
  }
  const [step] = told([gone('node', 'driver'), gone('sync', 'syncer')]).steps
  const [, workload, place] =
    /^kubectl .* set image daemonset\/(\w+) \w+=(\S+)$/.exec(step?.command ?? '') ?? []
  expect(place).toBe(`registry.k8s.io/csi-vsphere/${workload === 'node' ? 'driver' : 'syncer'}:v3.3.1`)
  expect(step?.text).toContain(`Use ${place} instead`)
  expect(step?.text).toContain('this command is for the first of 2 workloads')
})

test.each([
  [['node-1'], /^Pull the image on another node/],
  [['node-1', 'node-2'], /^Set CONTAINERD_DISABLE_PIGZ=1 .* pigz fails on nodes node-1 and node-2/],
])('what pigz finds damaged on %s is not the fault of each of several nodes', (nodes, text) => {
  const error =
    'failed to extract layer sha256:00: exit status 1: unpigz: skipping: <stdin>: corrupted -- crc32 mismatch'
  const pods = nodes.map((node, index) =>
    failing({ node, name: `shop-${index}`, uid: `${index}` }, 'registry.example/a:1', error),
  )
  expect(told(pods).steps[0]?.text).toMatch(text)
})

test.each([
  [['node-1'], true],
  [['node-1', 'node-2'], false],
])('a diff ID that differs on %s may be the fault of the node: %s', (nodes, mayBe) => {
  const error = 'failed to extract layer sha256:00: wrong diff id calculated on extraction "sha256:01"'
  const pods = nodes.map((node, index) =>
    failing({ node, name: `shop-${index}`, uid: `${index}` }, 'registry.example/a:1', error),
  )
  expect(/memory/.test(told(pods).steps[0]?.text ?? '')).toBe(mayBe)
})
