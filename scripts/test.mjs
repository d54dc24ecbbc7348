// `npm test`: builds, checks layout, types, and unused code in parallel, and runs the tests if all checks pass.
import { spawn } from 'node:child_process'

const CHECKS = ['lint', 'types', 'unused']

/** Runs a script from package.json. Resolves to whether the script succeeded, and its output unless that went straight to the terminal. */
function run(script, stdio, args = []) {
  const child = spawn(process.execPath, ['--run', script, ...args], { stdio })
  const output = []
  for (const stream of [child.stdout, child.stderr]) stream?.on('data', chunk => output.push(chunk))
  return new Promise(resolve =>
    child.once('close', code => resolve({ succeeded: code === 0, output: Buffer.concat(output) })),
  )
}

/** Prints whether the check passed and, if it failed, its whole output at once, so that outputs don't mix. */
async function check(script) {
  const { succeeded, output } = await run(script, ['ignore', 'pipe', 'pipe'])
  process.stdout.write(`${script}: ${succeeded ? 'passed' : 'failed'}\n${succeeded ? '' : output}`)
  return succeeded
}

const built = (await run('build', 'inherit')).succeeded
const checked = built && (await Promise.all(CHECKS.map(check))).every(Boolean)
// Runs last, so that the test count is printed last.
const tested = checked && (await run('test:unit', 'inherit', ['--', ...process.argv.slice(2)])).succeeded
process.exitCode = tested ? 0 : 1
