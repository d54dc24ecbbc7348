/** Texts end in the middle of a word where an event, a log or a screen was too small: the last phrase is completed where only one is meant. */

/** Phrases that tell a cause; of two with the same beginning the one that tells more often. */
const PHRASES = [
  'i/o timeout',
  'tls handshake timeout',
  'connection refused',
  'connection reset by peer',
  'connection timed out',
  'no such host',
  'no route to host',
  'network is unreachable',
  'certificate signed by unknown authority',
  'server gave http response to https client',
  'no space left on device',
  'no match for platform',
  'too many requests',
  'toomanyrequests',
  'unauthorized',
  'forbidden',
  'authentication required',
  'not found',
  'internal server error',
  'service unavailable',
  'bad gateway',
  'gateway timeout',
  'unexpected eof',
  'context deadline exceeded',
  'context canceled',
]
/** What a text may end with: the phrase up to its last word, and at least two letters of that. */
const ENDINGS = PHRASES.flatMap(phrase => {
  const lastWord = phrase.lastIndexOf(' ') + 1
  const least = Math.max(6, lastWord + 2)
  return Array.from({ length: phrase.length - least }, (_, more) => ({ phrase, length: least + more }))
})

/** The text with its last phrase completed. Expects lower case. */
export function completeLastPhrase(masked: string): string {
  for (const { phrase, length } of ENDINGS) {
    if (masked.endsWith(` ${phrase.slice(0, length)}`)) return masked + phrase.slice(length)
  }
  return masked
}
