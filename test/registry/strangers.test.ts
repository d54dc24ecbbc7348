/** What other hosts receive when a registry redirects there: never a credential, never a token. */
import { MockAgent } from 'undici'
import { expect, test } from 'vitest'
import { image, jane, registriesAt, TOKEN } from './loopback.ts'

const HUB = 'https://registry-1.docker.io'
const MANIFEST = '/v2/library/nginx/manifests/1'

/** Hosts in memory; `asked` records the host and the request, in order. */
function internet() {
  const agent = new MockAgent()
  agent.disableNetConnect()
  const asked: [origin: string, authorization: string | null][] = []
  const reply = (
    origin: string,
    path: string | RegExp,
    method: string,
    status: number,
    headers = {},
    body = '',
  ) =>
    agent
      .get(origin)
      .intercept({ path, method })
      .reply(options => {
        const sent = options.headers as Record<string, string>
        asked.push([origin, sent.authorization ?? null])
        return { statusCode: status, data: body, responseOptions: { headers } }
      })
  const registry = registriesAt({}, { dispatcher: agent }).of('docker.io')
  return { asked, reply, head: () => registry.headManifest(image('library/nginx'), jane) }
}
const challenge = (realm: string) => ({ 'www-authenticate': `Bearer realm="${realm}",service="s"` })
const grant = JSON.stringify({ token: TOKEN })

test('a realm on another site is contacted anonymously, and the outcome says so', async () => {
  const { asked, reply, head } = internet()
  reply(HUB, MANIFEST, 'HEAD', 401, challenge('https://token.evil.example/t'))
  reply('https://token.evil.example', /^\/t/, 'GET', 200, {}, grant)
  reply(HUB, MANIFEST, 'HEAD', 200)
  expect(await head()).toMatchObject({
    status: 'found',
    identity: 'anonymous',
    withheldFrom: 'token.evil.example',
  })
  expect(asked).toEqual([
    [HUB, null],
    ['https://token.evil.example', null],
    [HUB, `Bearer ${TOKEN}`],
  ])
})

test('a realm that redirects to another host sends no login there, and a refusal there is not about the login', async () => {
  const { asked, reply, head } = internet()
  reply(HUB, MANIFEST, 'HEAD', 401, challenge('https://auth.docker.io/t'))
  reply('https://auth.docker.io', /^\/t/, 'GET', 302, { location: 'https://token.evil.example/t' })
  reply('https://token.evil.example', '/t', 'GET', 401)
  expect(await head()).toMatchObject({ status: 'denied' })
  expect(asked.map(([, authorization]) => authorization?.split(' ')[0] ?? null)).toEqual([
    null,
    'Basic',
    null,
  ])
})

test("a manifest on another host is requested without the token, and that host's challenge is not answered", async () => {
  const { asked, reply, head } = internet()
  reply(HUB, MANIFEST, 'HEAD', 401, challenge('https://auth.docker.io/t'))
  reply('https://auth.docker.io', /^\/t/, 'GET', 200, {}, grant)
  reply(HUB, MANIFEST, 'HEAD', 307, { location: 'https://mirror.example/m' })
  reply('https://mirror.example', '/m', 'HEAD', 401, challenge('https://mirror.example/t'))
  expect(await head()).toMatchObject({ status: 'denied' })
  expect(asked.slice(2)).toEqual([
    [HUB, `Bearer ${TOKEN}`],
    ['https://mirror.example', null],
  ])
})
