/** Completion: candidates for half-typed command lines, from the program, the kubeconfig, and the cluster, and no output on failure. */
import { spawnSync } from 'node:child_process'
import { chmodSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { systemClock } from '../../src/clock.ts'
import { COMPLETION_SCRIPTS } from '../../src/report/completion-scripts.ts'
import { transportTo } from '../simulator/in-process-connection.ts'
import { runCommandLine } from './command-line.ts'
import { type Incident, startIncident } from './incident.ts'

let incident: Incident
let pod: string
beforeAll(async () => {
  incident = await startIncident()
  pod = incident.simulator.cluster.list('Pod', 'default')[0]?.metadata.name ?? ''
})
afterAll(() => incident.close())

/** Runs with no time passing, with all of it passing at once, or with some already spent. */
const run = (words: string[], isLate = false, spent = 0) =>
  runCommandLine(['__complete', ...words], {
    home: incident.home,
    transport: transportTo(incident.simulator.server),
    env: { KUBECONFIG: join(incident.home, 'admin.yaml') },
    startedAt: -spent,
    clock: {
      ...systemClock,
      now: () => 0,
      after: (_milliseconds, call) => {
        if (isLate) queueMicrotask(call)
        return () => {}
      },
    },
  })
const complete = async (words: string[], isLate = false, spent = 0) => {
  const { code, out, err } = await run(words, isLate, spent)
  expect([code, err]).toEqual([0, ''])
  const lines = out.trimEnd().split('\n')
  return { directive: lines.at(-1), values: lines.slice(0, -1).map(line => line.split('\t')[0]) }
}

test.each<[string[], string[]]>([
  [['dia'], ['diagnose']],
  [['-n', 'web', 'wh'], ['why']],
  [['diagnose', '--all'], ['--all-namespaces']],
  [['diagnose', '-o', 'ju'], ['junit']],
  [['diagnose', '--output=ju'], ['--output=junit']],
  [['fix', '--dry-run=s'], ['--dry-run=server']],
  [['explain', 'rate'], ['rate-limited']],
  [['help', 'exit'], ['exit-codes']],
  [
    ['completion', ''],
    ['bash', 'zsh', 'fish', 'powershell'],
  ],
  [['diagnose', '--context', ''], ['simulator']],
  [['--context=si'], ['--context=simulator']],
  [['diagnose', '-n', 'kube-s'], ['kube-system']],
  [['diagnose', '-n', 'default,kube-s'], ['default,kube-system']],
  [['why', 'deployment/fi'], ['deployment/fifthnginx']],
  [['fix', '-n', 'default', 'deployment/fi'], ['deployment/fifthnginx']],
  [['wait', 'deploy/fi'], ['deploy/fifthnginx']],
])('%j is completed to %j', async (words, values) => {
  expect(await complete(words)).toEqual({ directive: ':4', values })
})

test('failing pods and the workloads above them are offered where one is named', async () => {
  expect((await complete(['why', ''])).values).toEqual(expect.arrayContaining([pod, 'deployment/fifthnginx']))
  expect((await complete(['why', 'default/'])).values).toContain(`default/${pod}`)
  expect((await complete(['diagnose', '-n', 'kube-system', 'dep'])).values).toEqual([
    'deployment/calico-kube-controllers',
  ])
})

test.each([
  [['fix', '--apply', 'plan.json', '']],
  [['fix', '--affected', '']],
  [['fix', '-l', 'app=shop', 'dep']],
  [['fix', '-A', '']],
  [['diagnose', '-A', 'dep']],
  [['diagnose', '-n', 'default,kube-system', '']],
  [['diagnose', '--exclude-namespace', 'kube-system', '']],
  [['why', '-f', 'dump.json', '']],
  [['why', 'deployment/fifthnginx', '']],
  [['completion', 'bash', '']],
])('no names are offered where none is accepted: %j', async words => {
  expect(await complete(words)).toEqual({ directive: ':4', values: [] })
})

test('names are offered after a flag that is off, and where flags can add to them', async () => {
  expect((await complete(['fix', '-A=false', 'deployment/f'])).values).toEqual(['deployment/fifthnginx'])
  expect((await complete(['wait', '-l', 'app=x', 'deployment/f'])).values).toEqual(['deployment/fifthnginx'])
  expect((await complete(['diagnose', 'sts/db', 'deployment/f'])).values).toEqual(['deployment/fifthnginx'])
})

test('files are left to the shell', async () => {
  expect(await complete(['diagnose', '-f', ''])).toEqual({ directive: ':0', values: [] })
  expect(await complete(['--kubeconfig', ''])).toEqual({ directive: ':0', values: [] })
})

test.each([
  [['why', '', '-n']],
  [['why', '--context', 'nosuch', '']],
  [['why', '-s', 'https://127.0.0.1:1', '']],
  [['why', '--kubeconfig', '/nope', '']],
  [['nosuch', '']],
  [['--nosuch', 'x', 'diagnose', '--request-timeout', '']],
])('%j is met with silence', async words => {
  const { code, err } = await run(words)
  expect([code, err]).toEqual([0, ''])
})

test('a cluster that answers late has no candidates', async () => {
  expect(await complete(['why', ''], true)).toEqual({ directive: ':4', values: [] })
})

test('a slow start leaves no time to ask the cluster', async () => {
  expect(await complete(['why', ''], false, 150)).toEqual({ directive: ':4', values: [] })
  expect(await complete(['dia'], false, 150)).toEqual({ directive: ':4', values: ['diagnose'] })
  expect(await complete(['explain', 'no-dig'], false, 150)).toEqual({
    directive: ':4',
    values: ['no-digest'],
  })
})

describe('the script of a shell', () => {
  /** A program that answers as pullguard would, and records what it was asked. */
  const fake = () => {
    const path = join(incident.home, 'pullguard')
    writeFileSync(
      path,
      `#!/bin/sh\nshift\nfor word; do last=$word; done\ncase $last in f*) echo :0;; --context=*) printf '%s\\n' '--context=arn:aws:eks:a' :4;; *) printf 'web\\tabout web\\nshop\\tx\\n:4\\n';; esac\n`,
    )
    chmodSync(path, 0o755)
    return { PATH: `${incident.home}:${process.env.PATH}` }
  }
  const has = (shell: string) => spawnSync(shell, ['-c', 'true']).status === 0
  const runShell = (shell: string, script: string) =>
    spawnSync(shell, ['-c', script], { env: fake(), encoding: 'utf8' }).stdout.trim().split(/\s+/)

  test.skipIf(!has('bash'))('completes in bash, also behind = and :', () => {
    const asked = (line: string) =>
      runShell(
        'bash',
        `${COMPLETION_SCRIPTS.bash}\nCOMP_LINE='${line}' COMP_POINT=${line.length}\n_pullguard\necho "\${COMPREPLY[@]}"`,
      )
    expect(asked('pullguard diagnose -n ')).toEqual(['web', 'shop'])
    expect(asked('pullguard why --context=arn:aws:')).toEqual(['eks:a'])
    expect(asked('pullguard diagnose -f f')).toEqual([''])
  })

  test.skipIf(!has('fish'))('completes in fish', () => {
    const script = `${COMPLETION_SCRIPTS.fish}\ncomplete -C 'pullguard diagnose -n ' | string split -f1 \\t`
    expect(runShell('fish', script).sort()).toEqual(['shop', 'web'])
  })

  test.skipIf(!has('zsh'))('completes in zsh', () => {
    const script = `compdef() { : }\n_describe() { print -l \${(P)2} }\n_files() { print files }\n${COMPLETION_SCRIPTS.zsh}\nwords=(pullguard diagnose -n ''); CURRENT=4\n_pullguard`
    expect(runShell('zsh', script)).toEqual(['web:about', 'web', 'shop:x'])
  })
})
