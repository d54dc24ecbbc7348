/**
 * Writes the nodes' files to a file or folder on this machine: all or nothing, never over an existing file without the flag, and never
 * through a link.
 */

import { lstat, mkdir } from 'node:fs/promises'
import { dirname, join, relative, resolve } from 'node:path'
import { writeWhole } from '../../editor/write-file.ts'
import { errorCode, UsageError } from '../../errors.ts'
import type { PlannedGroup } from '../../mirror/report.ts'

interface Destination {
  /** As given: a folder if it ends in a slash, exists as one, or must contain several files; otherwise, a file. */
  path: string
  overwrite: boolean
  cwd: string
}

interface LocalFile {
  path: string
  content: string
}

/** @returns the files written, as paths relative to the working directory. @throws UsageError */
export async function writeFiles(
  planned: readonly PlannedGroup[],
  destination: Destination,
): Promise<string[]> {
  return writeAll(await placed(planned, destination), destination)
}

/** Writes these files. @throws UsageError */
async function writeAll(files: LocalFile[], { overwrite, cwd }: Destination): Promise<string[]> {
  for (const { path } of files) await assertFree(path, overwrite)
  for (const file of files) await writeLocal(file)
  return files.map(({ path }) => {
    const short = relative(cwd, path)
    return short.startsWith('..') ? path : short
  })
}

/** Writes one text to one file. @throws UsageError */
export async function writeText(content: string, destination: Destination): Promise<string[]> {
  const path = resolve(destination.cwd, destination.path)
  if (/[/\\]$/.test(destination.path) || (await kindOf(path)) === 'folder') {
    throw new UsageError(`-o ${destination.path} is a folder: name the file to write.`)
  }
  return writeAll([{ path, content }], destination)
}

async function placed(planned: readonly PlannedGroup[], { path, cwd }: Destination): Promise<LocalFile[]> {
  const whole = resolve(cwd, path)
  const files = filesInFolders(planned)
  const [first, ...others] = files
  if (first === undefined) throw new UsageError(`-o ${path}: there is no file to write for these nodes.`)
  const isFolder = /[/\\]$/.test(path) || (await kindOf(whole)) === 'folder'
  if (others.length === 0 && !isFolder) return [{ path: whole, content: first.content }]
  if (!isFolder && /\.[a-z]{2,5}$/i.test(path)) {
    throw new UsageError(
      `-o ${path} names one file, but ${files.length} are needed: name a folder, such as -o mirror/.`,
    )
  }
  return files.map(({ folder, name, content }) => ({
    path: join(whole, folder, ...name.split('/')),
    content,
  }))
}

/** Returns the files of all nodes, in a folder for each kind of setup: `containerd`, `containerd-2`. */
function filesInFolders(
  planned: readonly PlannedGroup[],
): { folder: string; name: string; content: string }[] {
  const seen = new Set<string>()
  const foldersOf = new Map<string, number>()
  return planned.flatMap(({ group: { platform }, setup }) => {
    if ('unsupported' in setup || setup.files.length === 0) return []
    // Groups that differ only in a version share files.
    const key = JSON.stringify(setup.files)
    if (seen.has(key)) return []
    seen.add(key)
    const number = (foldersOf.get(platform) ?? 0) + 1
    foldersOf.set(platform, number)
    const folder = number === 1 ? platform : `${platform}-${number}`
    return setup.files.map(file => ({ folder, ...file }))
  })
}

async function kindOf(path: string): Promise<'folder' | 'file' | 'link' | 'other' | null> {
  try {
    const found = await lstat(path)
    if (found.isSymbolicLink()) return 'link'
    return found.isDirectory() ? 'folder' : found.isFile() ? 'file' : 'other'
  } catch {
    return null
  }
}

async function assertFree(path: string, overwrite: boolean): Promise<void> {
  const kind = await kindOf(path)
  if (kind === null) return
  if (kind !== 'file') throw new UsageError(`${path} is not a regular file, so nothing was written.`)
  if (!overwrite)
    throw new UsageError(`${path} exists already, so nothing was written: add --overwrite to replace it.`)
}

async function writeLocal({ path, content }: LocalFile): Promise<void> {
  try {
    await mkdir(dirname(path), { recursive: true })
    await writeWhole(path, content, { mode: 0o644 })
  } catch (error) {
    throw new UsageError(`${path} can't be written (${errorCode(error) ?? 'unknown failure'}).`)
  }
}
