// Reading a big cluster: `pullguard diagnose -A` against curl with the same minimal requests and, with --kubectl, `kubectl get pods -A`.
// KUBECONFIG names a cluster filled with many pods and a token user. One run, ratios.
import { spawnSync } from 'node:child_process'
import { mkdtempSync, readFileSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { parse } from 'yaml'
import { compare, print, run } from './measure.mjs'

const BIN = join(import.meta.dirname, '../bin/pullguard.js')
const config = parse(readFileSync(process.env.KUBECONFIG, 'utf8'))
const { server, 'certificate-authority': authority } = config.clusters[0].cluster
const folder = mkdtempSync(join(tmpdir(), 'pullguard-bench-'))

const REQUESTS = [
  ['/api/v1/pods?includeObject=None', 'application/json;as=Table;v=v1;g=meta.k8s.io'],
  ['/api/v1/pods?fieldSelector=status.phase!%3DRunning,status.phase!%3DSucceeded', 'application/json'],
  ['/api/v1/events?fieldSelector=reason%3DFailed,involvedObject.kind%3DPod', 'application/json'],
]
// One curl process, the requests at once, as one client would send them.
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

const medians = compare(
  [
    {
      name: 'curl',
      command: 'curl',
      args: ['--parallel', '--parallel-immediate', '-K', join(folder, 'curl')],
    },
    {
      name: 'pullguard diagnose -A',
      command: process.execPath,
      args: [BIN, 'diagnose', '-A'],
      codes: [0, 1],
    },
  ],
  7,
)
print(medians, 'curl')
if (process.argv.includes('--kubectl')) {
  const kubectl = run({ command: 'kubectl', args: ['get', 'pods', '-A'] })
  const ratio = kubectl.seconds / medians.get('pullguard diagnose -A').seconds
  console.log(
    `kubectl get pods -A: ${kubectl.seconds.toFixed(1)} s, ${kubectl.megabytes?.toFixed(0)} MB; diagnose takes 1/${ratio.toFixed(0)} of it`,
  )
}
const found = spawnSync(process.execPath, [BIN, 'diagnose', '-A', '-o', 'json'], {
  maxBuffer: 1 << 28,
  encoding: 'utf8',
})
const { summary, findings } = JSON.parse(found.stdout)
console.log(
  `${summary.pods} pods seen, ${summary.failingPods} failing, ${findings.length} findings`,
  summary.causes,
)
