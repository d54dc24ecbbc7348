/** Reads the certificate of a mirror's own authority. */

import { readFile } from 'node:fs/promises'
import { resolve } from 'node:path'
import { UsageError } from '../../errors.ts'

const CERTIFICATES = /-----BEGIN CERTIFICATE-----[A-Za-z0-9+/=\s]+-----END CERTIFICATE-----/g

/** The certificates in a PEM file and nothing else of it. @throws UsageError */
export async function readAuthority(file: string, cwd: string): Promise<string> {
  let text: string
  try {
    text = await readFile(resolve(cwd, file), 'utf8')
  } catch {
    throw new UsageError(`--ca: ${file} can't be read.`)
  }
  // The file goes to every node: a private key in it would, too.
  if (/PRIVATE KEY-----/.test(text)) {
    throw new UsageError(
      `--ca: ${file} holds a private key: give a file with the authority's certificate only.`,
    )
  }
  const certificates = text.match(CERTIFICATES)
  if (certificates === null) throw new UsageError(`--ca: ${file} holds no certificate in PEM form.`)
  return `${certificates.map(each => each.replace(/\r/g, '')).join('\n')}\n`
}
