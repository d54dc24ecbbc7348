/** Registries behind the environment's proxy: which requests use it, and the error when it refuses. */
import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { expect, onTestFinished, test } from 'vitest'
import { UsageError } from '../../src/errors.ts'
import { Pools } from '../../src/registry/pools.ts'
import { registriesAt } from './loopback.ts'

const HTTPS_PROXY = 'http://proxy.example:3128'

test.each([
  ['https://registry-1.docker.io', '', true],
  ['https://registry.corp.example', 'corp.example', false],
  ['https://registry.corp.example', '.corp.example', false],
  ['https://notcorp.example', 'corp.example', true],
  ['https://10.1.2.3:5000', '10.0.0.0/8', false],
  ['https://registry.corp.example:5000', 'corp.example:443', true],
  ['https://quay.io', '*', false],
  ['https://localhost:5000', '', false],
  ['http://mirror.example:5000', '', false],
])('%s with NO_PROXY=%s: through the proxy is %s', (url, NO_PROXY, proxied) => {
  expect(new Pools({ HTTPS_PROXY, NO_PROXY }).proxyTo(new URL(url)) !== null).toBe(proxied)
})

test('HTTPS_PROXY works without a scheme; only CONNECT reaches the proxy, and its refusal names it', async () => {
  const asked: string[] = []
  const proxy = createServer()
  proxy.on('connect', (request, socket) => {
    asked.push(`${request.url} ${request.headers['proxy-authorization']}`)
    socket.end('HTTP/1.1 403 Forbidden\r\n\r\n')
  })
  proxy.listen(0, '127.0.0.1')
  await once(proxy, 'listening')
  onTestFinished(() => void proxy.close())
  const { port } = proxy.address() as AddressInfo
  const env = { HTTPS_PROXY: `ann:c4nary@127.0.0.1:${port}` }
  const reference = { registry: 'registry.example', repository: 'a/b', tag: '1', digest: null }
  const outcome = await registriesAt({}, { env }).of('registry.example').headManifest(reference, null)
  expect(asked).toEqual([`registry.example:443 Basic ${Buffer.from('ann:c4nary').toString('base64')}`])
  expect(outcome).toMatchObject({
    status: 'unreachable',
    why: 'proxy',
    detail: `registry.example: UND_ERR_ABORTED on the way through the proxy 127.0.0.1:${port}`,
  })
})

test('an invalid HTTPS_PROXY is refused without being printed', () => {
  const wrong = () => new Pools({ HTTPS_PROXY: 'ftp://ann:c4nary@proxy' })
  expect(wrong).toThrow(UsageError)
  expect(wrong).not.toThrow(/c4nary/)
})
