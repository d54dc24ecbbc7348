// Facts about a release: where it is published, the checksums of its files, and its notes.
import { createHash } from 'node:crypto'

/** @param packageJson the project's own @returns `https://github.com/OWNER/NAME` */
export function homepageOf({ repository }) {
  return repository.url.replace(/^git\+/, '').replace(/\.git$/, '')
}

/** Returns the URL of a release's file. */
export function downloadUrl(packageJson, file) {
  return `${homepageOf(packageJson)}/releases/download/v${packageJson.version}/${file}`
}

/** @param files name → bytes @returns the format of `sha256sum --check` */
export function checksumsOf(files) {
  return Object.entries(files)
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([name, bytes]) => `${createHash('sha256').update(bytes).digest('hex')}  ${name}\n`)
    .join('')
}

/** @returns name → hexadecimal SHA-256 */
export function readChecksums(text) {
  return Object.fromEntries(
    [...text.matchAll(/^([0-9a-f]{64}) [ *](.+)$/gm)].map(([, sum, name]) => [name, sum]),
  )
}

/** @throws Error if the release lacks that file */
export function checksumOf(checksums, name) {
  const sum = checksums[name]
  if (sum === undefined) throw new Error(`The release has no ${name}.`)
  return sum
}

/** Returns a version's section of CHANGELOG.md, without its heading. */
export function notesOf(changelog, version) {
  const sections = changelog.split(/^## /m)
  const [, notes = ''] =
    /^\[[^\]]+\][^\n]*\n([\s\S]*)$/.exec(sections.find(text => text.startsWith(`[${version}]`)) ?? '') ?? []
  if (notes.trim() === '') throw new Error(`CHANGELOG.md has no section for ${version}.`)
  return `${notes.trim()}\n`
}
