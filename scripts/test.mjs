// `npm test`: builds, checks layout, types, and unused code, as much of it in parallel as possible, and runs the tests if all of it passes.
import { spawn } from 'node:child_process'

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

const lint = check('lint')
const built = (await run('build', 'inherit')).succeeded
// These two read what the build generates.
const checks = [lint, ...(built ? ['types', 'unused'].map(check) : [])]
const checked = (await Promise.all(checks)).every(Boolean) && built
// Runs last, so that the test count is printed last.
const tested = checked && (await run('test:unit', 'inherit', ['--', ...process.argv.slice(2)])).succeeded
process.exitCode = tested ? 0 : 1
