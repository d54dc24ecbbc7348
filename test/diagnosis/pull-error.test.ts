/** Which truncated endings are completed. */
import { expect, test } from 'vitest'
import { completeLastPhrase } from '../../src/diagnosis/text/pull-error.ts'

test.each([
  ['dial tcp ‹name›: i/o time', 'dial tcp ‹name›: i/o timeout'],
  ['x509: certificate signed by unknown auth', 'x509: certificate signed by unknown authority'],
  ['‹url›: 401 unauthor', '‹url›: 401 unauthorized'],
  ['read: connection re', 'read: connection refused'],
])('%j is completed', (message, whole) => {
  expect(completeLastPhrase(message)).toBe(whole)
})

test.each([
  'dial tcp ‹name›: i/o timeout',
  'first record does not look like a tls handshake',
  'received unexpe',
  'too ma',
  'image "unauthori',
  '',
])('%j is left unchanged', message => {
  expect(completeLastPhrase(message)).toBe(message)
})
