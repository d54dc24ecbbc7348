// Audits many manifests (10,000 workload documents in 1,000 files), compared with one pass of the yaml package's parser over the same
// files. Runs whole processes in turn. With KUBECONFIG and the argument `live`, also audits a cluster with many Deployments, compared with
// `kubectl get deploy -A -o json`.
import { spawnSync } from 'node:child_process'
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { compare, print } from './measure.mjs'

const BIN = join(import.meta.dirname, '../bin/pullguard.js')
const YAML = join(import.meta.dirname, '../node_modules/yaml/dist/index.js')
const FILES = 1000
const DOCUMENTS = 10
const ROUNDS = 3
const MOST_TIMES = 1.5
const MOST_LIVE = 1 / 5

if (process.argv[2] === 'live') live()
else files()

/** Shaped like the output of a chart: probes, variables, resources, labels. */
function deployment(number) {
  const variables = Array.from(
    { length: 12 },
    (_, index) => `        - name: APP_SETTING_${index}\n          value: "value-${index}-${number}"\n`,
  )
  return `apiVersion: apps/v1
kind: Deployment
metadata:
  name: app-${number}
  namespace: team-${number % 50}
  labels:
    app.kubernetes.io/name: app-${number}
    app.kubernetes.io/managed-by: Helm
spec:
  replicas: 3
  selector:
    matchLabels:
      app.kubernetes.io/name: app-${number}
  template:
    metadata:
      labels:
        app.kubernetes.io/name: app-${number}
    spec:
      serviceAccountName: app
      containers:
      - name: main
        image: registry.example/team/app:${number % 9}.4.${number}
        imagePullPolicy: ${number % 5 === 0 ? 'Always' : 'IfNotPresent'}
        env:
${variables.join('')}        ports:
        - {name: http, containerPort: 8080}
        livenessProbe:
          httpGet: {path: /healthz, port: http}
        resources:
          requests: {cpu: 100m, memory: 128Mi}
      - name: side
        image: nginx:1.27
`
}

function files() {
  const folder = mkdtempSync(join(tmpdir(), 'pullguard-bench-'))
  process.on('exit', () => rmSync(folder, { recursive: true }))
  const manifests = join(folder, 'manifests')
  mkdirSync(manifests)
  for (let file = 0; file < FILES; file++) {
    const documents = Array.from({ length: DOCUMENTS }, (_, index) => deployment(file * DOCUMENTS + index))
    writeFileSync(join(manifests, `${file}.yaml`), documents.join('---\n'))
  }
  const parser = join(folder, 'parse.mjs')
  writeFileSync(
    parser,
    `import { readdirSync, readFileSync } from 'node:fs'
import yaml from ${JSON.stringify(YAML)}
for (const name of readdirSync(process.argv[2])) yaml.parseAllDocuments(readFileSync(process.argv[2] + '/' + name, 'utf8'))
`,
  )
  const medians = compare(
    [
      { name: 'yaml parser', command: process.execPath, args: [parser, manifests] },
      {
        name: 'pullguard audit -f',
        command: process.execPath,
        args: [BIN, 'audit', '-f', manifests, '-o', 'json'],
      },
    ],
    ROUNDS,
  )
  console.log(`${FILES * DOCUMENTS} documents in ${FILES} files`)
  print(medians, 'yaml parser')
  const done = spawnSync(process.execPath, [BIN, 'audit', '-f', manifests, '-o', 'json'], {
    maxBuffer: 1 << 29,
    encoding: 'utf8',
  })
  const { summary } = JSON.parse(done.stdout)
  console.log(summary)
  if (summary.workloads !== FILES * DOCUMENTS) throw new Error('not every document was seen')
  assertRatio(medians, 'pullguard audit -f', 'yaml parser', MOST_TIMES)
}

function live() {
  const medians = compare(
    [
      { name: 'kubectl get deploy', command: 'kubectl', args: ['get', 'deploy', '-A', '-o', 'json'] },
      {
        name: 'pullguard audit -A',
        command: process.execPath,
        args: [BIN, 'audit', '-A', '-o', 'json'],
        codes: [0, 1],
      },
    ],
    ROUNDS,
  )
  print(medians, 'kubectl get deploy')
  assertRatio(medians, 'pullguard audit -A', 'kubectl get deploy', MOST_LIVE)
}

function assertRatio(medians, job, base, most) {
  const ratio = medians.get(job).seconds / medians.get(base).seconds
  if (ratio > most) throw new Error(`${ratio.toFixed(2)} times as long as ${base}, and ${most} are allowed`)
}
