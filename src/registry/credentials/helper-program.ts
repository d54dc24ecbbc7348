/** Runs a docker credential helper: one program, one word, the registry on its standard input. */

import { spawn } from 'node:child_process'
import type { Clock } from '../../clock.ts'

/** What a helper said. Its texts are hostile and, when it succeeds, secret. */
type HelperRun =
  | { type: 'ended'; exitCode: number; stdout: string }
  | { type: 'missing' }
  | { type: 'timeout' }
  | { type: 'failed'; code: string }

/** Runs `program get` with `input` on standard input. */
export type RunHelper = (program: string, input: string) => Promise<HelperRun>

export interface HelperPatience {
  clock: Clock
  /** A minute unless told. */
  timeoutMs?: number
  /** Ends a helper that still runs; its reason is thrown. */
  signal?: AbortSignal
}

/** A credential is some kilobytes at most; more than this is not one. */
const LONGEST_ANSWER = 64 * 1024

/**
 * The real runner. No shell; the home directory as working directory, so that no program lying in the current one is run (Windows looks
 * there first); its standard error is not read. A keychain may ask a person, hence the generous `timeoutMs`.
 */
export function helperRunner(
  env: NodeJS.ProcessEnv,
  home: string,
  { clock, timeoutMs = 60_000, signal }: HelperPatience,
): RunHelper {
  return (program, input) =>
    new Promise((resolve, reject) => {
      const child = spawn(program, ['get'], {
        env,
        cwd: home,
        shell: false,
        stdio: ['pipe', 'pipe', 'ignore'],
        windowsHide: true,
      })
      const chunks: Buffer[] = []
      let length = 0
      const end = (run: HelperRun | null) => {
        cancel()
        signal?.removeEventListener('abort', giveUp)
        child.kill('SIGKILL')
        child.stdout.destroy()
        if (run === null) reject(signal?.reason)
        else resolve(run)
      }
      const giveUp = () => end(null)
      signal?.addEventListener('abort', giveUp)
      const cancel = clock.after(timeoutMs, () => end({ type: 'timeout' }))
      child.stdout.on('data', (chunk: Buffer) => {
        length += chunk.length
        chunks.push(chunk)
        if (length > LONGEST_ANSWER) end({ type: 'failed', code: 'answer too long' })
      })
      child.on('error', (error: NodeJS.ErrnoException) =>
        end(
          error.code === 'ENOENT' ? { type: 'missing' } : { type: 'failed', code: error.code ?? 'unknown' },
        ),
      )
      child.on('close', exitCode =>
        end({ type: 'ended', exitCode: exitCode ?? -1, stdout: Buffer.concat(chunks).toString('utf8') }),
      )
      // A helper that answers without reading closes the pipe; its answer counts, not the broken pipe.
      child.stdin.on('error', () => {})
      child.stdin.end(input)
    })
}
