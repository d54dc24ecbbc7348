/** The GitHub Action, started like a runner does: inputs in INPUT_*, outputs and summary in files, pullguard installed from the packed tarball. */
import { execFile, spawn } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { delimiter, join, resolve } from 'node:path'
import { promisify } from 'node:util'
import { afterAll, expect, test } from 'vitest'
import { parse } from 'yaml'
import { argumentsIn } from '../../action/arguments.ts'
import { report } from '../../action/report.ts'
import packageJson from '../../package.json' with { type: 'json' }

const ROOT = resolve(import.meta.dirname, '../..')
const action = parse(readFileSync(join(ROOT, 'action.yml'), 'utf8'))
const folder = mkdtempSync(join(tmpdir(), 'pullguard-action-'))
afterAll(() => rmSync(folder, { recursive: true }))

/** What a release publishes, as npm takes it. */
async function packed(): Promise<string> {
  const args = ['pack', '--ignore-scripts', '--silent', '--pack-destination', folder]
  const options = { cwd: ROOT, shell: process.platform === 'win32' }
  const { stdout } = await promisify(execFile)('npm', args, options)
  return `file:${join(folder, stdout.trim())}`
}

// An npm that installs this tree by a link, in a small part of npm's time; `npm install --prefix <folder>` is how the Action calls it.
writeFileSync(
  join(folder, 'npm'),
  `#!/bin/sh\nmkdir "$3/node_modules" && ln -s "${ROOT}" "$3/node_modules/pullguard"\n`,
  { mode: 0o755 },
)
const LINKED = { PATH: `${folder}${delimiter}${process.env.PATH}` }

/** Runs the Action with these inputs. A runner sets all of them, some to their defaults. */
async function run(inputs: Record<string, string>, surroundings: NodeJS.ProcessEnv = LINKED) {
  const [outputs, summary] = [join(folder, 'outputs'), join(folder, 'summary')]
  for (const file of [outputs, summary]) writeFileSync(file, '')
  const defaults = Object.entries<{ default: string }>(action.inputs).map(([name, input]) => [
    name,
    input.default,
  ])
  const given = Object.entries({ ...Object.fromEntries(defaults), ...inputs })
  const child = spawn(process.execPath, [join(ROOT, action.runs.main)], {
    cwd: ROOT,
    env: {
      ...process.env,
      ...surroundings,
      KUBECONFIG: '/nowhere',
      // The package has no dependencies to fetch.
      npm_config_offline: 'true',
      RUNNER_TEMP: folder,
      GITHUB_OUTPUT: outputs,
      GITHUB_STEP_SUMMARY: summary,
      ...Object.fromEntries(given.map(([name, value]) => [`INPUT_${name.toUpperCase()}`, value])),
    },
  })
  const chunks: Buffer[] = []
  child.stdout.on('data', chunk => chunks.push(chunk))
  child.stderr.on('data', chunk => chunks.push(chunk))
  const code = await new Promise(done => child.once('close', done))
  const told = readFileSync(outputs, 'utf8').trimEnd().split('\n')
  return {
    code,
    log: Buffer.concat(chunks).toString('utf8'),
    outputs: Object.fromEntries(told.map(line => line.split('='))),
    summary: readFileSync(summary, 'utf8'),
  }
}

test('action.yml has what GitHub requires', () => {
  expect(action).toMatchObject({
    name: 'pullguard',
    description: expect.any(String),
    runs: { using: 'node24' },
    branding: { icon: expect.any(String), color: expect.any(String) },
  })
  for (const input of Object.values(action.inputs)) {
    expect(input).toEqual({ description: expect.stringMatching(/\.$|…$/), default: expect.any(String) })
  }
})

