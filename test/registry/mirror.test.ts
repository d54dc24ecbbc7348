/** A mirror is queried as nodes query it. */
import { expect, test } from 'vitest'
import { image, registriesAt, serve } from './loopback.ts'

const FOUND = {
  headers: {
    'content-type': 'application/vnd.oci.image.index.v1+json',
    'docker-content-digest': `sha256:${'a'.repeat(64)}`,
  },
}

test('the name of the registry is in the query, beside the path', async () => {
  const mirror = await serve(() => FOUND)
  const asked = registriesAt({}).mirror(new URL(mirror.origin), 'docker.io')
  expect(await asked.headManifest(image('library/nginx'), null)).toMatchObject({ status: 'found' })
  expect(mirror.lines()).toEqual(['HEAD /v2/library/nginx/manifests/1?ns=docker.io'])
})

test('an endpoint that is given for the host replaces it', async () => {
  const mirror = await serve(() => FOUND)
  const asked = registriesAt({ 'mirror.example': mirror.origin }).mirror(
    new URL('https://mirror.example'),
    'ghcr.io',
  )
  await asked.headManifest(image('acme/api'), null)
  expect(mirror.lines()).toEqual(['HEAD /v2/acme/api/manifests/1?ns=ghcr.io'])
})
