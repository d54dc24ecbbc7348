/** Steps for a login that never reached the registry: what could not be read or sent, and where. */

import { clueOf, hasClue } from '../diagnosis/clues/clue.ts'
import { isUnreadSecret, malformedSecrets } from '../diagnosis/credential/pod-credential.ts'
import type { Finding } from '../diagnosis/finding.ts'
import { seeWhy } from './login.ts'
import type { Step } from './step/step.ts'

/** A login that the kubelet or the runtime could not read or send, or that another server than the registry refused; null if nothing shows one. */
export function unsentLogin(finding: Finding): Step[] | null {
  const { registry, credential, namespace } = finding
  const malformed = malformedSecrets(credential)
  if (malformed.length > 0) return [...malformed.map(secret => repair(namespace, secret)), seeWhy('secrets')]
  if (hasClue(finding.clues, 'unreadable-secret')) {
    // The kubelet reads no other secrets for this pod.
    const named = new Set(credential.attempts.map(({ secret }) => secret))
    const unseen = credential.attempts.find(({ problem }) => isUnreadSecret(problem))
    return named.size === 1 && unseen !== undefined
      ? [repair(namespace, unseen.secret), seeWhy('secrets')]
      : [seeWhy('secrets')]
  }
  if (hasClue(finding.clues, 'content-trust')) return [{ code: 'content-trust' }, { code: 'ask-registry' }]
  const file = clueOf(finding.clues, 'node-login-file')
  if (file !== undefined) return [{ code: 'correct-login-file', path: file.path }, { code: 'runtime-log' }]
  if (!hasClue(finding.clues, 'unsent-login') || registry === null) return null
  return credential.status === 'none'
    ? [{ code: 'node-login', registry, perhaps: false }, seeWhy('secrets')]
    : [seeWhy('secrets'), { code: 'runtime-log' }]
}

const repair = (namespace: string, secret: string): Step => ({
  code: 'repair-secret',
  namespace,
  secret,
  problem: 'malformed',
})
