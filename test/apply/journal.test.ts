/** A journal that can't be kept: the run ends with one sentence, before anything is written. */
import { existsSync } from 'node:fs'
import { mkdir, mkdtemp, rm, symlink } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { Journal } from '../../src/apply/journal/journal.ts'
import type { RunHeader } from '../../src/apply/journal/journal-line.ts'
import { UsageError } from '../../src/errors.ts'

const HEADER: RunHeader = {
  type: 'run',
  run: 'r1',
  startedAt: '2026-11-24T10:00:00Z',
  cluster: { uid: 'u', server: 'https://prod.example', context: 'prod' },
  namespaces: null,
}

let home: string
beforeEach(async () => {
  home = await mkdtemp(join(tmpdir(), 'pullguard-journal-'))
})
afterEach(() => rm(home, { recursive: true, force: true }))

test('a journal whose file can not be opened ends the run with a sentence that names the folder and the remedy', async () => {
  const folder = join(home, 'cluster')
  await mkdir(join(folder, 'r1.jsonl'), { recursive: true })
  const journal = new Journal(folder, 'r1', HEADER)
  const appended = journal.append({ type: 'over' })
  await expect(appended).rejects.toThrow(UsageError)
  await expect(appended).rejects.toThrow(
    `Can't keep a journal in ${folder} (EISDIR), so nothing was written. Set XDG_STATE_HOME to a writable folder.`,
  )
  expect(journal.hasBegun).toBe(false)
})

test.skipIf(!existsSync('/dev/full'))(
  'a journal on a full disk has not begun, so there is nothing to undo',
  async () => {
    const folder = join(home, 'cluster')
    await mkdir(folder)
    await symlink('/dev/full', join(folder, 'r1.jsonl'))
    const journal = new Journal(folder, 'r1', HEADER)
    await expect(journal.append({ type: 'over' })).rejects.toThrow(/ENOSPC.*nothing more is written/)
    expect(journal.hasBegun).toBe(false)
  },
)
