/** Docker Hub's answer as curl, GNU Wget, and proxies print it. */
import { expect, test } from 'vitest'
import { parseQuotaText } from '../../src/registry/quota.ts'

const limited = (remaining: number) => ({ status: 'limited', limit: 100, remaining, windowSeconds: 21_600 })

test.each<[text: string, outcome: object]>([
  ['HTTP/2 200 \nratelimit-limit: 100;w=21600\nratelimit-remaining: 7;w=21600\n', limited(7)],
  ['  HTTP/1.1 200 OK\n  RateLimit-Limit: 100;w=21600\n  RateLimit-Remaining: 7;w=21600\n', limited(7)],
  [
    'HTTP/1.1 200 Connection established\nratelimit-limit: 1\n\nHTTP/2 200\nratelimit-limit: 100;w=21600\nratelimit-remaining: 0;w=21600',
    limited(0),
  ],
  ['HTTP/1.1 200 OK\n', { status: 'unlimited' }],
  ['HTTP/1.1 200 OK\ncontent-type: text/html\n', { status: 'server-error' }],
  ['HTTP/1.1 429 Too Many Requests\nretry-after: 30\n', { status: 'rate-limited', retryAfterSeconds: 30 }],
  ['HTTP/1.1 429 Too Many Requests\n', { status: 'rate-limited', retryAfterSeconds: null }],
  ['HTTP/1.1 401 Unauthorized\n', { status: 'denied', httpStatus: 401 }],
  ['HTTP/1.1 503 Unavailable\n', { status: 'server-error', httpStatus: 503 }],
  ['HTTP/1.1 200 OK\nratelimit-limit: \u001b[31m\n', { status: 'server-error' }],
  ['', { status: 'server-error', httpStatus: 0 }],
])('the answer %j is read', (text, outcome) => {
  expect(parseQuotaText(text, 0)).toMatchObject(outcome)
})
