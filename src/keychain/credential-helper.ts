/** Asks a docker credential helper for a registry's login: `docker-credential-NAME get`, with the registry on standard input. */

import { type ChildProcessByStdio, spawn } from 'node:child_process'
import type { Readable, Writable } from 'node:stream'
import type { Clock } from '../clock.ts'
import { canonicalKey } from '../dockerconfig/docker-key.ts'
import { type DockerLogin, loginFrom, loginProblem } from '../dockerconfig/docker-view.ts'
import { DOCKER_HUB } from '../image/docker-hub.ts'
import { parseJson } from '../json/json-object.ts'
import { withoutWorkingDirectory } from '../network/program-path.ts'
import { redactStrictly } from '../secrecy/redact.ts'
import { Redacted } from '../secrecy/redacted.ts'

/** A suffix becomes part of a program's name, so it must not be a path or anything else (docker-credential-<suffix>). */
const SUFFIX = /^[A-Za-z0-9_.-]+$/

/** The exact message of docker-credential-helpers for a missing login. */
const NOT_FOUND = 'credentials not found in native keychain'

/** In characters. Applied after redaction: half a token would not be recognized. */
const MAX_MESSAGE_LENGTH = 160

/** The program of a `credsStore` or `credHelpers` name, as docker finds it on the PATH. */
export function helperProgram(suffix: string): string {
  return `docker-credential-${suffix}`
}

/** Asks the helper for a whole registry, under each name that may have been used to store it. Failures are a `problem`, never an error. */
export async function askHelper(suffix: string, registry: string, run: RunHelper): Promise<DockerLogin> {
  if (!SUFFIX.test(suffix)) {
    return loginProblem('helper-name', 'names a helper that is not a plain program name; it was not run')
  }
  let answer: DockerLogin = loginProblem('helper-has-none', 'has no login for it')
  for (const question of helperQuestions(registry)) {
    answer = await askOnce(suffix, question, run)
    if (answer.type !== 'problem' || answer.reason !== 'helper-has-none') return answer
  }
  return answer
}

/** docker stores Docker Hub under its URL, podman under the plain name. */
function helperQuestions(registry: string): string[] {
  return registry === DOCKER_HUB ? [canonicalKey(registry), DOCKER_HUB] : [registry]
}

async function askOnce(suffix: string, question: string, run: RunHelper): Promise<DockerLogin> {
  const result = await run(helperProgram(suffix), question)
  if (result.type === 'missing') return loginProblem('helper-missing', 'is not on the PATH')
  if (result.type === 'timeout') return loginProblem('helper-failed', 'did not answer in time')
  if (result.type === 'failed') return loginProblem('helper-failed', `could not be run (${result.code})`)
  if (result.exitCode !== 0) return refusal(result.stdout)
  return readAnswer(result.stdout)
}

/** Errors are printed to standard output with exit code 1. Cloud helpers have other messages for a missing login, which are shown. */
function refusal(stdout: Redacted): DockerLogin {
  const text = stdout.reveal().trim()
  if (text === NOT_FOUND) return loginProblem('helper-has-none', 'has no login for it')
  const line = (text.split('\n')[0] ?? '').replace(/[^\x20-\x7e]/g, '')
  const showable = line !== '' && !/["{}]/.test(line)
  return loginProblem(
    'helper-failed',
    showable ? `failed: ${redactStrictly(line).slice(0, MAX_MESSAGE_LENGTH)}` : 'failed',
  )
}

function readAnswer(stdout: Redacted): DockerLogin {
  const answer = stdout.map(parseJson).reveal()
  if (answer === undefined) return loginProblem('helper-failed', 'answered something that is not JSON')
  const { Username, Secret } = (answer ?? {}) as Record<string, unknown>
  if (typeof Username !== 'string' || typeof Secret !== 'string') {
    return loginProblem('helper-failed', 'answered without Username and Secret')
  }
  if (Username === '' && Secret === '') return loginProblem('helper-has-none', 'has no login for it')
  return loginFrom(Username, Secret)
}

/** The result of running the program. Its output is hostile and, if it succeeded, secret. */
type HelperRun =
  | { type: 'ended'; exitCode: number; stdout: Redacted }
  | { type: 'missing' }
  | { type: 'timeout' }
  | { type: 'failed'; code: string }

/** Runs `program get` with `input` on standard input. */
export type RunHelper = (program: string, input: string) => Promise<HelperRun>

interface HelperPatience {
  clock: Clock
  /** One minute by default. */
  timeoutMs?: number
  /** Ends a helper that is still running; its reason is thrown. */
  signal?: AbortSignal
}

/** In bytes. A credential is a few kilobytes at most; a longer answer is not one. */
const LONGEST_ANSWER = 64 * 1024

/**
 * The real runner. Uses no shell, and the home directory as working directory, so that no program in the current one is run (Windows looks
 * there first). Standard error is not read. A keychain may ask the user, hence the generous `timeoutMs`.
 */
export function helperRunner(
  env: NodeJS.ProcessEnv,
  home: string,
  { clock, timeoutMs = 60_000, signal }: HelperPatience,
): RunHelper {
  return async (program, input) => {
    const helper = spawn(program, ['get'], {
      env: withoutWorkingDirectory(env),
      cwd: home,
      shell: false,
      stdio: ['pipe', 'pipe', 'ignore'],
      windowsHide: true,
    })
    const { promise: run, resolve: end, reject } = Promise.withResolvers<HelperRun>()
    const giveUp = () => reject(signal?.reason)
    signal?.addEventListener('abort', giveUp)
    const cancelTimeout = clock.after(timeoutMs, () => end({ type: 'timeout' }))
    reportEnd(helper, end)
    // A helper that answers without reading closes the pipe; its answer counts, not the broken pipe.
    helper.stdin.on('error', () => {})
    helper.stdin.end(input)
    try {
      return await run
    } finally {
      cancelTimeout()
      signal?.removeEventListener('abort', giveUp)
      helper.kill('SIGKILL')
      helper.stdout.destroy()
    }
  }
}

/** Collects the helper's answer, and reports how the helper ended: only the first report counts. */
function reportEnd(
  helper: ChildProcessByStdio<Writable, Readable, null>,
  end: (run: HelperRun) => void,
): void {
  const chunks: Buffer[] = []
  let length = 0
  helper.stdout.on('data', (chunk: Buffer) => {
    length += chunk.length
    chunks.push(chunk)
    if (length > LONGEST_ANSWER) end({ type: 'failed', code: 'answer too long' })
  })
  helper.on('error', (error: NodeJS.ErrnoException) =>
    end(error.code === 'ENOENT' ? { type: 'missing' } : { type: 'failed', code: error.code ?? 'unknown' }),
  )
  helper.on('close', exitCode =>
    end({
      type: 'ended',
      exitCode: exitCode ?? -1,
      stdout: new Redacted(Buffer.concat(chunks).toString('utf8')),
    }),
  )
}
