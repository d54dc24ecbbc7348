/** Error codes and their messages. */

import { expect, test } from 'vitest'
import { unreachable } from '../../../src/kubernetes/http/unreachable.ts'

const SERVER = 'https://api.example:6443'
const failed = (code: string, message = 'GET with Bearer s3cr3t failed') =>
  new TypeError('outer s3cr3t', { cause: Object.assign(new Error(message), { code }) })

test.each([
  ['ENOTFOUND', 'has a name that does not resolve'],
  ['EAI_AGAIN', 'has a name that does not resolve'],
  ['UND_ERR_CONNECT_TIMEOUT', 'did not accept the connection in time'],
  ['EHOSTUNREACH', 'no route'],
  ['ECONNRESET', 'closed the connection'],
  ['UND_ERR_HEADERS_TIMEOUT', 'accepted the request but did not answer'],
  ['CERT_HAS_EXPIRED', 'expired certificate'],
  ['CERT_NOT_YET_VALID', 'is not valid yet'],
  ['UNABLE_TO_VERIFY_LEAF_SIGNATURE', 'not trusted'],
  ['ERR_SSL_TLSV1_ALERT_UNKNOWN_CA', 'check the client certificate'],
  ['HPE_INVALID_CONSTANT', 'not HTTP'],
  ['EWHATEVER', 'did not answer (EWHATEVER)'],
])('%s names the server and says that it %s', (code, expected) => {
  const { message } = unreachable(failed(code), { server: SERVER, proxy: null })
  expect(message).toMatch(`The API server ${SERVER} `)
  expect(message).toContain(expected)
  expect(message).not.toContain('s3cr3t')
})

test.each([
  [
    'ECONNREFUSED',
    '',
    `The API server ${SERVER} can't be reached through the proxy proxy:3128 (ECONNREFUSED)`,
  ],
  ['UND_ERR_ABORTED', 'Proxy response (403) !== 200 when HTTP Tunneling', '(it answered 403)'],
  [
    'CERT_HAS_EXPIRED',
    '',
    `The API server ${SERVER} behind the proxy proxy:3128 presented an expired certificate`,
  ],
])('with a proxy %s %s gives "%s"', (code, message, expected) => {
  expect(unreachable(failed(code, message), { server: SERVER, proxy: 'proxy:3128' }).message).toContain(
    expected,
  )
})
