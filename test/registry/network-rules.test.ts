/** Where requests and credentials may go. */
import { describe, expect, test } from 'vitest'
import { mayReceiveCredential, visitRefusal } from '../../src/registry/network-rules.ts'

describe('visiting a URL that a registry named', () => {
  const hub = 'https://registry-1.docker.io/'
  test.each<[url: string, endpoint: string, allowed: boolean]>([
    ['https://auth.docker.io/token', hub, true],
    ['https://elsewhere.example/token', hub, true],
    ['https://8.8.8.8/token', hub, true],
    ['http://auth.docker.io/token', hub, false],
    ['ftp://auth.docker.io/token', hub, false],
    ['https://user:pass@auth.docker.io/token', hub, false],
    ['https://localhost/token', hub, false],
    ['https://localhost./token', hub, false],
    ['https://api.localhost/token', hub, false],
    ['https://127.0.0.1/token', hub, false],
    ['https://2130706433/token', hub, false],
    ['https://0x7f.1/token', hub, false],
    ['https://10.1.2.3/token', hub, false],
    ['https://172.31.0.1/token', hub, false],
    ['https://192.168.1.1/token', hub, false],
    ['https://169.254.169.254/latest/meta-data', hub, false],
    ['https://100.64.0.1/token', hub, false],
    ['https://0.0.0.0/token', hub, false],
    ['https://[::1]/token', hub, false],
    ['https://[::]/token', hub, false],
    ['https://[fd00::1]/token', hub, false],
    ['https://[fe80::1]/token', hub, false],
    ['https://[::ffff:10.0.0.1]/token', hub, false],
    ['https://[::127.0.0.1]/token', hub, false],
    ['https://[2002:7f00:1::]/token', hub, false],
    ['https://[64:ff9b:1::7f00:1]/token', hub, false],
    ['https://[2001:0:7f00:1::]/token', hub, false],
    ['https://[2606:4700::1]/token', hub, true],
    ['http://127.0.0.1:5000/token', 'http://127.0.0.1:5000/', true],
    ['http://127.0.0.1:5001/token', 'http://127.0.0.1:5000/', false],
    ['https://10.0.0.5:5000/token', 'https://10.0.0.5:5000/', true],
    ['http://10.0.0.5:5000/token', 'https://10.0.0.5:5000/', false],
    ['https://auth.docker.io/token', 'http://127.0.0.1:5000/', true],
  ])('%s named by %s: %s', (url, endpoint, allowed) => {
    expect(visitRefusal(new URL(url), new URL(endpoint)) === null).toBe(allowed)
  })
})

describe('giving a stored credential to a realm', () => {
  test.each<[realm: string, endpoint: string, registry: string, allowed: boolean]>([
    ['https://auth.docker.io/token', 'https://registry-1.docker.io/', 'docker.io', true],
    ['https://auth.docker.io/token', 'http://127.0.0.1:15000/', 'docker.io', true],
    ['https://gitlab.com/jwt/auth', 'https://registry.gitlab.com/', 'registry.gitlab.com', true],
    ['https://auth.docker.io/token', 'https://dhi.io/', 'dhi.io', true],
    ['https://auth.docker.io/token', 'https://docker.n8n.io/', 'docker.n8n.io', false],
    ['https://docker.io.evil.example/token', 'https://registry-1.docker.io/', 'docker.io', false],
    ['https://evil.co.uk/token', 'https://registry.co.uk/', 'registry.co.uk', false],
    ['https://eve.github.io/token', 'https://jane.github.io/', 'jane.github.io', false],
    ['https://r.acme.com:5001/token', 'https://r.acme.com:5000/', 'r.acme.com:5000', true],
    ['http://127.0.0.1:5000/token', 'http://127.0.0.1:5000/', 'localhost:5000', true],
    ['http://auth.acme.com/token', 'http://registry.acme.com/', 'registry.acme.com', false],
    ['https://10.0.0.5:5001/token', 'https://10.0.0.5:5000/', '10.0.0.5:5000', false],
  ])('%s for %s (%s): %s', (realm, endpoint, registry, allowed) => {
    expect(mayReceiveCredential(new URL(realm), new URL(endpoint), registry)).toBe(allowed)
  })
})
