/** Which requests go through which proxy. */

import { expect, test } from 'vitest'
import { proxyFor } from '../../src/network/proxy.ts'

const PROXY = 'http://proxy:3128/'
const via = (server: string, env: Record<string, string>, proxyUrl = '') =>
  proxyFor(new URL(server), proxyUrl, env)?.href ?? null

test.each([
  ['https://api', { HTTPS_PROXY: 'http://proxy:3128' }, PROXY],
  ['https://api', { https_proxy: 'http://proxy:3128' }, PROXY],
  ['https://api', { HTTPS_PROXY: 'http://proxy:3128', https_proxy: 'http://other' }, PROXY],
  ['https://api', { HTTPS_PROXY: 'proxy:3128' }, PROXY],
  ['https://api', { HTTP_PROXY: 'http://proxy:3128' }, null],
  ['http://api', { HTTP_PROXY: 'http://proxy:3128' }, PROXY],
  ['http://api', { HTTPS_PROXY: 'http://proxy:3128' }, null],
  ['https://api', {}, null],
  ['https://localhost:6443', { HTTPS_PROXY: PROXY }, null],
  ['https://127.0.0.9', { HTTPS_PROXY: PROXY }, null],
  ['https://[::1]:6443', { HTTPS_PROXY: PROXY }, null],
  ['https://api', { HTTPS_PROXY: 'socks5://proxy:1080' }, 'socks5://proxy:1080'],
  ['https://api', { HTTPS_PROXY: 'socks5h://proxy:1080' }, 'socks5://proxy:1080'],
])('%s with %j goes through %s', (server, env, proxy) => {
  expect(via(server, env)).toBe(proxy)
})

test.each([
  ['*', 'https://api', true],
  ['example.com', 'https://example.com', true],
  ['example.com', 'https://api.example.com', true],
  ['example.com', 'https://myexample.com', false],
  ['.example.com', 'https://example.com', false],
  ['.example.com', 'https://api.example.com', true],
  ['*.example.com', 'https://api.example.com', true],
  ['*.example.com', 'https://example.com', false],
  [' other , EXAMPLE.com ', 'https://example.com', true],
  ['example.com:6443', 'https://example.com:6443', true],
  ['example.com:6443', 'https://example.com', false],
  ['example.com:443', 'https://example.com', true],
  ['10.0.0.0/8', 'https://10.1.2.3', true],
  ['10.0.0.0/8', 'https://11.1.2.3', false],
  ['10.0.0.0/8', 'https://10.example.com', false],
  ['10.0.0.0/99', 'https://10.1.2.3', false],
  ['10.1.2.3', 'https://10.1.2.3:6443', true],
  ['10.1.2.3:6443', 'https://10.1.2.3', false],
  ['fd00::/8', 'https://[fd00::1]', true],
  ['fd00::1', 'https://[fd00::1]', true],
  ['[fd00::1]:6443', 'https://[fd00::1]:6443', true],
  ['[fd00::1]', 'https://[fd00::1]', false],
  ['bücher.example', 'https://api.bücher.example', true],
  ['.bücher.example', 'https://bücher.example', false],
  ['', 'https://api', false],
  [',:443', 'https://api', false],
])('NO_PROXY %j excludes %s: %s', (noProxy, server, direct) => {
  expect(via(server, { HTTPS_PROXY: PROXY, NO_PROXY: noProxy })).toBe(direct ? null : PROXY)
})

test("the cluster's proxy-url is used even for loopback and whatever NO_PROXY says", () => {
  expect(via('https://127.0.0.1', { NO_PROXY: '*' }, PROXY)).toBe(PROXY)
})

test.each(['ftp://proxy', 'proxy:3128', '::'])('refuses the proxy-url %s without printing it', proxyUrl => {
  expect(() => via('https://api', {}, proxyUrl)).toThrow("the cluster's proxy-url is not a proxy URL")
})
