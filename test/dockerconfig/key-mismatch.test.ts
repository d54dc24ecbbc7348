/** Why a key that was meant for the registry does not match the image. */
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { type KeyMismatch, keyMismatch } from '../../src/dockerconfig/key-mismatch.ts'
import { lookUpCredentials } from '../../src/dockerconfig/kubelet-lookup.ts'
import { parseReference } from '../../src/image/reference.ts'
import { anyText } from '../any-text.ts'

test.each<[string, string, KeyMismatch | null]>([
  ['https://index.docker.io/v1', 'nginx', 'slash-missing'],
  ['https://ghcr.io/v2', 'ghcr.io/acme/api', 'slash-missing'],
  ['registry-1.docker.io', 'nginx', 'hub-alias'],
  ['https://hub.docker.com', 'acme/api', 'hub-alias'],
  ['https://registry.hub.docker.com/v2/', 'acme/api', 'hub-alias'],
  ['*.docker.io', 'nginx', 'hub-alias'],
  ['index.docker.io/acme', 'acme/api', 'hub-alias'],
  ['docker.io/other', 'acme/api', 'path'],
  ['reg.example', 'reg.example:5000/api', 'port-missing'],
  ['https://reg.example/v2/', 'reg.example:5000/api', 'port-missing'],
  ['ghcr.io:443', 'ghcr.io/acme/api', 'port-extra'],
  ['https://ghcr.io:443/token', 'ghcr.io/acme/api', 'port-extra'],
  ['reg.example:5001', 'reg.example:5000/api', 'port-other'],
  ['reg.example:5000', 'reg.example/api', 'port-other'],
  [
    '111122223333.dkr.ecr.us-east-1.amazonaws.com',
    '111122223333.dkr.ecr.eu-west-1.amazonaws.com/api',
    'region',
  ],
  ['us-central1-docker.pkg.dev', 'europe-west2-docker.pkg.dev/acme/team/api', 'region'],
  // Anybody's registry, with letters swapped, missing, or doubled.
  ['registry.git.nord.exmaple', 'registry.git.nord.example/acme/api', 'misspelled'],
  ['registy.corp.example:5000', 'registry.corp.example:5000/acme/api', 'misspelled'],
  ['registry.coorporate.example', 'registry.corporate.example/acme/api', 'misspelled'],
  ['registry.gitlab.io', 'registry.gitlab.com/acme/api', 'misspelled'],
  ['https://gchr.io', 'ghcr.io/acme/api', 'misspelled'],
  ['acme.azurcr.io', 'acme.azurecr.io/api', 'misspelled'],
  ['quay.io', 'ghcr.io/acme/api', null],
  ['gcr.io', 'ghcr.io/acme/api', null],
  ['registry.example', 'registry.gitlab.com/acme/api', null],
  // Two countries, and not one with a slip.
  ['registry.acme.es', 'registry.acme.se/api', null],
  ['harbor.acme.io', 'harbor.acme.dev/api', null],
  ['registry.cn-hangzhou.aliyuncs.com', 'registry-vpc.cn-hangzhou.aliyuncs.com/acme/api', 'network'],
  ['acme-vpc.tencentcloudcr.com', 'acme.tencentcloudcr.com/team/api', 'network'],
  ['iad.ocir.io', 'us-ashburn-1.ocir.io/ns/api', 'network'],
  ['ocir.eu-frankfurt-1.oci.oraclecloud.com', 'fra.ocir.io/ns/api', 'network'],
  ['phx.ocir.io', 'iad.ocir.io/ns/api', null],
  ['https://gitlab.com', 'registry.gitlab.com/acme/shop/api', 'web-site'],
  ['gitlab.acme.example', 'registry.acme.example/shop/api', 'web-site'],
  ['https://gitlab.acme.example/', 'registry.gitlab.acme.example:5050/shop/api', 'web-site'],
  ['www.github.com', 'ghcr.io/acme/api', 'web-site'],
  ['gitlab.acme.example:5050', 'registry.acme.example/shop/api', null],
  ['acme.example', 'registry.acme.example/shop/api', null],
  ['gitlab.com', 'registry.acme.example/shop/api', null],
  ['999988887777.dkr.ecr.us-east-1.amazonaws.com', '111122223333.dkr.ecr.eu-west-1.amazonaws.com/api', null],
  ['GHCR.io', 'ghcr.io/acme/api', 'case'],
  ['HTTPS://ghcr.io', 'ghcr.io/acme/api', 'case'],
  ['ghcr.io/Acme', 'ghcr.io/acme/api', 'case'],
  ['*.example.com', 'a.reg.example.com/api', 'wildcard'],
  ['*', 'ghcr.io/acme/api', 'wildcard'],
  ['ghcr.io/acme/api:v2', 'ghcr.io/acme/api:v2', 'odd-path'],
  ['ghcr.io/%zz', 'ghcr.io/acme/api', 'unreadable'],
  ['ghcr.io/other', 'ghcr.io/acme/api', 'path'],
  ['[::1]:5000/other', '[::1]:5000/api', 'path'],
  ['quay.io', 'ghcr.io/acme/api', null],
  ['https://index.docker.io/v1/', 'dhi.io/python:3', null],
  ['*.example.com', 'ghcr.io/acme/api', null],
  ['QUAY.io/%zz', 'ghcr.io/acme/api', null],
])('%s for %s: %s', (key, image, mismatch) => {
  const reference = parseReference(image)
  if (reference === null) throw new Error(`${image} does not parse`)
  expect(lookUpCredentials(reference, [{ key }]).tried).toEqual([])
  expect(keyMismatch(key, reference)).toBe(mismatch)
})

test('any key at all gets an answer', () => {
  const reference = { registry: 'docker.io', repository: 'library/nginx' }
  fc.assert(fc.property(anyText(), key => void keyMismatch(key, reference)))
})
