// Reads a large cluster: `pullguard diagnose -A` as a table and as JSON, compared with curl sending the same large requests and, with
// --kubectl, with `kubectl get pods -A`. KUBECONFIG names a cluster with many pods and a token user. Runs in turn, so that ratios stay
// valid.
import { spawnSync } from 'node:child_process'
import { mkdtempSync, readFileSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { parse } from 'yaml'
import { compare, print } from './measure.mjs'

const BIN = join(import.meta.dirname, '../bin/pullguard.js')
const config = parse(readFileSync(process.env.KUBECONFIG, 'utf8'))
const { server, 'certificate-authority': authority } = config.clusters[0].cluster
const folder = mkdtempSync(join(tmpdir(), 'pullguard-bench-'))

const PROTOBUF = 'application/vnd.kubernetes.protobuf'
const REQUESTS = [
  ['/api/v1/pods?includeObject=None', 'application/json;as=Table;v=v1;g=meta.k8s.io'],
  ['/api/v1/pods?fieldSelector=status.phase!%3DRunning,status.phase!%3DSucceeded', PROTOBUF],
  ['/api/v1/events?fieldSelector=reason%3DFailed,involvedObject.kind%3DPod', PROTOBUF],
]
// One curl process that sends the requests in parallel, like a single client.
const lines = REQUESTS.flatMap(([path, accept], index) => [
  ...(index === 0 ? [] : ['next']),
  `url = "${server}${path}"`,
  `header = "Accept: ${accept}"`,
  `header = "Authorization: Bearer ${config.users[0].user.token}"`,
  `cacert = "${authority}"`,
  'silent',
  'output = "/dev/null"',
])
writeFileSync(join(folder, 'curl'), lines.join('\n'), { mode: 0o600 })

const curl = ['--parallel', '--parallel-immediate', '-K', join(folder, 'curl')]
const pullguard = args => ({
  name: `pullguard ${args.join(' ')}`,
  command: process.execPath,
  args: [BIN, ...args],
  codes: [0, 1],
})
const jobs = [
  { name: 'curl', command: 'curl', args: curl },
  pullguard(['diagnose', '-A']),
  pullguard(['diagnose', '-A', '-o', 'json']),
]
if (process.argv.includes('--kubectl')) {
  const kubectl = { name: 'kubectl get pods -A', command: 'kubectl', args: ['get', 'pods', '-A'] }
  print(compare([...jobs, kubectl], 3), kubectl.name)
} else print(compare(jobs, 7), 'curl')

const found = spawnSync(process.execPath, [BIN, 'diagnose', '-A', '-o', 'json'], {
  maxBuffer: 1 << 28,
  encoding: 'utf8',
})
const { summary, findings } = JSON.parse(found.stdout)
console.log(
  `${summary.pods} pods seen, ${summary.failingPods} failing, ${findings.length} findings`,
  summary.causes,
)
