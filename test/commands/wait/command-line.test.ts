/** `pullguard wait` from argv to exit code. */
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { type Simulator, startSimulator } from '../../../src/simulator/simulator.ts'
import { workload } from '../../simulator/drafts.ts'
import { transportTo } from '../../simulator/in-process-connection.ts'
import { runCommandLine } from '../command-line.ts'

let home: string
let simulator: Simulator
beforeAll(async () => {
  home = await mkdtemp(join(tmpdir(), 'pullguard-wait-'))
  simulator = await startSimulator({ live: true })
  simulator.hub.addImage({ repository: 'library/nginx', tags: ['1.27'] })
  simulator.cluster.add(workload('Deployment', 'good', 'nginx:1.27', { replicas: 1 }))
  simulator.cluster.add(workload('Deployment', 'bad', 'Nginx:1.27', { replicas: 1 }))
  await simulator.settle()
  await writeFile(join(home, 'config'), simulator.kubeconfig)
})
afterAll(async () => {
  await simulator.close()
  await rm(home, { recursive: true, force: true })
})

const run = (argv: string[], signal = new AbortController().signal) =>
  runCommandLine(['wait', ...argv], {
    home,
    clock: simulator.clock,
    signal,
    transport: transportTo(simulator.server),
    env: { KUBECONFIG: join(home, 'config') },
  })

test.each<[string, string[], number, RegExp]>([
  ['done', ['deploy/good'], 0, /^deployment\/good: 1 pod ready after/],
  ['failed', ['deploy/bad', '-o', 'json'], 1, /"outcome": "failed"/],
  ['looked at once', ['deploy/none', '--timeout', '0'], 3, /Not done yet/],
  ['deployment and name apart', ['deployment', 'good', 'bad', '-o', 'junit'], 1, /tests="2" failures="1"/],
])('a wait says how it ended: %s', async (_what, argv, code, out) => {
  const said = await run(argv)
  expect([said.code, said.out]).toEqual([code, expect.stringMatching(out)])
})

test.each<[string, string[], RegExp]>([
  ['a cause that is not one', ['deploy/good', '--patience', 'bad-luck=1s'], /causes are rate-limited, /],
  ['a cause without a time', ['deploy/good', '--patience', 'tls'], /give CAUSE=TIME/],
  ['a time that is not one', ['deploy/good', '--patience', 'tls=soon'], /give a time/],
  ['a goal that is not one', ['deploy/good', '--for', 'completed'], /choose ready or pulled/],
  ['a format that is not one', ['deploy/good', '-o', 'sarif'], /Choose table, json/],
  ['nothing to wait for', [], /Nothing to wait for/],
])('%s is wrong usage', async (_what, argv, sentence) => {
  const said = await run(argv)
  expect([said.code, said.err]).toEqual([2, expect.stringMatching(sentence)])
})

test('an unreachable cluster is 4, and nothing is written', async () => {
  const said = await run(['deploy/good', '-s', 'https://127.0.0.1:1'])
  expect([said.code, said.out]).toEqual([4, ''])
})

test('Ctrl-C is 130', async () => {
  const stop = new AbortController()
  const waiting = run(['deploy/none'], stop.signal)
  setImmediate(() => stop.abort('SIGINT'))
  expect((await waiting).code).toBe(130)
})
