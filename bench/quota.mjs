// Runs `pullguard quota -A --usage` on a large cluster; with --kubectl, compares it with `kubectl get pods -A`. KUBECONFIG names a cluster
// with many pods, which don't have to run. Creates 5,000 workloads and 1,000 nodes first, unless they exist.
import { mkdtempSync, readFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { isMainThread, parentPort, Worker } from 'node:worker_threads'
import { Agent, request } from 'undici'
import { parse } from 'yaml'
import { Clock } from '../src/simulator/cluster/clock.ts'
import { Hub } from '../src/simulator/hub/hub.ts'
import { compare, print } from './measure.mjs'

const BIN = join(import.meta.dirname, '../bin/pullguard.js')
const WORKLOADS = 5000
const NODES = 1000
const AT_ONCE = 32
const IMAGES = [
  'nginx:1.27.3',
  'redis:7.4',
  'acme/api:2',
  'quay.io/acme/envoy:v1',
  'ghcr.io/acme/web:3',
  'acme/tool',
]

/** Runs in its own thread, because the main thread waits for processes synchronously. */
async function serveHub() {
  const hub = new Hub({ clock: new Clock(Date.now) })
  hub.addImage({ repository: 'ratelimitpreview/test' })
  await hub.listen()
  parentPort.postMessage(hub.url)
}

function api() {
  const config = parse(readFileSync(process.env.KUBECONFIG, 'utf8'))
  const { server, 'certificate-authority': authority } = config.clusters[0].cluster
  const dispatcher = new Agent({ connect: { ca: readFileSync(authority) }, connections: AT_ONCE })
  const headers = {
    authorization: `Bearer ${config.users[0].user.token}`,
    'content-type': 'application/json',
  }
  return async (method, path, object, type = 'application/json') => {
    const body = object && JSON.stringify(object)
    const sent = { ...headers, 'content-type': type }
    const answer = await request(server + path, { dispatcher, method, headers: sent, body })
    const text = await answer.body.text()
    if (answer.statusCode >= 300 && answer.statusCode !== 409)
      throw new Error(`${path}: ${text.slice(0, 200)}`)
    return JSON.parse(text)
  }
}

function workloadOf(index, namespaces) {
  const namespace = namespaces[index % namespaces.length]
  const metadata = { name: `bench-${index}`, namespace }
  const labels = { app: metadata.name }
  const env = Array.from({ length: 12 }, (_, key) => ({
    name: `SETTING_${key}`,
    value: `value-${key}-${index}`,
  }))
  const containers = [0, 1].map(at => ({ name: `c${at}`, image: IMAGES[(index + at) % IMAGES.length], env }))
  const pod = { metadata: { labels }, spec: { containers } }
  if (index % 10 === 0) {
    const job = { spec: { template: { ...pod, spec: { ...pod.spec, restartPolicy: 'Never' } } } }
    const spec = { schedule: `*/${5 + (index % 50)} * * * *`, jobTemplate: job }
    return [
      `/apis/batch/v1/namespaces/${namespace}/cronjobs`,
      { apiVersion: 'batch/v1', kind: 'CronJob', metadata, spec },
    ]
  }
  const [kind, plural] = index % 100 === 1 ? ['DaemonSet', 'daemonsets'] : ['Deployment', 'deployments']
  const replicas = kind === 'Deployment' ? { replicas: 10 } : {}
  const spec = { ...replicas, selector: { matchLabels: labels }, template: pod }
  return [`/apis/apps/v1/namespaces/${namespace}/${plural}`, { apiVersion: 'apps/v1', kind, metadata, spec }]
}

async function fill(call) {
  const { items } = await call('GET', '/api/v1/namespaces')
  const namespaces = items.map(({ metadata }) => metadata.name).filter(name => !name.startsWith('kube-'))
  const seen = await call('GET', `/apis/batch/v1/namespaces/${namespaces[0]}/cronjobs?limit=1`)
  if (seen.items.length > 0) return
  const each = async (count, work) => {
    const queue = Array.from({ length: count }, (_, index) => index).values()
    await Promise.all(
      Array.from({ length: AT_ONCE }, async () => {
        for (const index of queue) await work(index)
      }),
    )
  }
  await each(NODES, async index => {
    const metadata = {
      name: `node-${index}`,
      labels: { 'kubernetes.io/os': 'linux', 'kubernetes.io/arch': 'amd64' },
    }
    await call('POST', '/api/v1/nodes', { apiVersion: 'v1', kind: 'Node', metadata })
    const images = Array.from({ length: 50 }, (_, at) => ({
      names: [
        `docker.io/acme/image-${at}@sha256:${'0'.repeat(64)}`,
        `docker.io/acme/image-${at}:${index % 7}`,
      ],
      sizeBytes: 1000,
    }))
    const runtime = index % 4 === 0 ? 'cri-o://1.34.0' : 'containerd://2.1.4'
    const nodeInfo = { containerRuntimeVersion: runtime, architecture: 'amd64', operatingSystem: 'linux' }
    const blank = {
      machineID: '',
      systemUUID: '',
      bootID: '',
      kernelVersion: '',
      osImage: '',
      kubeletVersion: '',
      kubeProxyVersion: '',
    }
    const status = { images, nodeInfo: { ...blank, ...nodeInfo } }
    await call('PATCH', `/api/v1/nodes/${metadata.name}/status`, { status }, 'application/merge-patch+json')
  })
  await each(WORKLOADS, async index => {
    const [path, object] = workloadOf(index, namespaces)
    await call('POST', path, object)
  })
}

async function measure() {
  await fill(api())
  const hub = new Worker(new URL(import.meta.url))
  const url = await new Promise(done => hub.once('message', done))
  const home = mkdtempSync(join(tmpdir(), 'pullguard-bench-'))
  const env = { HOME: home, DOCKER_CONFIG: home, PULLGUARD_REGISTRY_ENDPOINTS: `docker.io=${url}` }
  const pullguard = (...args) => ({
    name: `pullguard ${args.join(' ')}`,
    command: process.execPath,
    args: [BIN, ...args],
    env,
    codes: [0, 1],
  })
  const jobs = [pullguard('quota', '--local'), pullguard('quota', '-A'), pullguard('quota', '-A', '--usage')]
  const usage = jobs[2].name
  if (process.argv.includes('--kubectl')) {
    const kubectl = { name: 'kubectl get pods -A', command: 'kubectl', args: ['get', 'pods', '-A'] }
    print(compare([...jobs, kubectl], 3), kubectl.name)
  } else print(compare(jobs, 5), usage)
  await hub.terminate()
}

if (isMainThread) await measure()
else await serveHub()
