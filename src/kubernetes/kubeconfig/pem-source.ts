/** Reads certificates, keys and tokens that a kubeconfig contains or names by file. */

import { readFile } from 'node:fs/promises'
import { dirname } from 'node:path'
import { UsageError } from '../../errors.ts'
import { codedError } from '../../network/error-code.ts'
import { Redacted } from '../../secrecy/redacted.ts'
import { type Entry, resolveIn, text } from './kubeconfig.ts'
import type { PemSource } from './target.ts'

/** `<field>-data` (base64) overrides `<field>` (a path), as in client-go. */
export function pemSourceOf(entry: Entry | undefined, field: string): PemSource {
  if (entry === undefined) return null
  const fields = entry.fields.reveal()
  const data = text(fields, `${field}-data`)
  if (data !== '') return { data: new Redacted(decodeBase64(data, field, entry.file)) }
  const file = resolveIn(dirname(entry.file), text(fields, field))
  return file === '' ? null : { file }
}

function decodeBase64(data: string, field: string, file: string): string {
  const compact = data.replace(/\s+/g, '')
  if (!/^[A-Za-z0-9+/]*={0,2}$/.test(compact)) {
    throw new UsageError(`${field}-data in ${file} is not base64: correct it`)
  }
  return Buffer.from(compact, 'base64').toString('utf8')
}

/**
 * @param what names the value in the error
 * @throws UsageError naming the file
 */
export async function pemText(source: PemSource, what: string): Promise<Redacted | null> {
  if (source === null) return null
  if ('data' in source) return source.data
  try {
    return new Redacted(await readFile(source.file, 'utf8'))
  } catch (error) {
    const code = codedError(error)?.code ?? 'unreadable'
    throw new UsageError(
      `The ${what} ${source.file} can't be read (${code}): correct the kubeconfig or the flag`,
    )
  }
}
