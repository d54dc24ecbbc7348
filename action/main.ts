/**
 * The GitHub Action: installs pullguard from npm, runs one command, and reports the result to the job. Runs from source on the runner's
 * Node 24.
 */

import { execFile, spawn } from 'node:child_process'
import { appendFileSync, mkdtempSync } from 'node:fs'
import { createRequire } from 'node:module'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { workflowMessage } from '../src/report/sanitize.ts'
import { argumentsIn } from './arguments.ts'
import { report } from './report.ts'

/** Names of the exit codes, indexed by code. */
const VERDICTS = ['ok', 'findings', 'usage', 'incomplete', 'unreachable', 'refused']
/** Commands whose JSON contains findings. */
const COUNTED = ['diagnose', 'fix', 'wait', 'audit']

const require = createRequire(import.meta.url)
const { env } = process

await main()

async function main(): Promise<void> {
  const command = input('command') || 'diagnose'
  const args = argumentsIn(input('args'))
  const version = input('version') || require('../package.json').version
  // On Windows, the version passes through a shell.
  if (!/^[\w.+:~/\\-]+$/.test(version))
    return fail(`version must be one of npm's, such as 1.2.3, not ${version}`)
  const program = await install(version).catch((error: Error) => error)
  if (program instanceof Error) {
    return fail(
      `pullguard ${version} could not be installed: ${program.message}. npm has to be on the PATH (actions/setup-node)`,
    )
  }
  // -q prints nothing in any format, and can't be combined with -o.
  const counts = COUNTED.includes(command) && !args.some(word => /^(-o|--output|-q|--quiet)/.test(word))
  const { code, out } = await run([program, command, ...args, ...(counts ? ['-o', 'json'] : [])], counts)
  const jobReport = counts ? report(command, out) : null
  // Output that can't be parsed is printed unchanged.
  process.stdout.write(jobReport?.log ?? out)
  if (jobReport !== null && env.GITHUB_STEP_SUMMARY)
    appendFileSync(env.GITHUB_STEP_SUMMARY, jobReport.summary)
  setOutputs({
    verdict: VERDICTS[code] ?? 'interrupted',
    findings: jobReport?.findings ?? '',
    'exit-code': code,
  })
  process.exitCode = code
}

function input(name: string): string {
  return (env[`INPUT_${name.toUpperCase()}`] ?? '').trim()
}

/** @returns the path of the script to run with Node */
async function install(version: string): Promise<string> {
  const prefix = mkdtempSync(join(env.RUNNER_TEMP ?? tmpdir(), 'pullguard-'))
  const quiet = ['--no-audit', '--no-fund', '--ignore-scripts', '--loglevel=error']
  await promisify(execFile)('npm', ['install', '--prefix', prefix, ...quiet, `pullguard@${version}`], {
    shell: process.platform === 'win32',
  })
  return join(prefix, 'node_modules', 'pullguard', 'bin', 'pullguard.js')
}

function run(argv: string[], captured: boolean): Promise<{ code: number; out: string }> {
  const child = spawn(process.execPath, argv, { stdio: ['ignore', captured ? 'pipe' : 'inherit', 'inherit'] })
  const chunks: Buffer[] = []
  child.stdout?.on('data', chunk => chunks.push(chunk))
  return new Promise((done, failed) => {
    child.once('error', failed)
    child.once('close', code => done({ code: code ?? 130, out: Buffer.concat(chunks).toString('utf8') }))
  })
}

function setOutputs(outputs: Record<string, string | number>): void {
  const lines = Object.entries(outputs).map(([name, value]) => `${name}=${value}\n`)
  if (env.GITHUB_OUTPUT) appendFileSync(env.GITHUB_OUTPUT, lines.join(''))
}

/** Exits with pullguard's own code for wrong usage. */
function fail(problem: string): void {
  process.stdout.write(`::error title=pullguard::${workflowMessage([`${problem}.`])}\n`)
  setOutputs({ verdict: 'usage', findings: '', 'exit-code': 2 })
  process.exitCode = 2
}
