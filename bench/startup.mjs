// Measures start-up: `pullguard --version`, `--help`, and `diagnose` up to its first request, compared with bare node. One run; prints
// ratios. The optional argument is a standalone executable to measure instead.
import { spawn } from 'node:child_process'
import { mkdtempSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { rootCertificates } from 'node:tls'

const ROUNDS = 15
const BIN = join(import.meta.dirname, '../bin/pullguard.js')
const folder = mkdtempSync(join(tmpdir(), 'pullguard-bench-'))
const kubeconfig = join(folder, 'config')
const executable = process.argv[2]

/** Returns the milliseconds until the process ends or, with `until`, until that promise resolves; the process is stopped then. */
async function time([command, ...args], until) {
  const start = performance.now()
  const child = spawn(command, args, { stdio: 'ignore' })
  const ended = new Promise(done => child.on('exit', done))
  await (until ?? ended)
  const took = performance.now() - start
  child.kill('SIGKILL')
  await ended
  return took
}

let connected = () => {}
const server = createServer(socket => {
  connected()
  socket.destroy()
})
await new Promise(done => server.listen(0, '127.0.0.1', done))
// A private authority, as in most kubeconfigs. No connection gets far enough to check it.
const authority = Buffer.from(rootCertificates[0]).toString('base64')
writeFileSync(
  kubeconfig,
  `apiVersion: v1
kind: Config
current-context: bench
clusters: [{name: bench, cluster: {server: "https://127.0.0.1:${server.address().port}", certificate-authority-data: ${authority}}}]
users: [{name: bench, user: {token: none}}]
contexts: [{name: bench, context: {cluster: bench, user: bench}}]
`,
)
const firstRequest = () => new Promise(done => (connected = done))

const node = process.execPath
const jobs = {
  'bare node': () => time([node, '-e', '0']),
  ...jobsOf('pullguard', [node, BIN]),
  ...(executable && jobsOf('executable', [executable])),
}

function jobsOf(name, program) {
  const diagnose = [...program, 'diagnose', '-A', '--kubeconfig', kubeconfig]
  return {
    [`${name} --version`]: () => time([...program, '--version']),
    [`${name} --help`]: () => time([...program, '--help']),
    [`${name} to first request`]: () => time(diagnose, firstRequest()),
  }
}

const times = Object.fromEntries(Object.keys(jobs).map(name => [name, []]))
// In turn, so that ratios stay valid when the machine's speed drifts. The first round fills the compile cache.
await time([node, BIN, 'diagnose', '-A', '--kubeconfig', kubeconfig])
for (let round = 0; round < ROUNDS; round++) {
  for (const [name, job] of Object.entries(jobs)) times[name].push(await job())
}
server.close()

const median = numbers => [...numbers].sort((a, b) => a - b)[Math.floor(numbers.length / 2)]
const base = median(times['bare node'])
for (const [name, taken] of Object.entries(times)) {
  const ms = median(taken)
  console.log(
    `${name.padEnd(28)}${ms.toFixed(0).padStart(6)} ms ${(ms / base).toFixed(2).padStart(7)} x bare node`,
  )
}
