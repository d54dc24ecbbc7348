/** Whether a webhook can have made a pod's image of its template's. */
import { expect, test } from 'vitest'
import { couldBeRewritten } from '../../src/image/rewritten.ts'

const SHA = `sha256:${'a'.repeat(64)}`

test.each([
  ['acme.example/shop:2.0', 'acme.example/shop:2.0', true],
  ['docker.io/library/nginx', 'nginx:latest', true],
  ['mirror.example/hub/nginx:1.27', 'nginx:1.27', true],
  ['mirror.example/shop:2.0', 'acme.example/shop:2.0', true],
  [`acme.example/shop@${SHA}`, 'acme.example/shop:2.0', true],
  [`acme.example/shop:2.0@${SHA}`, 'acme.example/shop:2.0', true],
  ['mirror.example/mirror.example/Shop:2.0', 'Shop:2.0', true],
  ['mirror.example/hub/shop:2.0', 'acme/shop:2.0', true],
  ['mirror.example/acme-shop:2.0', 'acme/shop:2.0', true],
  ['mirror.example/workshop:2.0', 'acme/shop:2.0', false],
  ['127.0.0.1:31999/acme/shop:2.0-zarf-3026834420', 'acme.example/acme/shop:2.0', true],
  ['docker.io/istio/proxyv2:1.2O.3', 'auto', true],
  ['127.0.0.1:31999/acme/shop:2.O-zarf-3026834420', 'acme.example/acme/shop:2.0', false],
  ['acme.example/shop:2.O', 'acme.example/shop:2.0', false],
  [`acme.example/shop:2.O@${SHA}`, 'acme.example/shop:2.0', false],
  ['acme.example/shpo:2.0', 'acme.example/shop:2.0', false],
  ['acme.example/shop:2.0', `acme.example/shop:2.0@${SHA}`, false],
  ['docker.io/bitnami/redis:7.2', 'docker.io/bitnamilegacy/redis:7.2', false],
  ['acme.example/workshop:2.0', 'acme.example/shop:2.0', false],
  ['Acme/shop:2.0', 'acme/shop:2.0', false],
])('%s can be made of %s: %s', (image, template, is) => {
  expect(couldBeRewritten(image, template)).toBe(is)
})
