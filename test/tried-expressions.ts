/**
 * Lists the regular expressions that texts written by a tenant meet, in a thread of its own: changing a method of RegExp.prototype makes all
 * expressions of the thread several times slower for good, even after it is changed back.
 */

import { once } from 'node:events'
import { isMainThread, parentPort, Worker } from 'node:worker_threads'
import { cluesOf } from '../src/diagnosis/clues/clues.ts'
import { classify } from '../src/diagnosis/text/classify.ts'
import { cell, guardLines, markdownCode, markdownText, sanitizeLine } from '../src/report/sanitize.ts'
import { redactStrictly } from '../src/secrecy/redact.ts'

/** Too long for what searches an image's name, and only a short one. */
const LONG_NAME = 'n'.repeat(601)

function allClues(text: string): void {
  for (const cause of ['auth-required-or-denied', 'rate-limited', 'image-not-found'] as const)
    for (const status of [null, 403, 429])
      cluesOf(`denied: ${text}`, {
        cause,
        status,
        endpoint: null,
        image: LONG_NAME,
        reference: null,
        search: null,
      })
}

const SUBJECTS = {
  'every rule of a cause': (text: string) => void classify(text, 'ErrImagePull'),
  'every clue': allClues,
  'the redactor': (text: string) => void redactStrictly(text),
  'the sanitizer and the escapers': (text: string) => {
    for (const show of [sanitizeLine, guardLines, markdownText, markdownCode, cell]) show(`${text}\n\u00e9`)
  },
}

type Tried = Record<keyof typeof SUBJECTS, RegExp[]>

/** Returns every expression that is tried on a text, including all rules', because this text matches none. */
function expressionsOf(work: (text: string) => void): RegExp[] {
  const found = new Map<string, RegExp>()
  const note = (expression: RegExp) => found.set(String(expression), expression)
  const own = RegExp.prototype as unknown as Record<string | symbol, (...given: unknown[]) => unknown>
  const methods = (['exec', 'test', Symbol.replace] as const).map(name => [name, own[name]] as const)
  for (const [name, method] of methods) {
    own[name] = function (this: RegExp, ...given: unknown[]) {
      note(this)
      return method?.call(this, ...given)
    }
  }
  work('quux "a/b:1" https://h/p 12: eof?')
  for (const [name, method] of methods) if (method) own[name] = method
  return [...found.values()]
}

if (!isMainThread)
  parentPort?.postMessage(
    Object.fromEntries(Object.entries(SUBJECTS).map(([subject, work]) => [subject, expressionsOf(work)])),
  )

/** Returns the expressions that each subject tries. */
export async function triedExpressions(): Promise<Tried> {
  const [tried] = await once(new Worker(new URL(import.meta.url)), 'message')
  return tried
}
