/** Certificate, protocol or handshake failed. A handshake that got no answer in time is a timeout. */

import type { Pod } from '../../snapshot/pod.ts'
import type { Clue } from '../clues/clue.ts'
import { ruleOf } from './cause-rule.ts'

/** Docker's and containerd's words for a file of their own that they can't use. */
export const CERTIFICATE_FILE =
  /\bunable to (?:read|load) (?:ca cert|cert file)\b|\bunable to initialize cert pool\b|\bfailed to load (?:ca file|cert file|x509 key ?pair)|\bcould not read ca cert|\bmissing (?:key|client certificate) \S{1,200} for (?:client certificate|key)\b/i

export const tls = ruleOf(
  'tls',
  /\bx509: |\binvalid peer certificate\b/,
  /\bcertificate (?:signed by|has expired|is (?:valid|not)|verif|relies|required|chain|authority|cannot)/,
  /\b(?:expired|bad|unknown|invalid|self[- ]signed|missing client) certificate\b/,
  /\b(?:remote|local) error: tls\b/,
  /\btls: (?!use of closed|failed to send closenotify)/,
  /\bhandshake failure\b|\btls alert\b|\bssl (?:routines|certificate|error|alert)\b|\bssl_error/,
  /\bfailed to load (?:ca|x509|client|tls|cert) (?:file|cert\w*|key ?pair|config)|\bgettlsconfig\b/,
  CERTIFICATE_FILE,
)

/** Go's crypto/x509 quotes the clock that it compared. */
const CLOCK = /\bcurrent time (\S{1,40}) is (after|before) ([\w:.+-]{1,40})/
const MINUTE = 60_000
const DAY = 86_400_000

/**
 * What the error says of the certificate's date, and whether the node's clock is wrong for sure: no pull is older than its pod, by the API
 * server's clock, nor later than the snapshot, by the clock of the machine that took it, which may be wrong itself.
 */
export function clockClues(text: string, { createdAt }: Pick<Pod, 'createdAt'>, takenAt: string): Clue[] {
  const [, shows = '', side, date = ''] = CLOCK.exec(text) ?? []
  if (side !== 'after' && side !== 'before') return []
  const shown = Date.parse(shows)
  const behind = Date.parse(createdAt) - shown
  const ahead = shown - Date.parse(takenAt)
  const off = behind >= 10 * MINUTE ? behind : ahead >= DAY ? ahead : null
  return [
    { code: 'certificate-date', date, side },
    ...(off === null ? [] : [{ code: 'clock-off', shows, seconds: Math.floor(off / 1000) } as const]),
  ]
}
