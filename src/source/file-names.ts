/** What -f means for every command that reads files: a file, a pipe, a folder, or standard input. */

import { UsageError } from '../errors.ts'

/** The file types that kubectl reads from a folder, in any case. */
export const IN_FOLDERS = /\.(?:json|ya?ml)$/i

/** @throws UsageError for an empty name, and for standard input given twice */
export function checkFileNames(names: readonly string[]): void {
  // An unset variable on the command line; resolve() would turn it into the current folder.
  if (names.includes('')) throw new UsageError('-f was given an empty name: give a file, a folder, or -.')
  if (names.filter(name => name === '-').length > 1)
    throw new UsageError('-f - is given twice: standard input can be read only once.')
}

/** The name of an input in a sentence. */
export function shownName(file: string): string {
  return file === '-' ? 'standard input' : file
}

/** @throws UsageError at a terminal, where nothing would ever come. @param example what can be piped in */
export function checkPiped({ isTTY }: { isTTY?: boolean }, example: string): void {
  if (isTTY === true)
    throw new UsageError(`-f - reads standard input, and nothing is piped into it: ${example} | …`)
}
