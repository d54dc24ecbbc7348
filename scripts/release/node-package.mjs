// Gets Node for another machine out of an npm package, so that a build needs nothing but npm.
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
/** Of the packages, the one for Windows holds no license. */
const LICENSED = { platform: 'linux', arch: 'x64' }

/** That machine's node executable. */
export function nodeExecutable(machine, version) {
  const { path } = nodePackage(machine, version)
  return fileOf(machine, version, path)
}

/** What Node and the libraries in it want to have told in every copy. */
export function nodeLicense(version) {
  return fileOf(LICENSED, version, LICENSE)
}

async function fileOf(machine, version, path) {
  const { spec, integrity } = nodePackage(machine, version)
  const [file] = await unpackTar(gunzipSync(await tarball(spec, integrity)), {
    filter: ({ name }) => name === path,
  })
  if (!file?.data) throw new Error(`${spec} holds no ${path}.`)
  return file.data
}

/** Fails where the package is not the one that was looked at when its version was chosen. */
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
