/** Requests through a proxy on loopback: tunneled, refused, and without a proxy running. */

import { once } from 'node:events'
import { createServer } from 'node:http'
import { type AddressInfo, connect } from 'node:net'
import { expect, test } from 'vitest'
import { systemClock } from '../../../src/clock.ts'
import { openConnection } from '../../../src/kubernetes/http/open-connection.ts'
import { untilTestEnds } from '../../until-test-ends.ts'
import { serveTls } from '../api-server.ts'
import { folderWith, oneContext } from '../kubeconfig/files.ts'

/** A CONNECT proxy; `open` decides whether it lets requests through. */
async function startProxy(open: boolean) {
  const asked: string[] = []
  const proxy = createServer()
  proxy.on('connect', (request, socket) => {
    asked.push(`${request.url} ${request.headers['proxy-authorization'] ?? ''}`.trim())
    if (!open) return void socket.end('HTTP/1.1 407 Proxy Authentication Required\r\n\r\n')
    const [host, port] = request.url?.split(':') ?? []
    const onward = connect(Number(port), host, () => {
      socket.write('HTTP/1.1 200 OK\r\n\r\n')
      onward.pipe(socket).pipe(onward)
    })
    for (const end of [socket, onward]) end.on('error', () => {})
  })
  proxy.listen(0, '127.0.0.1')
  await once(proxy, 'listening')
  const { port } = proxy.address() as AddressInfo
  return { port, asked, [Symbol.asyncDispose]: async () => void proxy.close() }
}

async function throughProxy(port: number) {
  const server = untilTestEnds(await serveTls())
  const ca = Buffer.from(server.ca).toString('base64')
  const cluster = {
    server: server.url,
    'certificate-authority-data': ca,
    'proxy-url': `http://jane:s3cr3t@127.0.0.1:${port}`,
  }
  const folder = untilTestEnds(await folderWith({ config: oneContext('here', cluster) }))
  const surroundings = {
    env: { KUBECONFIG: 'config' },
    cwd: folder.path,
    home: folder.path,
    userAgent: 'test',
  }
  const connection = await openConnection({ ...surroundings, clock: systemClock })
  try {
    const { status, body } = await connection.send({ method: 'GET', path: '/version', headers: {} })
    for await (const _ of body);
    return { status, server: server.url, seen: server.seen }
  } catch (error) {
    return { error: error instanceof Error ? error.message : '', server: server.url }
  } finally {
    await connection.close()
  }
}

test('a proxy gets a tunnel and sees no credential but its own', async () => {
  const proxy = untilTestEnds(await startProxy(true))
  const { status, server, seen } = await throughProxy(proxy.port)
  expect(status).toBe(200)
  expect(proxy.asked).toEqual([
    `${new URL(server).host} Basic ${Buffer.from('jane:s3cr3t').toString('base64')}`,
  ])
  expect(seen?.[0]?.headers).toMatchObject({ authorization: ['Bearer here-token'] })
  expect(seen?.[0]?.headers).not.toHaveProperty('proxy-authorization')
})

test('a proxy that refuses or is not running is named without its password', async () => {
  const proxy = await startProxy(false)
  const refused = await throughProxy(proxy.port)
  await proxy[Symbol.asyncDispose]()
  const gone = await throughProxy(proxy.port)
  const named = (server: string) =>
    `The API server ${server} can't be reached through the proxy 127.0.0.1:${proxy.port}`
  expect(refused.error).toContain(`${named(refused.server)} (it answered 407)`)
  expect(gone.error).toContain(`${named(gone.server)} (ECONNREFUSED)`)
})
