/** Names without a registry: the one that images beside them suggest, and none where nothing connects the two. */
import { describe, expect, test } from 'vitest'
import { namesBeside } from '../../src/image/mistakes/names-beside.ts'

describe('the full name of an image without a registry', () => {
  const known = [
    'harbor.example/shop/acme-api:1',
    `quay.io/billing/ledger@sha256:${'0'.repeat(64)}`,
    'cache.example/hub/grafana/loki:3',
    'docker.io/library/redis:7',
    'harbor.example/shop/redis-exporter:1',
    'registry.k8s.io/coredns/coredns:v1',
  ]
  const find = namesBeside(() => known)

  test.each<[string, string, boolean]>([
    ['acme-web:2.1', 'harbor.example/shop/acme-web:2.1', false],
    ['acme-api', 'harbor.example/shop/acme-api', true],
    ['billing/invoices:4', 'quay.io/billing/invoices:4', false],
    ['grafana/loki', 'cache.example/hub/grafana/loki', true],
  ])('%s may be %s', (image, name, same) => {
    expect(find(image)).toMatchObject({ name, same })
  })

  test.each([
    'redis',
    'acmeweb:1',
    'redis-backup:2',
    'docker.io/billing/invoices:4',
    'coredns/coredns',
    'Acme-web',
    'localhost/acme-api',
  ])('is not guessed for %s', image => {
    expect(find(image)).toBeNull()
  })

  test('is looked for among other images only once it is asked for', () => {
    let asked = 0
    const lazy = namesBeside(() => {
      asked += 1
      return known
    })
    expect(asked).toBe(0)
    lazy('acme-web:1')
    lazy('acme-web:2')
    expect(asked).toBe(1)
  })
})
