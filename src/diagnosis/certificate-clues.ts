/** What is wrong with a certificate, or with the files of one, by the words of clients. */

import type { Clue } from './clue.ts'

export const CERTIFICATE_CLUES: [Clue, RegExp][] = [
  [
    { code: 'certificate-file' },
    /unable to (?:read|load) (?:ca cert|cert file)|unable to initialize cert pool|failed to load (?:ca file|cert file|x509 key pair)|could not read ca cert|missing (?:key|client certificate) \S{1,200} for (?:client certificate|key)/i,
  ],
  [
    { code: 'certificate', problem: 'unknown-authority' },
    /unknown authority|self[- ]signed|unable to get local issuer|unknown certificate authority|not trusted/i,
  ],
  [
    { code: 'certificate', problem: 'expired' },
    /certificate has expired|not yet valid|certificate is expired/i,
  ],
  [
    { code: 'certificate', problem: 'wrong-name' },
    /certificate is (?:valid for|not valid for)|cannot validate certificate for/i,
  ],
  [{ code: 'certificate', problem: 'client' }, /certificate required|bad certificate|client certificate/i],
  [
    { code: 'certificate', problem: 'no-alternative-name' },
    /legacy common name|doesn't contain any ip sans|not valid for any names/i,
  ],
  [
    { code: 'certificate', problem: 'legacy' },
    /insecure signature|protocol version not supported|unsupported protocol version|handshake failure/i,
  ],
]
