// Waits for many workloads among very many pods: requests, time, and memory of `pullguard wait`, compared with the requests of one `kubectl
// rollout status` per workload. A simulated cluster in its own thread serves both alike and counts requests.
import { spawn } from 'node:child_process'
import { mkdtempSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { isMainThread, parentPort, Worker } from 'node:worker_threads'
import { startSimulator } from '../src/simulator/simulator.ts'

const BIN = join(import.meta.dirname, '../bin/pullguard.js')
const WORKLOADS = Number(process.env.WORKLOADS ?? 500)
const PODS = Number(process.env.PODS ?? 50_000)
/** Milliseconds from the start of the wait to the first ready pod, and between ready pods. */
const FIRST = 8_000
const EACH = 20
const SAMPLE = 5

const image = 'docker.io/library/nginx:1.27'
const labels = index => ({ app: `web-${index}`, release: 'bench' })
const owner = (kind, name, uid) => [{ apiVersion: 'apps/v1', kind, name, uid, controller: true }]
const condition = (type, status) => ({ type, status })

function podOf(name, own, ready, ownerReferences) {
  const state = ready
    ? { running: { startedAt: '2026-11-24T12:00:00Z' } }
    : { waiting: { reason: 'ContainerCreating' } }
  return {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { name, namespace: 'default', labels: own, ownerReferences },
    spec: { nodeName: 'node-1', serviceAccountName: 'default', containers: [{ name: 'main', image }] },
    status: podStatus(state, ready),
  }
}

const podStatus = (state, ready) => ({
  phase: ready ? 'Running' : 'Pending',
  conditions: [condition('Ready', ready ? 'True' : 'False'), condition('PodScheduled', 'True')],
  containerStatuses: [
    { name: 'main', image, imageID: ready ? `${image}@sha256:1` : '', ready, restartCount: 0, state },
  ],
})

/** Starts no controller and no kubelet: with this many pods, they would use all the CPU time. */
async function serve() {
  const simulator = await startSimulator()
  const { cluster } = simulator
  for (let index = 0; index < PODS; index++)
    cluster.add(podOf(`other-${index}`, { app: 'other' }, true, owner('ReplicaSet', 'other', 'uid-other')))
  for (let index = 0; index < WORKLOADS; index++) {
    const name = `web-${index}`
    const own = labels(index)
    const template = { metadata: { labels: own }, spec: { containers: [{ name: 'main', image }] } }
    const spec = { replicas: 1, selector: { matchLabels: { app: name } }, template }
    const meta = {
      namespace: 'default',
      labels: own,
      annotations: { 'deployment.kubernetes.io/revision': '1' },
    }
    const deployment = cluster.add({
      apiVersion: 'apps/v1',
      kind: 'Deployment',
      metadata: { ...meta, name },
      spec,
      status: { observedGeneration: 1, replicas: 1, updatedReplicas: 1, unavailableReplicas: 1 },
    })
    const set = cluster.add({
      apiVersion: 'apps/v1',
      kind: 'ReplicaSet',
      metadata: {
        ...meta,
        name: `${name}-1`,
        ownerReferences: owner('Deployment', name, deployment.metadata.uid),
      },
      spec,
      status: { observedGeneration: 1, replicas: 1 },
    })
    cluster.add(podOf(`${name}-1-x`, own, false, owner('ReplicaSet', `${name}-1`, set.metadata.uid)))
  }
  const requests = agent => simulator.requests.filter(({ userAgent }) => userAgent.startsWith(agent)).length
  parentPort.on('message', message => {
    if (message === 'roll') roll(cluster)
    else parentPort.postMessage(requests(message))
  })
  parentPort.postMessage(simulator.kubeconfig)
}

function roll(cluster) {
  let index = 0
  const next = () => {
    const name = `web-${index}`
    cluster.change('Pod', 'default', `${name}-1-x`, copy => {
      copy.status = podStatus({ running: { startedAt: '2026-11-24T12:00:00Z' } }, true)
    })
    cluster.change('Deployment', 'default', name, copy => {
      copy.status = {
        observedGeneration: 1,
        replicas: 1,
        updatedReplicas: 1,
        readyReplicas: 1,
        availableReplicas: 1,
      }
    })
    index += 1
    if (index < WORKLOADS) setTimeout(next, EACH)
  }
  setTimeout(next, FIRST)
}

async function measure() {
  const cluster = new Worker(new URL(import.meta.url))
  const heard = () => new Promise(done => cluster.once('message', done))
  const ask = agent => {
    cluster.postMessage(agent)
    return heard()
  }
  const kubeconfig = join(mkdtempSync(join(tmpdir(), 'pullguard-bench-')), 'config')
  writeFileSync(kubeconfig, await heard(), { mode: 0o600 })
  const env = { ...process.env, KUBECONFIG: kubeconfig }
  cluster.postMessage('roll')
  const began = performance.now()
  const args = ['-v', process.execPath, BIN, 'wait', '-l', 'release=bench', '--timeout', '5m']
  const child = spawn('/usr/bin/time', args, { env, stdio: ['ignore', 'ignore', 'pipe'] })
  let output = ''
  child.stderr.setEncoding('utf8').on('data', text => {
    output += text
  })
  const code = await new Promise(done => child.on('close', done))
  const seconds = (performance.now() - began) / 1000
  const megabytes = Number(/Maximum resident set size \(kbytes\): (\d+)/.exec(output)?.[1]) / 1024
  const cpu = Number(/User time \(seconds\): ([\d.]+)/.exec(output)?.[1])
  const own = await ask('pullguard')
  for (let index = 0; index < SAMPLE; index++)
    await new Promise(done =>
      spawn('kubectl', ['rollout', 'status', `deployment/web-${index}`, '--timeout=10s'], {
        env,
        stdio: 'ignore',
      }).on('close', done),
    )
  const each = (await ask('kubectl')) / SAMPLE
  const rollout = (FIRST + EACH * WORKLOADS) / 1000
  console.log(`${WORKLOADS} workloads among ${PODS} pods; the last is ready after ${rollout.toFixed(0)} s`)
  console.log(
    `pullguard wait: code ${code}, ${seconds.toFixed(1)} s, ${cpu} s of CPU, ${megabytes.toFixed(0)} MB, ${own} requests`,
  )
  console.log(
    `kubectl rollout status: ${each} requests each, ${each * WORKLOADS} for all: ${((each * WORKLOADS) / own).toFixed(0)} times as many`,
  )
  await cluster.terminate()
}

await (isMainThread ? measure() : serve())
