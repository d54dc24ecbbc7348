/** The report's description of a login before it is distributed. */
import { describe, expect, test } from 'vitest'
import { failedProofText, provenText } from '../../src/report/views/login-proofs.ts'
import { plan } from './plan-samples.ts'

const LOGIN = { registry: 'docker.io', username: 'acme', origin: 'file ~/.docker/config.json' }
const limited = (remaining: number) =>
  ({ status: 'limited', limit: 200, remaining, windowSeconds: 21_600, source: null }) as const

describe('a login that works', () => {
  test.each([
    ['with pulls enough for the plan', limited(6), 6],
    ['of a plan that spends none', limited(0), 0],
    ['without a limit', { status: 'unlimited' } as const, 600],
  ])('%s needs no explanation', (_what, quota, needed) => {
    expect(provenText(LOGIN, quota, needed)).not.toContain('The plan may need')
  })

  test('with fewer pulls left than the plan may need comes with what happens to the rest', () => {
    expect(provenText(LOGIN, limited(3), 6)).toBe(
      'The login of acme for Docker Hub works: 3 of 200 pulls left in this 6-hour window. The plan may need 6: pods are recreated while pulls remain, and the rest wait for another fix.',
    )
  })
})

test('a refused login is followed by the flags to leave it out, and those to omit then', () => {
  const proof = { login: LOGIN, image: null, why: 'wrong-credential', detail: '' } as const
  const text = (loginFlags: string[]) => failedProofText(proof, { plan: plan([]), others: [], loginFlags })
  expect(text([])).toContain(' --no-authenticate distributes no login')
  expect(text(['--username', '--password-stdin'])).toContain(
    ' --no-authenticate in place of --username and --password-stdin distributes no login',
  )
})
