/** Quota headers in their various spellings, and the statuses that come with them. */
import { describe, expect, test } from 'vitest'
import type { ResponseHeaders } from '../../src/registry/connection.ts'
import { parseQuota } from '../../src/registry/quota.ts'
import { BASIC, bearer, jane, registriesAt, serve, TOKEN } from './loopback.ts'

const limited = (limit: number, remaining: number | null, windowSeconds: number | null) => ({
  status: 'limited',
  limit,
  remaining,
  windowSeconds,
  source: null,
})

describe('the headers', () => {
  test.each<[limit: string | string[] | undefined, remaining: string | undefined, quota: unknown]>([
    ['100;w=21600', '76;w=21600', limited(100, 76, 21600)],
    ['100;w=3600', '0;w=3600', limited(100, 0, 3600)],
    ['100', '76', limited(100, 76, null)],
    ['100; w = 21600', '76', limited(100, 76, 21600)],
    ['100;w=21600;comment="x"', '76;w=21600', limited(100, 76, 21600)],
    ['200;w=21600, 5000;w=86400', '150;w=21600, 20;w=86400', limited(5000, 20, 86400)],
    ['200;w=21600, 5000;w=86400', '20;w=86400, 150;w=21600', limited(5000, 20, 86400)],
    [['100;w=60', '500;w=3600'], '9;w=60, 8;w=3600', limited(500, 8, 3600)],
    ['100;w=21600', undefined, limited(100, null, 21600)],
    [undefined, undefined, { status: 'unlimited' }],
    ['', '', { status: 'unlimited' }],
    ['lots', '76', null],
    [undefined, '76', null],
    ['-1;w=5', '76', null],
  ])('%j and %j', (limit, remaining, quota) => {
    const headers: ResponseHeaders = { 'ratelimit-limit': limit, 'ratelimit-remaining': remaining }
    expect(parseQuota(headers)).toEqual(quota)
  })

  test('a web page in place of the manifest is not the same as no limit', () => {
    expect(parseQuota({ 'content-type': 'text/html; charset=utf-8' })).toBeNull()
    expect(parseQuota({ 'content-type': 'application/vnd.oci.image.index.v1+json' })).toEqual({
      status: 'unlimited',
    })
  })

  test('the source is read, and dropped if it is invalid', () => {
    const quota = (source: string) =>
      parseQuota({ 'ratelimit-limit': '1', 'ratelimit-remaining': '1', 'docker-ratelimit-source': source })
    expect(quota('2001:41d0:801:2000::')).toMatchObject({ source: '2001:41d0:801:2000::' })
    expect(quota('\u001b[31mred')).toMatchObject({ source: null })
  })
})

describe('asking Docker Hub', () => {
  test.each([
    [null, undefined, 3],
    [jane, BASIC, 190],
  ])('returns the quota of the caller by HEAD only', async (credential, authorization, remaining) => {
    const hub = await serve((request, url) => {
      if (url.pathname === '/token') return { body: { token: TOKEN } }
      if (request.authorization !== `Bearer ${TOKEN}`) return bearer(hub.origin)
      return { headers: { 'ratelimit-limit': '200;w=21600', 'ratelimit-remaining': `${remaining};w=21600` } }
    })
    const quota = await registriesAt({ 'docker.io': hub.origin }).of('docker.io').quota(credential)
    expect(quota).toEqual(limited(200, remaining, 21600))
    const manifest = 'HEAD /v2/ratelimitpreview/test/manifests/latest'
    expect(hub.lines()).toEqual([
      manifest,
      'GET /token?service=registry.docker.io&scope=repository%3Aratelimitpreview%2Ftest%3Apull',
      manifest,
    ])
    expect(hub.seen[1]?.authorization).toBe(authorization)
  })

  test('sends no request to other registries, which have no quota', async () => {
    const quay = await serve(() => ({}))
    expect(await registriesAt({ 'quay.io': quay.origin }).of('quay.io').quota(null)).toEqual({
      status: 'not-reported',
    })
    expect(quay.seen).toEqual([])
  })

  test("headers that can't be read are not the same as no limit", async () => {
    const hub = await serve(() => ({ headers: { 'ratelimit-limit': 'lots' } }))
    const quota = await registriesAt({ 'docker.io': hub.origin }).of('docker.io').quota(null)
    expect(quota).toMatchObject({ status: 'server-error' })
  })
})
