/** A gap carries the server's message, but none of the secrets in it. */
import { expect, test } from 'vitest'
import { ApiError } from '../../../src/kubernetes/api/api-error.ts'
import { gapOf } from '../../../src/source/live/reading.ts'

test("a login in the server's message does not reach the gap", () => {
  const message = 'admission webhook failed: Get "https://ann:canary@hooks.example/v1": EOF'
  const error = new ApiError({ status: 500, reason: 'InternalError', message, method: 'GET', path: '/' })
  expect(gapOf(error, 'pods', 'web')).toEqual({
    what: 'pods',
    namespace: 'web',
    why: 'failed',
    detail: 'admission webhook failed: Get "https://[redacted]@hooks.example/v1": EOF',
  })
})
