// Extracts Node for any platform from an npm package, so that a build needs only npm.
import { execFile } from 'node:child_process'
import { createHash } from 'node:crypto'
import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { gunzipSync } from 'node:zlib'
import { unpackTar } from 'modern-tar'
import { nodePackage } from './targets.mjs'

const LICENSE = 'package/LICENSE'
/** The Windows package contains no license, so the license comes from this one. */
const LICENSED = { platform: 'linux', arch: 'x64' }

/** Returns the node executable for that machine. */
export function nodeExecutable(machine, version) {
  const { path } = nodePackage(machine, version)
  return fileOf(machine, version, path)
}

/** Returns the license of Node and its bundled libraries, which every copy has to include. */
export function nodeLicense(version) {
  return fileOf(LICENSED, version, LICENSE)
}

async function fileOf(machine, version, path) {
  const { spec, integrity } = nodePackage(machine, version)
  const [file] = await unpackTar(gunzipSync(await tarball(spec, integrity)), {
    filter: ({ name }) => name === path,
  })
  if (!file?.data) throw new Error(`${spec} contains no ${path}.`)
  return file.data
}

/** Fails if the package does not match the recorded integrity. */
async function tarball(spec, integrity) {
  const folder = await mkdtemp(join(tmpdir(), 'pullguard-node-'))
  try {
    const { stdout } = await promisify(execFile)('npm', ['pack', spec, '--silent'], {
      cwd: folder,
      shell: process.platform === 'win32',
    })
    const bytes = await readFile(join(folder, stdout.trim()))
    const found = `sha512-${createHash('sha512').update(bytes).digest('base64')}`
    if (found !== integrity) throw new Error(`${spec} has the integrity ${found}, not ${integrity}.`)
    return bytes
  } finally {
    await rm(folder, { recursive: true })
  }
}
