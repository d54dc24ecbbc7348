// Builds one standalone executable: Node with the program embedded (Node's single executable applications).
import { execFile } from 'node:child_process'
import { mkdir, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { inject } from 'postject'
import { nodeExecutable } from './node-package.mjs'

const run = promisify(execFile)

/** Where Node looks for the program; all three names are in Node's documentation. */
const RESOURCE = 'NODE_SEA_BLOB'
const PLACE = { sentinelFuse: 'NODE_SEA_FUSE_fce680ab2cc467b6e072b8b5df1996b2', machoSegmentName: 'NODE_SEA' }

/**
 * @param parts from bundleParts
 * @param folder for the executable and temporary files
 * @returns the path of the executable
 */
export async function buildExecutable(target, parts, folder) {
  await mkdir(join(folder, 'parts'), { recursive: true })
  const program = await prepareProgram(target.nodeVersion, parts, folder)
  const file = join(folder, target.executable)
  await writeFile(file, await nodeExecutable(target, target.nodeVersion), { mode: 0o755 })
  const signs = target.platform === 'darwin' && process.platform === 'darwin'
  if (signs) await run('codesign', ['--remove-signature', file])
  await inject(file, RESOURCE, program, PLACE)
  // macOS on ARM kills programs that lack even an ad hoc signature.
  if (signs) await run('codesign', ['--sign', '-', file])
  return file
}

/** Returns the program in that Node version's format. It contains no compiled code, so it is the same for all platforms. */
async function prepareProgram(nodeVersion, parts, folder) {
  const assets = {}
  for (const [name, text] of Object.entries(parts)) {
    assets[name] = join(folder, 'parts', name)
    await writeFile(assets[name], text)
  }
  const output = join(folder, 'program.blob')
  const settings = {
    main: join(import.meta.dirname, 'entry.cjs'),
    output,
    assets,
    disableExperimentalSEAWarning: true,
    // Ignores NODE_OPTIONS, which is meant for other programs.
    execArgvExtension: 'none',
  }
  await writeFile(join(folder, 'settings.json'), JSON.stringify(settings))
  const node = join(folder, process.platform === 'win32' ? 'node.exe' : 'node')
  await writeFile(node, await nodeExecutable(process, nodeVersion), { mode: 0o755 })
  await run(node, ['--experimental-sea-config', join(folder, 'settings.json')])
  return readFile(output)
}
