/** A user's file is replaced whole or not at all. */
import {
  chmodSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { readEditable, replaceFile } from '../../src/editor/write-file.ts'

let folder: string
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'pullguard-editor-'))
})
afterEach(() => rmSync(folder, { recursive: true }))

async function editable(path: string) {
  const file = await readEditable(path)
  if (file === null) throw new Error('not editable')
  return file
}

test('the new text has the old mode, byte order mark, and no file beside it', async () => {
  const path = join(folder, 'a.yaml')
  writeFileSync(path, '\ufeffa: 1\n')
  chmodSync(path, 0o640)
  const file = await editable(path)
  expect(file.text).toBe('a: 1\n')
  expect(await replaceFile(path, file, 'a: 2\n')).toBeNull()
  expect(readFileSync(path, 'utf8')).toBe('\ufeffa: 2\n')
  expect(statSync(path).mode & 0o777).toBe(0o640)
  expect(readdirSync(folder)).toEqual(['a.yaml'])
})

test('a file that somebody changed in the meantime stays theirs', async () => {
  const path = join(folder, 'a.yaml')
  writeFileSync(path, 'a: 1\n')
  const file = await editable(path)
  writeFileSync(path, 'a: 3\n')
  expect(await replaceFile(path, file, 'a: 2\n')).toBe('changed')
  expect(readFileSync(path, 'utf8')).toBe('a: 3\n')
  expect(readdirSync(folder)).toEqual(['a.yaml'])
})

test('a folder that became a link in the meantime is not followed', async () => {
  mkdirSync(join(folder, 'in'))
  mkdirSync(join(folder, 'out'))
  const path = join(folder, 'in', 'a.yaml')
  writeFileSync(path, 'a: 1\n')
  const file = await editable(path)
  renameSync(join(folder, 'in'), join(folder, 'gone'))
  writeFileSync(join(folder, 'out', 'a.yaml'), 'a: 1\n')
  symlinkSync(join(folder, 'out'), join(folder, 'in'))
  expect(await replaceFile(path, file, 'a: 2\n')).toBe('changed')
  expect(readFileSync(join(folder, 'out', 'a.yaml'), 'utf8')).toBe('a: 1\n')
})

test('what is not UTF-8 can’t be edited byte for byte', async () => {
  writeFileSync(join(folder, 'a.yaml'), Buffer.from([0x61, 0xe9]))
  expect(await readEditable(join(folder, 'a.yaml'))).toBeNull()
})
