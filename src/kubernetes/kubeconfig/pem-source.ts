/** Reads certificates, keys and tokens that a kubeconfig names by file. */

import { readFile } from 'node:fs/promises'
import { UsageError } from '../../errors.ts'
import type { Material } from './target.ts'

/**
 * @param what names it in the error
 * @throws UsageError naming the file
 */
export async function materialText(material: Material, what: string): Promise<string | null> {
  if (material === null) return null
  if ('data' in material) return material.data
  try {
    return await readFile(material.file, 'utf8')
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? error.code : 'unreadable'
    throw new UsageError(
      `The ${what} ${material.file} can't be read (${code}): correct the kubeconfig or the flag`,
    )
  }
}
