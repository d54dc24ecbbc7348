/** Foreign text can repeat what was sent to it; passwords in it are redacted. */
import { expect, test } from 'vitest'
import { PullSecretContent } from '../../src/dockerconfig/pull-secret-content.ts'
import { credentialRedactor } from '../../src/secrecy/known-secrets.ts'
import { login } from '../registry/hub.ts'

const PASSWORD = 'c4n4ry "p/ss'
const credential = login(PASSWORD)
const base64 = (text: string) => Buffer.from(text).toString('base64')
const redact = credentialRedactor([credential])

test.each([
  ['in plain text', PASSWORD],
  ['in JSON', JSON.stringify({ password: PASSWORD })],
  ['in a URL', `https://jane:${encodeURIComponent(PASSWORD)}@x`],
  ['as auth', `auth=${base64(`jane:${PASSWORD}`)}`],
  ['in the data of a Secret', `data: ${PullSecretContent.of([credential]).revealData()}`],
  ['behind a path', `/x/${base64(`jane:${PASSWORD}`)}`],
])('a password %s is redacted, and the text around it stays', (_how, text) => {
  const shown = redact(`webhook says: ${text}: no`)
  expect(shown).toMatch(/^webhook says: .*\[redacted\].*: no$/)
  expect(shown).not.toMatch(/c4n4ry/)
  expect(shown).not.toContain(base64(`jane:${PASSWORD}`))
})

test('other text is unchanged', () => {
  const text = 'secrets "dockercreds" is forbidden: User "jane" cannot create /api/v1/namespaces/default'
  expect(redact(text)).toBe(text)
  expect(credentialRedactor([])(text)).toBe(text)
})
