// `npm test`: builds, checks the layout, the types, and for unused code side by side, and runs the tests if all of that is right.
import { spawn } from 'node:child_process'

const CHECKS = ['lint', 'types', 'unused']

/** Runs a script of package.json. Resolves to whether it succeeded, and its output unless that went straight to the terminal. */
function run(script, stdio, args = []) {
  const child = spawn(process.execPath, ['--run', script, ...args], { stdio })
  const output = []
  for (const stream of [child.stdout, child.stderr]) stream?.on('data', chunk => output.push(chunk))
  return new Promise(resolve =>
    child.once('close', code => resolve({ succeeded: code === 0, output: Buffer.concat(output) })),
  )
}

/** Each check's output appears in one piece when the check ends. */
async function check(script) {
  const { succeeded, output } = await run(script, ['ignore', 'pipe', 'pipe'])
  process.stdout.write(`${script}: ${succeeded ? 'passed' : 'failed'}\n${succeeded ? '' : output}`)
  return succeeded
}

const built = (await run('build', 'inherit')).succeeded
const checked = built && (await Promise.all(CHECKS.map(check))).every(Boolean)
// Its count is the last that is printed.
const tested = checked && (await run('test:unit', 'inherit', ['--', ...process.argv.slice(2)])).succeeded
process.exitCode = tested ? 0 : 1
