// Compares `pullguard fix -A --yes` with a shell loop of `kubectl create secret` and `kubectl patch serviceaccount`, in one run. KUBECONFIG
// names a cluster with many namespaces and findings that need a credential; everything written is undone. The loop is timed on some of the
// namespaces and scaled up to all. Neither side recreates pods.
import { spawnSync } from 'node:child_process'
import { mkdtempSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { isMainThread, parentPort, Worker } from 'node:worker_threads'
import { Clock } from '../src/simulator/cluster/clock.ts'
import { Hub } from '../src/simulator/hub/hub.ts'
import { run } from './measure.mjs'

const SAMPLE = 25
const PASSWORD = 'password-of-the-benchmark'
const BIN = join(import.meta.dirname, '../bin/pullguard.js')

/** Runs in its own thread, because the main thread waits for processes synchronously. */
async function serveHub() {
  const hub = new Hub({ clock: new Clock(Date.now) })
  hub.addAccount({ name: 'bench', password: PASSWORD })
  for (const repository of ['library/nginx', 'ratelimitpreview/test']) hub.addImage({ repository })
  await hub.listen()
  parentPort.postMessage(hub.url)
}

function kubectl(...args) {
  return spawnSync('kubectl', args, { encoding: 'utf8' }).stdout
}

/** Returns the seconds that the shell loop takes per namespace. */
function timeLoop(namespaces) {
  const commands = namespaces.map(
    name => `
kubectl -n ${name} create secret docker-registry loopcreds --docker-username=bench --docker-password=${PASSWORD}
kubectl -n ${name} patch serviceaccount default -p '{"imagePullSecrets":[{"name":"loopcreds"}]}'`,
  )
  const { seconds } = run({ command: 'bash', args: ['-ec', commands.join('')] })
  for (const name of namespaces) {
    kubectl('-n', name, 'delete', 'secret', 'loopcreds')
    const remove = '[{"op":"remove","path":"/imagePullSecrets"}]'
    kubectl('-n', name, 'patch', 'serviceaccount', 'default', '--type=json', '-p', remove)
  }
  return seconds / namespaces.length
}

async function measure() {
  const hub = new Worker(new URL(import.meta.url))
  const url = await new Promise(done => hub.once('message', done))
  const home = mkdtempSync(join(tmpdir(), 'pullguard-bench-'))
  const auth = Buffer.from(`bench:${PASSWORD}`).toString('base64')
  writeFileSync(
    join(home, 'config.json'),
    JSON.stringify({ auths: { 'https://index.docker.io/v1/': { auth } } }),
  )
  const env = { DOCKER_CONFIG: home, XDG_STATE_HOME: home, PULLGUARD_REGISTRY_ENDPOINTS: `docker.io=${url}` }
  const pullguard = (...args) =>
    run({ command: process.execPath, args: [BIN, ...args], env, codes: [0, 1, 3] })

  const names = kubectl('get', 'namespaces', '-o', 'name').trim().replaceAll('namespace/', '').split('\n')
  const before = timeLoop(names.slice(0, SAMPLE))
  const fix = pullguard('fix', '-A', '--yes', '--no-recreate')
  const after = timeLoop(names.slice(-SAMPLE))
  const undo = pullguard('undo', '--yes')
  await hub.terminate()

  const loop = ((before + after) / 2) * names.length
  console.log(
    `shell loop over ${names.length} namespaces ${loop.toFixed(1).padStart(8)} s (scaled up from 2 x ${SAMPLE})`,
  )
  console.log(
    `pullguard fix -A --yes ${fix.seconds.toFixed(1).padStart(18)} s ${fix.megabytes?.toFixed(0)} MB: 1/${(loop / fix.seconds).toFixed(1)} of the loop`,
  )
  console.log(
    `pullguard undo --yes ${undo.seconds.toFixed(1).padStart(20)} s ${undo.megabytes?.toFixed(0)} MB`,
  )
}

await (isMainThread ? measure() : serveHub())
