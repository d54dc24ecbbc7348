/** Programs that a config names are not run from the working directory. */
import { spawnSync } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { delimiter, join } from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
import { withoutWorkingDirectory } from '../../src/network/program-path.ts'

test.skipIf(process.platform === 'win32').each(['.', '', 'bin', './', '..'])(
  'a program is not found through %j on the PATH, alone and before, between, and after other folders',
  entry => {
    const folder = mkdtempSync(join(tmpdir(), 'pullguard-path-'))
    onTestFinished(() => rmSync(folder, { recursive: true }))
    writeFileSync(join(folder, 'aws'), '#!/bin/sh\necho taken\n', { mode: 0o755 })
    for (const PATH of [entry, `${entry}:/nowhere:${entry}:/no:${entry}`]) {
      const env = withoutWorkingDirectory({ PATH })
      expect(spawnSync('aws', { cwd: folder, env: env as NodeJS.ProcessEnv }).error).toMatchObject({
        code: 'ENOENT',
      })
    }
    const env = withoutWorkingDirectory({ PATH: `${entry}${delimiter}${folder}` })
    expect(spawnSync('aws', { env: env as NodeJS.ProcessEnv, encoding: 'utf8' }).stdout).toBe('taken\n')
  },
)
