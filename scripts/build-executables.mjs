// Builds standalone executables in release/, for this machine or for the named targets (`linux-x64 windows-x64 …`, `all`).
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import packageJson from '../package.json' with { type: 'json' }
import { archived } from './release/archive.mjs'
import { buildExecutable } from './release/executable.mjs'
import { nodeLicense } from './release/node-package.mjs'
import { bundleParts } from './release/parts.mjs'
import { archiveName, nativeTarget, TARGETS } from './release/targets.mjs'

const ROOT = resolve(import.meta.dirname, '..')

const parts = await bundleParts()
await mkdir('release', { recursive: true })
for (const target of chosen(process.argv.slice(2))) {
  const folder = await mkdtemp(join(tmpdir(), 'pullguard-executable-'))
  try {
    const executable = await readFile(await buildExecutable(target, parts, folder))
    const archive = await archived(await filesFor(target, executable), target.archive)
    const name = archiveName(target, packageJson.version)
    await writeFile(join('release', name), archive)
    console.log(
      `release/${name}: ${megabytes(archive)}, the executable ${megabytes(executable)}${unsigned(target)}`,
    )
  } finally {
    await rm(folder, { recursive: true })
  }
}

function chosen(names) {
  if (names.includes('all')) return TARGETS
  if (names.length === 0) return [nativeTarget() ?? fail('There is no executable for this machine')]
  return names.map(name => TARGETS.find(target => target.name === name) ?? fail(`There is no target ${name}`))
}

function fail(what) {
  throw new Error(`${what}: the targets are ${TARGETS.map(({ name }) => name).join(', ')}.`)
}

async function filesFor({ executable, nodeVersion }, bytes) {
  const ours = ['LICENSE', 'README.md', 'dist/THIRD-PARTY-LICENSES.txt']
  return [
    { name: executable, bytes, executable: true },
    ...(await Promise.all(
      ours.map(async path => ({ name: path.split('/').at(-1), bytes: await readFile(join(ROOT, path)) })),
    )),
    { name: 'NODE-LICENSE.txt', bytes: await nodeLicense(nodeVersion) },
  ]
}

function megabytes({ length }) {
  return `${(length / 1e6).toFixed(0)} MB`
}

function unsigned({ platform }) {
  return platform === 'darwin' && process.platform !== 'darwin' ? ', unsigned: sign it on a Mac' : ''
}
