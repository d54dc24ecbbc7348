// Reads a large dump: `pullguard diagnose -f FILE` on 50,000 pods of about 26 KB each, compared with a plain read of the same file by node.
// One run; prints ratios. Writes the dump (1.3 GB) to the temporary folder and deletes it. The first argument overrides the number of pods.
import { spawnSync } from 'node:child_process'
import { createWriteStream, mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { compare, print } from './measure.mjs'

const BIN = join(import.meta.dirname, '../bin/pullguard.js')
const PODS = Number(process.argv[2] ?? 50_000)
/** One in this many pods can't pull its image. */
const FAILING = 100
/** Environment variables in each of two containers, for a pod of 26 KB. */
const VARIABLES = 84
const ROUNDS = 3
const MOST_MEGABYTES = 400

function pod(number) {
  const fails = number % FAILING === 0
  const name = `pod-${number}`
  const containers = ['main', 'side'].map(container => ({
    name: container,
    image: `registry.example/${container}:1`,
    // Many short values are harder to parse than a few long ones.
    env: Array.from({ length: VARIABLES }, (_, index) => ({
      name: `APP_SETTING_${index}`,
      value: `value-${index}-${name}`,
    })),
    resources: { requests: { cpu: '10m', memory: '16Mi' } },
  }))
  const message =
    'Back-off pulling image "registry.example/main:1": ErrImagePull: toomanyrequests: You have reached your pull rate limit'
  return {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: {
      name,
      namespace: `namespace-${number % 500}`,
      uid: `uid-${number}`,
      resourceVersion: String(number + 1),
    },
    spec: { nodeName: `node-${number % 1000}`, containers },
    status: {
      phase: fails ? 'Pending' : 'Running',
      containerStatuses: containers.map((container, index) => ({
        name: container.name,
        ready: !fails,
        state: fails && index === 0 ? { waiting: { reason: 'ImagePullBackOff', message } } : { running: {} },
      })),
    },
  }
}

/** In the format of `kubectl get pods -A -o json`. */
function* dump() {
  yield '{\n    "apiVersion": "v1",\n    "items": [\n'
  for (let number = 0; number < PODS; number++)
    yield `${number === 0 ? '' : ',\n'}${JSON.stringify(pod(number), null, 4)}`
  yield '\n    ],\n    "kind": "List",\n    "metadata": {"resourceVersion": ""}\n}\n'
}

const folder = mkdtempSync(join(tmpdir(), 'pullguard-bench-'))
process.on('exit', () => rmSync(folder, { recursive: true }))
const file = join(folder, 'dump.json')
await pipeline(Readable.from(dump()), createWriteStream(file))
const reader = join(folder, 'read.mjs')
writeFileSync(
  reader,
  `import { createReadStream } from 'node:fs'
let bytes = 0
for await (const chunk of createReadStream(process.argv[2], { highWaterMark: 1 << 20 })) bytes += chunk.length
`,
)
const medians = compare(
  [
    { name: 'bare read', command: process.execPath, args: [reader, file] },
    {
      name: 'pullguard diagnose -f',
      command: process.execPath,
      args: [BIN, 'diagnose', '-f', file],
      codes: [1],
    },
  ],
  ROUNDS,
)
const megabytes = statSync(file).size / 1e6
console.log(`${PODS} pods, ${megabytes.toFixed(0)} MB`)
print(medians, 'bare read')
const figures = medians.get('pullguard diagnose -f')
console.log(`${(megabytes / figures.seconds).toFixed(0)} MB/s`)
const found = spawnSync(process.execPath, [BIN, 'diagnose', '-f', file, '-o', 'json'], {
  maxBuffer: 1 << 28,
  encoding: 'utf8',
})
const { summary } = JSON.parse(found.stdout)
console.log(`${summary.pods} pods seen, ${summary.failingPods} failing`, summary.causes)
if (summary.pods !== PODS || summary.failingPods !== Math.ceil(PODS / FAILING))
  throw new Error('not every pod was seen')
if (figures.megabytes !== null && figures.megabytes > MOST_MEGABYTES)
  throw new Error(`more than ${MOST_MEGABYTES} MB of memory`)
