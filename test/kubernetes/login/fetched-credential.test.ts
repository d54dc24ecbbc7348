/** When a fetched credential is fetched again. */

import { expect, test } from 'vitest'
import type { ClientCredential } from '../../../src/kubernetes/login/client-credential.ts'
import { fetchedBy } from '../../../src/kubernetes/login/credential-source.ts'
import { Redacted } from '../../../src/secrecy/redacted.ts'
import { fakeClock } from '../fake-clock.ts'

const CLOCK = fakeClock()

function counted(life: (run: number) => number) {
  let runs = 0
  const source = fetchedBy(async () => {
    runs += 1
    const credential = { authorization: new Redacted(`t${runs}`), certificate: null, key: null }
    return { credential, expiresAt: life(runs) }
  }, CLOCK)
  return { source, runs: () => runs }
}

const names = (all: (ClientCredential | null)[]) => all.map(one => one?.authorization?.reveal())

test('many requests share one login, even after the first one has expired', async () => {
  const { source } = counted(run => (run === 1 ? 0 : Number.POSITIVE_INFINITY))
  expect(names(await Promise.all([source.current(), source.current()]))).toEqual(['t1', 't1'])
  expect(names(await Promise.all([source.current(), source.current()]))).toEqual(['t2', 't2'])
})

test('many refusals of one credential share one renewal, and a late refusal gets the renewed one', async () => {
  const { source, runs } = counted(() => Number.POSITIVE_INFINITY)
  const refused = await source.current()
  expect(names(await Promise.all([source.renewed(refused), source.renewed(refused)]))).toEqual(['t2', 't2'])
  expect(names([await source.renewed(refused)])).toEqual(['t2'])
  expect(runs()).toBe(2)
})

test('a renewal that returns the same credential does not count', async () => {
  const credential = { certificate: null, key: null }
  const source = fetchedBy(
    async () => ({ credential: { ...credential, authorization: new Redacted('same') }, expiresAt: 0 }),
    CLOCK,
  )
  expect(await source.renewed(await source.current())).toBeNull()
})

test('a failed login is reported to each request without trying again', async () => {
  let runs = 0
  const source = fetchedBy(() => Promise.reject(new Error(`failed ${++runs}`)), CLOCK)
  await expect(source.current()).rejects.toThrow('failed 1')
  await expect(source.current()).rejects.toThrow('failed 1')
})
