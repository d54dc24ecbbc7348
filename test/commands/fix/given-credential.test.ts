/** A login from flags: one trailing newline is removed from its password, and what can't be a login is refused. */
import { expect, test } from 'vitest'
import { givenCredential } from '../../../src/commands/fix/given-credential.ts'
import { UsageError } from '../../../src/errors.ts'
import { Redacted } from '../../../src/secrecy/redacted.ts'

test("has the registry's canonical name and key", () => {
  const credential = givenCredential('index.docker.io', 'jane', new Redacted('pässword\r\n'))
  expect(credential).toMatchObject({
    registry: 'docker.io',
    key: 'https://index.docker.io/v1/',
    username: 'jane',
  })
  expect(credential.password.reveal()).toBe('pässword')
})

test.each([
  ['', 'secret'],
  ['ja:ne', 'secret'],
  ['jane', ''],
  ['jane', '\n'],
])('an impossible login is a usage error: %j with %j', (username, password) => {
  expect(() => givenCredential('docker.io', username, new Redacted(password))).toThrow(UsageError)
})
