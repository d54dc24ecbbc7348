// Packs files in a platform's usual format: .zip on Windows, .tar.gz elsewhere. The same files always produce the same bytes.
import { promisify } from 'node:util'
import { gzip } from 'node:zlib'
import { zipSync } from 'fflate'
import { packTar } from 'modern-tar'

/** @param files { name, bytes, executable? }[] @returns the archive's bytes */
export async function archived(files, format) {
  return format === 'zip' ? zipped(files) : promisify(gzip)(await tarred(files), { level: 9 })
}

function tarred(files) {
  return packTar(
    files.map(({ name, bytes, executable }) => ({
      header: { name, size: bytes.length, mode: executable ? 0o755 : 0o644, mtime: new Date(0) },
      body: bytes,
    })),
  )
}

/** Uses the earliest date that a .zip allows, and Unix file modes, which unzip and krew preserve. */
function zipped(files) {
  const UNIX = 3
  return zipSync(
    Object.fromEntries(
      files.map(({ name, bytes, executable }) => [
        name,
        [bytes, { mtime: '1980-01-01T12:00:00', os: UNIX, attrs: (executable ? 0o100755 : 0o100644) << 16 }],
      ]),
    ),
    { level: 9 },
  )
}
