// Start-up: `pullguard --version`, `--help`, and `diagnose` up to its first request, against bare node. One run, ratios.
import { mkdtempSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { compare, print } from './measure.mjs'

const BIN = join(import.meta.dirname, '../bin/pullguard.js')
const folder = mkdtempSync(join(tmpdir(), 'pullguard-bench-'))
const kubeconfig = join(folder, 'config')
// Nothing listens on port 1: the first request is refused at once, so the run ends where the first request begins.
writeFileSync(
  kubeconfig,
  `apiVersion: v1
kind: Config
current-context: none
clusters: [{name: none, cluster: {server: "https://127.0.0.1:1"}}]
users: [{name: none, user: {token: none}}]
contexts: [{name: none, context: {cluster: none, user: none}}]
`,
)
writeFileSync(join(folder, 'empty.js'), '')
const node = process.execPath
const medians = compare(
  [
    { name: 'bare node', command: node, args: [join(folder, 'empty.js')] },
    { name: 'pullguard --version', command: node, args: [BIN, '--version'] },
    { name: 'pullguard --help', command: node, args: [BIN, '--help'] },
    { name: 'diagnose to first request', command: node, args: [BIN, 'diagnose', '--kubeconfig', kubeconfig], codes: [4] },
  ],
  15,
)
print(medians, 'bare node')
