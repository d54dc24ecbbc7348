// Adds the remaining release files to the executables in release/: npm tarball, bill of materials, checksums, krew manifest, Homebrew
// formula, and notes.
import { execFile } from 'node:child_process'
import { readdir, readFile, writeFile } from 'node:fs/promises'
import { join, resolve } from 'node:path'
import { promisify } from 'node:util'
import packageJson from '../package.json' with { type: 'json' }
import { homebrewFormula } from './release/homebrew.mjs'
import { krewManifest } from './release/krew.mjs'
import { checksumsOf, notesOf, readChecksums } from './release/release.mjs'
import { bundledPackages, shippedSbom } from './release/sbom.mjs'

const ROOT = resolve(import.meta.dirname, '..')
const RELEASE = join(ROOT, 'release')

const npm = async (...args) => {
  const { stdout } = await promisify(execFile)('npm', args, {
    cwd: ROOT,
    maxBuffer: 1 << 26,
    shell: process.platform === 'win32',
  })
  return stdout
}
const text = path => readFile(join(ROOT, path), 'utf8')
const write = (name, content) => writeFile(join(RELEASE, name), content)

// Checked first: a version without notes is not ready for release.
const notes = notesOf(await text('CHANGELOG.md'), packageJson.version)
await npm('pack', '--ignore-scripts', '--pack-destination', RELEASE)
const listed = JSON.parse(await npm('sbom', '--sbom-format', 'cyclonedx', '--sbom-type', 'application'))
const sbom = shippedSbom(listed, bundledPackages(await text('dist/THIRD-PARTY-LICENSES.txt')), packageJson)
await write(`pullguard-${packageJson.version}.sbom.json`, `${JSON.stringify(sbom, null, 2)}\n`)

const shipped = (await readdir(RELEASE)).filter(name => /\.(?:tgz|tar\.gz|zip|sbom\.json)$/.test(name))
const files = Object.fromEntries(
  await Promise.all(shipped.map(async name => [name, await readFile(join(RELEASE, name))])),
)
const checksums = checksumsOf(files)
await write('checksums.txt', checksums)
await write('pullguard.yaml', krewManifest(packageJson, readChecksums(checksums)))
await write('pullguard.rb', homebrewFormula(packageJson, readChecksums(checksums)))
await write('notes.md', notes)
console.log(checksums)