test('findings fail the step and appear in the log, the outputs, and the summary, with the packed program', {
  timeout: 60_000,
}, async () => {
  const args = '-f test/cases/anonymous-limit/input.yaml'
  const { code, log, outputs, summary } = await run({ args, version: await packed() }, {})
  expect(code).toBe(1)
  const { findings } = JSON.parse(
    readFileSync(join(ROOT, 'test/cases/anonymous-limit/findings.json'), 'utf8'),
  )
  expect(outputs).toEqual({ verdict: 'findings', findings: String(findings.length), 'exit-code': '1' })
  expect(log).toMatch(/^::error title=Docker Hub's limit for anonymous pulls is used up::/m)
  expect(log).toMatch(new RegExp(`^pullguard diagnose: ${findings.length} findings? in \\d+ pods?\\.$`, 'm'))
  expect(summary).toMatch(/^### pullguard diagnose: \d+ findings? in \d+ pods?\.\n\n\| Cause \|/)
})

const onUnix = test.skipIf(process.platform === 'win32')

onUnix('the output of other commands and formats goes to the log unchanged', async () => {
  const { code, log, outputs, summary } = await run({ command: 'image', args: 'nginx -o name' })
  expect({ code, summary }).toEqual({ code: 0, summary: '' })
  expect(log).toContain('nginx')
  expect(outputs).toEqual({ verdict: 'ok', findings: '', 'exit-code': '0' })
})

onUnix('a quiet command prints nothing, and its exit code has the result', async () => {
  const { code, log, outputs, summary } = await run({ args: '-q -f test/cases/anonymous-limit/input.yaml' })
  expect({ code, log, summary }).toEqual({ code: 1, log: '', summary: '' })
  expect(outputs).toEqual({ verdict: 'findings', findings: '', 'exit-code': '1' })
})

test('an impossible version is refused before anything is run, and every declared output is set', async () => {
  const { code, log, outputs } = await run({ version: '1.0.0; echo owned' })
  expect({ code, verdict: outputs.verdict }).toEqual({ code: 2, verdict: 'usage' })
  expect(Object.keys(outputs).sort()).toEqual(Object.keys(action.outputs).sort())
  expect(log).toMatch(/^::error title=pullguard::version must be one of npm's/)
})

test('its own version is the default', () => {
  expect(action.inputs.version.default).toBe('')
  expect(readFileSync(join(ROOT, action.runs.main), 'utf8')).toContain("require('../package.json').version")
  expect(packageJson.version).toMatch(/^\d+\.\d+\.\d+/)
})

test.each([
  ['', []],
  ['-n web  -l app=shop', ['-n', 'web', '-l', 'app=shop']],
  [`-l 'app in (a, b)' "two words" a\\ b`, ['-l', 'app in (a, b)', 'two words', 'a b']],
  [`-n $HOME "say \\"hi\\" \\n" ''`, ['-n', '$HOME', 'say "hi" \\n', '']],
  [`x"y"'z' "open`, ['xyz', 'open']],
  ['a\n  b', ['a', 'b']],
])('arguments %j are the words %j', (line, words) => {
  expect(argumentsIn(line)).toEqual(words)
})

/** A finding as in the published JSON. */
const finding = (over: object) => ({
  cause: 'other',
  severity: 'error',
  namespace: 'web',
  pod: 'shop-1',
  workload: { kind: 'Deployment', name: 'shop' },
  image: 'nginx',
  title: 'Title',
  meaning: 'Meaning.',
  evidence: { text: 'text' },
  steps: [{ text: 'Do it', command: 'kubectl get pods' }],
  ...over,
})

test('hostile text becomes no command for the runner, and no link or mention in the summary', () => {
  const hostile = '\n::set-output name=x::y\n##[error]@team https://evil.example | `x` <img src=x>'
  const findings = [finding({ image: hostile, title: hostile, evidence: { text: hostile } })]
  const { log = '', summary = '' } = report('diagnose', JSON.stringify({ findings })) ?? {}
  expect(log.trimEnd().split('\n')).toHaveLength(2)
  expect(log).not.toContain('##[')
  // Text in a code span has no effect.
  expect(summary.replace(/(`+)[^\n]*?\1/g, '')).not.toMatch(/<img|https:\/\/evil|@team/)
  expect(summary.split('\n').filter(line => line.startsWith('| '))).toHaveLength(3)
})

test('many findings are limited to ten annotations and fifty rows, and both report the total', () => {
  const findings = Array.from({ length: 200 }, (_, index) =>
    finding({ image: `image-${index}`, pod: `pod-${index}` }),
  )
  const told = report('diagnose', JSON.stringify({ findings, gaps: [{}] }))
  expect(told?.log.match(/^::error/gm)).toHaveLength(10)
  expect(told?.log).toContain('200 findings in 200 pods, but not everything could be read.')
  expect(told?.summary.match(/^\| Title/gm)).toHaveLength(50)
  expect(told?.summary).toContain('… and 150 more')
})

test('a wait is reported by how it ended, with the workloads that did not get there', () => {
  const workload = (name: string, status: string) => ({
    ...{ kind: 'Deployment', namespace: 'web', name, status },
    text: `${status} for pods\n::set-output name=x::y`,
  })
  const told = (outcome: string, ...workloads: object[]) =>
    report('wait', JSON.stringify({ outcome, workloads, findings: [], gaps: [] }))
      ?.log.trimEnd()
      .split('\n')
  expect(told('done', workload('shop', 'done'))).toEqual([
    'pullguard wait: everything that was waited for is there, no finding.',
  ])
  expect(told('timeout', workload('shop', 'done'), workload('db', 'waiting'))).toEqual([
    '::error title=web/deployment/db::waiting for pods ⏎ ::set-output name=x::y',
    'pullguard wait: the time is up, no finding.',
  ])
  expect(told('failed', workload('db', 'waiting'))).toEqual([
    'pullguard wait: an image problem makes waiting pointless, no finding.',
  ])
})

test('no finding is reported as such, and output without findings is not reported', () => {
  expect(report('diagnose', '{"findings":[],"gaps":[]}')).toEqual({
    log: 'pullguard diagnose: no finding.\n',
    summary: '### pullguard diagnose: no finding.\n\n',
    findings: 0,
  })
  expect(report('diagnose', '')).toBeNull()
  expect(report('diagnose', '{"kind":"Why"}')).toBeNull()
})

test('findings of audit are annotations in their files', () => {
  const location = { path: 'k8s/a.yaml', line: 8, column: 12, endLine: 8, endColumn: 17 }
  const finding = {
    rule: 'no-tag',
    severity: 'warning',
    namespace: null,
    workload: { kind: 'Pod', name: 'p' },
    location,
    title: 'Image without a fixed tag',
    message: 'nginx has no tag.',
    todo: 'Name the version',
  }
  const unread = [{ path: 'b.yaml', problem: 'syntax', line: 2 }]
  const document = { kind: 'Audit', complete: false, findings: Array(12).fill(finding), unread }
  const told = report('audit', JSON.stringify(document))
  const lines = told?.log.split('\n') ?? []
  expect(lines.filter(line => line.startsWith('::'))).toHaveLength(10)
  expect(lines[0]).toBe('::error file=b.yaml,line=2,title=Not read::syntax')
  expect(lines[1]).toBe(
    '::warning file=k8s/a.yaml,line=8,endLine=8,col=12,endColumn=17,title=Image without a fixed tag (no-tag)::pod/p: nginx has no tag.%0AName the version.',
  )
  expect(lines.at(-2)).toBe('pullguard audit: 12 findings, but not everything could be read or checked.')
  expect(told?.findings).toBe(12)
  expect(told?.summary).toContain('| warning | no-tag | `k8s/a.yaml:8` | nginx has no tag. |')
})
