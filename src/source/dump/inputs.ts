/** Finds the inputs of -f: standard input, files, and the files in folders. */

import type { Dirent } from 'node:fs'
import { readdir, stat } from 'node:fs/promises'
import { join, resolve } from 'node:path'
import { addAbortSignal, Readable } from 'node:stream'
import { systemCode, UsageError } from '../../errors.ts'
import { bytesOf } from '../../network/bytes-of.ts'
import { checkFileNames, checkPiped, IN_FOLDERS, shownName } from '../file-names.ts'

/** One stream of bytes, and its name in errors. */
export interface Input {
  name: string
  /** Whether it was named with -f. Otherwise it was found in a named folder, possibly among unrelated files. */
  named: boolean
  open(signal: AbortSignal): AsyncIterable<Uint8Array>
}

interface Inputs {
  inputs: Input[]
  /** Named folders with subfolders that were not read. */
  unenteredFolders: string[]
}

export interface InputOptions {
  /** As on the command line; `-` is standard input. */
  files: string[]
  /** Whether to read subfolders too. */
  recursive: boolean
  stdin: AsyncIterable<Uint8Array> & { isTTY?: boolean }
  cwd: string
}

/** Returns every input once, in the order named, and files in a folder by name. @throws UsageError for a missing file or folder */
export async function findInputs({ files, recursive, stdin, cwd }: InputOptions): Promise<Inputs> {
  checkFileNames(files)
  const inputs = new Map<string, Input>()
  const unenteredFolders: string[] = []
  const add = (path: string, input: Input) => {
    // A file that is named and also in a named folder counts as named, whichever comes first.
    if (input.named || !inputs.has(path)) inputs.set(path, input)
  }
  for (const file of files) {
    if (file === '-') {
      add(file, standardInput(stdin))
      continue
    }
    const found = await filesAt(file, cwd, recursive)
    for (const name of found.files) add(resolve(cwd, name), fileInput(name, cwd, !found.isFolder))
    if (found.hasFolders && !recursive) unenteredFolders.push(file)
  }
  return { inputs: [...inputs.values()], unenteredFolders }
}

function standardInput(stdin: InputOptions['stdin']): Input {
  checkPiped(stdin, 'kubectl get pods -o json')
  return {
    name: shownName('-'),
    named: true,
    open: signal => (stdin instanceof Readable ? addAbortSignal(signal, stdin) : stdin),
  }
}

function fileInput(file: string, cwd: string, named: boolean): Input {
  // File names in a folder are untrusted.
  const name = file.replace(/[\p{Cc}\p{Cf}]/gu, '?')
  return {
    name,
    named,
    async *open(signal) {
      try {
        yield* bytesOf(resolve(cwd, file), signal)
      } catch (error) {
        throw signal.aborted ? error : unreadable(name, error)
      }
    },
  }
}

interface InputFiles {
  files: string[]
  isFolder: boolean
  /** Whether it has subfolders that are not hidden. */
  hasFolders: boolean
}

async function filesAt(name: string, cwd: string, recursive: boolean): Promise<InputFiles> {
  let entries: Dirent[]
  try {
    const found = await stat(resolve(cwd, name))
    if (!found.isDirectory()) return { files: [name], isFolder: false, hasFolders: false }
    entries = await readdir(resolve(cwd, name), { recursive, withFileTypes: true })
  } catch (error) {
    throw unreadable(name, error)
  }
  const files = entries
    .filter(entry => !entry.isDirectory() && IN_FOLDERS.test(entry.name))
    .map(entry => join(name, entry.parentPath.slice(resolve(cwd, name).length), entry.name))
  const hasFolders = entries.some(entry => entry.isDirectory() && !entry.name.startsWith('.'))
  if (files.length > 0) return { files: files.sort(), isFolder: true, hasFolders }
  const below = recursive
    ? ', nor does a folder below it'
    : hasFolders
      ? '; with -R the folders below it are read too'
      : ''
  throw new UsageError(`The folder ${name} has no .json, .yaml, or .yml file${below}.`)
}

const REASONS = new Map([
  ['ENOENT', 'there is no such file or folder'],
  ['EACCES', 'you are not allowed to read it'],
  ['EPERM', 'you are not allowed to read it'],
  ['EISDIR', 'it is a folder'],
])

function unreadable(name: string, error: unknown): unknown {
  const code = systemCode(error)
  if (code === null) return error
  return new UsageError(`Can't read ${name}: ${REASONS.get(code) ?? code}.`)
}
