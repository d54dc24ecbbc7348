/** Turns what a credential helper says into a login or the reason why there is none. */

import type { RefusalReason } from '../dockerconfig/credential.ts'
import { helperQuestions } from '../dockerconfig/docker-key.ts'
import { type AuthEntry, asLogin } from '../dockerconfig/docker-view.ts'
import { redactStrictly } from '../secrecy/redact.ts'
import type { RunHelper } from './credential-helper.ts'

/** A suffix becomes part of a program's name, so it must not be a path or anything else (docker-credential-<suffix>). */
const SUFFIX = /^[A-Za-z0-9_.-]+$/

/** What the helpers of docker-credential-helpers say, word for word, when they have nothing. */
const NOT_FOUND = 'credentials not found in native keychain'

/** Cut after redaction: half a token looks like none. */
const LONGEST_SAYING = 160

/** The program of a `credsStore` or `credHelpers` name, as docker finds it on the PATH. */
export function helperProgram(suffix: string): string {
  return `docker-credential-${suffix}`
}

/** Asks the helper for a whole registry, under each name it may have stored it. Trouble is a `problem`, never an error. */
export async function askHelper(suffix: string, registry: string, run: RunHelper): Promise<AuthEntry> {
  if (!SUFFIX.test(suffix)) {
    return problem('helper-name', 'names a helper that is not a plain program name; it was not run')
  }
  let answer: AuthEntry = problem('helper-has-none', 'has no login for it')
  for (const question of helperQuestions(registry)) {
    answer = await askOnce(suffix, question, run)
    if (answer.type !== 'problem' || answer.reason !== 'helper-has-none') return answer
  }
  return answer
}

async function askOnce(suffix: string, question: string, run: RunHelper): Promise<AuthEntry> {
  const result = await run(helperProgram(suffix), question)
  if (result.type === 'missing') return problem('helper-missing', 'is not on the PATH')
  if (result.type === 'timeout') return problem('helper-failed', 'did not answer in time')
  if (result.type === 'failed') return problem('helper-failed', `could not be run (${result.code})`)
  if (result.exitCode !== 0) return refusal(result.stdout)
  return readAnswer(result.stdout)
}

/** Errors come on standard output with exit code 1. Cloud helpers say "not found" in words of their own: they are shown. */
function refusal(stdout: string): AuthEntry {
  const text = stdout.trim()
  if (text === NOT_FOUND) return problem('helper-has-none', 'has no login for it')
  const line = (text.split('\n')[0] ?? '').replace(/[^\x20-\x7e]/g, '')
  const showable = line !== '' && !/["{}]/.test(line)
  return problem(
    'helper-failed',
    showable ? `said: ${redactStrictly(line).slice(0, LONGEST_SAYING)}` : 'failed',
  )
}

function readAnswer(stdout: string): AuthEntry {
  let answer: unknown
  try {
    answer = JSON.parse(stdout)
  } catch {
    return problem('helper-failed', 'answered something that is not JSON')
  }
  const { Username, Secret } = (answer ?? {}) as Record<string, unknown>
  if (typeof Username !== 'string' || typeof Secret !== 'string') {
    return problem('helper-failed', 'answered without Username and Secret')
  }
  if (Username === '' && Secret === '') return problem('helper-has-none', 'has no login for it')
  return asLogin(Username, Secret)
}

function problem(reason: RefusalReason, detail: string): AuthEntry {
  return { type: 'problem', reason, detail }
}
