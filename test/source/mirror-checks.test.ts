/** A mirror's answers as data: each kind of answer, and what was requested. */
import { expect, test } from 'vitest'
import { parseReference, type Reference } from '../../src/image/reference.ts'
import { checkMirror } from '../../src/source/mirror-checks.ts'
import { type Answer, registriesAt, serve } from '../registry/loopback.ts'

const MANIFEST = 'application/vnd.oci.image.manifest.v1+json'
const DIGEST = `sha256:${'a'.repeat(64)}`

async function ask(mirrorAnswers: Answer, prefix = '') {
  const mirror = await serve(() => mirrorAnswers)
  const hub = await serve(() => ({ headers: { 'content-type': MANIFEST, 'docker-content-digest': DIGEST } }))
  const registries = registriesAt({ 'docker.io': hub.origin })
  const image = parseReference('nginx:1') as Reference
  const question = { registries, url: new URL(mirror.origin), prefix, login: null }
  const [check] = await checkMirror([image], question)
  return { check, asked: mirror.lines() }
}

test.each<[string, Answer]>([
  ['html', { headers: { 'content-type': 'text/html; charset=utf-8' } }],
  ['missing', { status: 404 }],
  ['login', { status: 401 }],
  ['login', { status: 403 }],
  ['rate-limited', { status: 429 }],
  ['failed', { status: 500 }],
  ['unreachable', { status: 302, headers: { location: 'http://10.0.0.1/login' } }],
  ['found', { headers: { 'content-type': MANIFEST, 'docker-content-digest': DIGEST } }],
])('an answer is %s', async (status, answer) => {
  expect((await ask(answer)).check?.mirror.status).toBe(status)
})

test('an official image that is missing is also asked for without library/', async () => {
  expect((await ask({ status: 404 }, 'proxy')).asked).toEqual([
    'HEAD /v2/proxy/library/nginx/manifests/1?ns=docker.io',
    'HEAD /v2/proxy/nginx/manifests/1?ns=docker.io',
  ])
})
