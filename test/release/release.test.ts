/** The files of a release, made from small samples: checksums, manifests, bill of materials, archives. */
import { execFileSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { gunzipSync } from 'node:zlib'
import { unzipSync } from 'fflate'
import { unpackTar } from 'modern-tar'
import { afterAll, expect, test } from 'vitest'
import { parse } from 'yaml'
import packageJson from '../../package.json' with { type: 'json' }
import { archived } from '../../scripts/release/archive.mjs'
import { homebrewFormula } from '../../scripts/release/homebrew.mjs'
import { krewManifest } from '../../scripts/release/krew.mjs'
import { bundleParts } from '../../scripts/release/parts.mjs'
import { checksumsOf, notesOf, readChecksums } from '../../scripts/release/release.mjs'
import { bundledPackages, shippedSbom } from '../../scripts/release/sbom.mjs'
import { archiveName, nativeTarget, nodePackage, TARGETS } from '../../scripts/release/targets.mjs'

const ROOT = resolve(import.meta.dirname, '../..')
const folder = mkdtempSync(join(tmpdir(), 'pullguard-release-'))
afterAll(() => rmSync(folder, { recursive: true }))

const { version } = packageJson
const tarball = `pullguard-${version}.tgz`
/** A release whose files contain their own names. */
const names = [tarball, ...TARGETS.map(target => archiveName(target, version))]
const files = Object.fromEntries(names.map(name => [name, Buffer.from(name)]))
const checksums = readChecksums(checksumsOf(files))

test.skipIf(process.platform !== 'linux')('sha256sum accepts the checksums', () => {
  for (const [name, bytes] of Object.entries(files)) writeFileSync(join(folder, name), bytes)
  writeFileSync(join(folder, 'checksums.txt'), checksumsOf(files))
  const out = execFileSync('sha256sum', ['--check', '--strict', 'checksums.txt'], {
    cwd: folder,
    encoding: 'utf8',
  })
  expect(out.match(/: OK\n/g)).toHaveLength(names.length)
})

/** krew's rules for a manifest: kubernetes-sigs/krew, internal/index/validation. */
test('the krew manifest follows krew’s rules and has a checksum and an executable for every platform', () => {
  const manifest = parse(krewManifest(packageJson, checksums))
  expect(manifest).toMatchObject({
    apiVersion: 'krew.googlecontainertools.github.com/v1alpha2',
    kind: 'Plugin',
    metadata: { name: expect.stringMatching(/^[a-z0-9-]+$/) },
    spec: {
      version: expect.stringMatching(/^v\d+\.\d+\.\d+(-[\w.-]+)?$/),
      homepage: expect.stringMatching(/^https:/),
    },
  })
  expect(manifest.spec.shortDescription).toMatch(/^.{1,50}$/)
  expect(manifest.spec.description).not.toBe('')
  const platforms = manifest.spec.platforms.map((platform: (typeof manifest.spec.platforms)[number]) => {
    const file = platform.uri.split('/').at(-1)
    expect(platform.uri).toBe(`${packageJson.homepage}/releases/download/v${version}/${file}`)
    expect(platform.sha256).toBe(createHash('sha256').update(file).digest('hex'))
    const { os, arch } = platform.selector.matchLabels
    expect(platform.bin).toBe(os === 'windows' ? 'pullguard.exe' : 'pullguard')
    return `${os}/${arch}`
  })
  expect(platforms).toEqual(['linux/amd64', 'linux/arm64', 'darwin/amd64', 'darwin/arm64', 'windows/amd64'])
})

test('a release that lacks a platform’s archive is refused', () => {
  const { [archiveName(TARGETS[0] ?? { name: '', archive: '' }, version)]: _missing, ...rest } = checksums
  expect(() => krewManifest(packageJson, rest)).toThrow(/^The release has no pullguard-.*linux-x64/)
})

test('the Homebrew formula installs every command of the package from the checked tarball', () => {
  const formula = homebrewFormula(packageJson, checksums)
  expect(formula).toContain(`url "${packageJson.homepage}/releases/download/v${version}/${tarball}"`)
  expect(formula).toContain(`sha256 "${checksums[tarball]}"`)
  for (const [name, file] of Object.entries(packageJson.bin))
    expect(formula).toContain(`libexec/"${file}" => "${name}"`)
  // brew audit: at most 80 characters, no article or name of its own in front, no full stop.
  const desc = /^ {2}desc "(.*)"$/m.exec(formula)?.[1] ?? ''
  expect(desc).toMatch(/^(?!An? |The |Pullguard).{1,80}(?<!\.)$/)
  const opened = formula.match(/^ *(?:class|def|test do)\b/gm) ?? []
  expect(formula.match(/^ *end$/gm)).toHaveLength(opened.length)
})

test('the bill of materials lists only bundled packages', () => {
  const component = (name: string, version: string) => ({
    'bom-ref': `${name}@${version}`,
    name,
    version,
    properties: [{ name: 'cdx:npm:package:development', value: 'true' }],
  })
  const listed = {
    metadata: { component: { 'bom-ref': 'pullguard@1.0.0', name: 'folder', version: '1.0.0' } },
    components: [component('@a/b', '1.0.0'), component('vitest', '5.0.0'), component('undici', '8.0.0')],
    dependencies: [
      { ref: 'pullguard@1.0.0', dependsOn: ['@a/b@1.0.0', 'vitest@5.0.0'] },
      { ref: '@a/b@1.0.0', dependsOn: ['undici@8.0.0'] },
      { ref: 'vitest@5.0.0' },
    ],
  }
  const shipped = shippedSbom(listed, ['@a/b@1.0.0', 'undici@8.0.0'], { name: 'pullguard' })
  expect(shipped.metadata.component.name).toBe('pullguard')
  expect(shipped.components).toEqual([
    { 'bom-ref': '@a/b@1.0.0', name: '@a/b', version: '1.0.0' },
    { 'bom-ref': 'undici@8.0.0', name: 'undici', version: '8.0.0' },
  ])
  expect(shipped.dependencies).toEqual([
    { ref: 'pullguard@1.0.0', dependsOn: ['@a/b@1.0.0'] },
    { ref: '@a/b@1.0.0', dependsOn: ['undici@8.0.0'] },
  ])
  expect(() => shippedSbom(listed, ['absent@1.0.0'], { name: 'pullguard' })).toThrow('lacks absent@1.0.0')
  const licenses = readFileSync(join(ROOT, 'dist/THIRD-PARTY-LICENSES.txt'), 'utf8')
  expect(bundledPackages(licenses)).toContain(`commander@${packageJson.devDependencies.commander}`)
})

test('the notes of a version are its section of the changelog, and a version without one is refused', () => {
  const changelog =
    '# Changelog\n\n## [Unreleased]\n\n- later\n\n## [1.1.0] - 2026-12-01\n\n### Added\n\n- `x`\n\n## [1.0.0]\n\n- y\n'
  expect(notesOf(changelog, '1.1.0')).toBe('### Added\n\n- `x`\n')
  expect(notesOf(changelog, '1.0.0')).toBe('- y\n')
  expect(() => notesOf(changelog, '2.0.0')).toThrow('no section for 2.0.0')
})

test('an archive keeps what is executable, and is the same each time it is made', async () => {
  const packed = [
    { name: 'pullguard', bytes: Buffer.from('run me'), executable: true },
    { name: 'LICENSE', bytes: Buffer.from('text') },
  ]
  const tar = await archived(packed, 'tar.gz')
  const entries = await unpackTar(gunzipSync(tar))
  expect(entries.map(({ header }) => [header.name, header.mode])).toEqual([
    ['pullguard', 0o755],
    ['LICENSE', 0o644],
  ])
  const zip = await archived(packed, 'zip')
  expect(Buffer.from(unzipSync(zip).pullguard ?? '').toString()).toBe('run me')
  expect(await archived(packed, 'tar.gz')).toEqual(tar)
  expect(await archived(packed, 'zip')).toEqual(zip)
})

test.skipIf(process.platform === 'win32')('tar unpacks an executable that can be started', async () => {
  const script = { name: 'pullguard', bytes: Buffer.from('#!/bin/sh\necho started\n'), executable: true }
  writeFileSync(join(folder, 'a.tar.gz'), await archived([script], 'tar.gz'))
  execFileSync('tar', ['-xzf', 'a.tar.gz'], { cwd: folder })
  expect(statSync(join(folder, 'pullguard')).mode & 0o111).toBe(0o111)
  expect(execFileSync(join(folder, 'pullguard'), { encoding: 'utf8' })).toBe('started\n')
})

test('every part of an executable finds the parts that it requires', { timeout: 60_000 }, async () => {
  const parts = await bundleParts()
  expect(Object.keys(parts)).toContain('./pullguard.js')
  for (const [name, text] of Object.entries(parts)) {
    const asked = [...text.matchAll(/require\("(\.\/[^"]+)"\)/g)].map(([, other = '']) => other)
    expect(
      asked.filter(other => parts[other] === undefined),
      name,
    ).toEqual([])
    // Only modules have it, and these are scripts.
    expect(text.includes('import.meta'), name).toBe(false)
  }
})

test('Node for every target, and for its build on Linux, is in a package whose integrity is recorded', () => {
  for (const target of TARGETS) {
    expect(nodePackage(target, target.nodeVersion).integrity).toMatch(/^sha512-.{86}==$/)
    expect(nodePackage({ platform: 'linux', arch: 'x64' }, target.nodeVersion).spec).toContain(
      target.nodeVersion,
    )
  }
  expect(() => nodePackage({ platform: 'linux', arch: 'x64' }, '1.2.3')).toThrow('No integrity is known')
  expect(nativeTarget({ platform: 'darwin', arch: 'arm64' })?.name).toBe('macos-arm64')
  expect(nativeTarget({ platform: 'aix', arch: 'ppc64' })).toBeUndefined()
})
