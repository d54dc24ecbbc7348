/** Certificate, protocol or handshake failed. A handshake that got no answer in time is a timeout. */

import { ruleOf } from './cause-rule.ts'

export const tls = ruleOf(
  'tls',
  /\bx509: |\binvalid peer certificate\b/,
  /\bcertificate (?:signed by|has expired|is (?:valid|not)|verif|relies|required|chain|authority|cannot)/,
  /\b(?:expired|bad|unknown|invalid|self[- ]signed|missing client) certificate\b/,
  /\b(?:remote|local) error: tls\b/,
  /\btls: (?!use of closed|failed to send closenotify)/,
  /\bhandshake failure\b|\btls alert\b|\bssl (?:routines|certificate|error|alert)\b|\bssl_error/,
  /\bfailed to load (?:ca|x509|client|tls) (?:file|cert\w*|key ?pair|config)|\bgettlsconfig\b/,
  /\bmissing (?:key|client certificate) ‹name› for (?:client certificate|key)\b/,
)
