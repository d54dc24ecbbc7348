/** What each call sends, and how it reads the response. */

import { describe, expect, test } from 'vitest'
import { UnreachableError } from '../../../src/errors.ts'
import type { ClusterWriter } from '../../../src/kubernetes/api/writer.ts'
import { fakeConnection, writerOn } from '../fake-connection.ts'

const SECRETS = '/api/v1/namespaces/web/secrets'
const ACCOUNT = '/api/v1/namespaces/web/serviceaccounts/default'
const STRICT = 'fieldManager=pullguard&fieldValidation=Strict'
const JSON_TYPE = { 'Content-Type': 'application/json' }
const PATCH = [{ op: 'test', path: '/metadata/uid', value: 'u' } as const]

describe('requests', () => {
  test.each<[string, (cluster: ClusterWriter) => Promise<unknown>, object, unknown]>([
    [
      'a create, tried out',
      cluster => cluster.create(SECRETS, { kind: 'Secret' }, { dryRun: true }),
      { method: 'POST', path: `${SECRETS}?${STRICT}&dryRun=All`, headers: JSON_TYPE },
      { kind: 'Secret' },
    ],
    [
      'a patch',
      cluster => cluster.jsonPatch(ACCOUNT, PATCH),
      {
        method: 'PATCH',
        path: `${ACCOUNT}?${STRICT}`,
        headers: { 'Content-Type': 'application/json-patch+json' },
      },
      PATCH,
    ],
    [
      'a delete of exactly one version, tried out',
      cluster => cluster.delete(`${SECRETS}/a`, 'u', { dryRun: true, resourceVersion: '7' }),
      { method: 'DELETE', path: `${SECRETS}/a`, headers: JSON_TYPE },
      {
        apiVersion: 'v1',
        kind: 'DeleteOptions',
        preconditions: { uid: 'u', resourceVersion: '7' },
        dryRun: ['All'],
      },
    ],
    [
      'an eviction',
      cluster => cluster.evict('web', 'shop', 'u'),
      { method: 'POST', path: `/api/v1/namespaces/web/pods/shop/eviction?${STRICT}`, headers: JSON_TYPE },
      {
        apiVersion: 'policy/v1',
        kind: 'Eviction',
        metadata: { name: 'shop', namespace: 'web' },
        deleteOptions: { apiVersion: 'v1', kind: 'DeleteOptions', preconditions: { uid: 'u' } },
      },
    ],
    [
      'an access review of a subresource',
      cluster => cluster.canI({ verb: 'create', group: '', resource: 'pods/eviction', namespace: 'web' }),
      {
        method: 'POST',
        path: '/apis/authorization.k8s.io/v1/selfsubjectaccessreviews',
        headers: JSON_TYPE,
      },
      {
        apiVersion: 'authorization.k8s.io/v1',
        kind: 'SelfSubjectAccessReview',
        spec: {
          resourceAttributes: {
            verb: 'create',
            group: '',
            resource: 'pods',
            subresource: 'eviction',
            namespace: 'web',
          },
        },
      },
    ],
  ])('are sent as the server reads them: %s', async (_what, call, request, body) => {
    const connection = fakeConnection(() => ({ body: {} }))
    await call(writerOn(connection))
    expect(connection.asked[0]).toMatchObject(request)
    expect(JSON.parse(connection.asked[0]?.body ?? '')).toEqual(body)
  })

  test('one object is read without a body, and only its metadata if nothing else is needed', async () => {
    const connection = fakeConnection(() => ({ body: { kind: 'PartialObjectMetadata' } }))
    await writerOn(connection).get(ACCOUNT, { metadataOnly: true })
    expect(connection.asked[0]).toMatchObject({ method: 'GET', path: ACCOUNT })
    expect(connection.asked[0]).not.toHaveProperty('body')
    expect(connection.asked[0]?.headers.Accept).toMatch(/^application\/json;as=PartialObjectMetadata;/)
  })

  test.each([
    [{ allowed: true }, true],
    [{ allowed: false }, false],
    [{ denied: true }, false],
  ])('an access review of %j means %s', async (status, expected) => {
    const cluster = writerOn(fakeConnection(() => ({ status: 201, body: { status } })))
    const question = { verb: 'list', group: '', resource: 'pods', namespace: null }
    expect(await cluster.canI(question)).toBe(expected)
  })
})

describe('errors', () => {
  const refused = async (status: number, body: unknown, headers: Record<string, string> = {}) => {
    const cluster = writerOn(fakeConnection(() => ({ status, body, headers })))
    return cluster.create(SECRETS, { kind: 'Secret' }).catch((error: unknown) => error)
  }
  const statusOf = (reason: string, message: string, details = {}) => ({
    kind: 'Status',
    reason,
    message,
    details,
  })

  test.each([
    ['a Status', 403, statusOf('Forbidden', 'secrets is forbidden'), {}, 'Forbidden', 'secrets is forbidden'],
    [
      'a disruption budget that refuses',
      429,
      statusOf('TooManyRequests', 'Cannot evict.', {
        causes: [{ reason: 'DisruptionBudget', message: 'The disruption budget b needs 2' }],
      }),
      {},
      'TooManyRequests',
      'Cannot evict. The disruption budget b needs 2',
    ],
    [
      'a server that quotes the body',
      400,
      statusOf('BadRequest', 'illegal base64 data, error found in #10 byte of ...|: "aHVudGVyMg"|...'),
      {},
      'BadRequest',
      'illegal base64 data',
    ],
    [
      'a line of plain text',
      404,
      '404 page not found\n',
      { 'content-type': 'text/plain; charset=utf-8' },
      'NotFound',
      `POST ${SECRETS} was answered with 404: 404 page not found`,
    ],
    [
      "a proxy's page",
      502,
      '<html>nginx</html>',
      { 'content-type': 'text/html' },
      'Unknown',
      `POST ${SECRETS} was answered with 502, not by the API server itself but by something in front of it`,
    ],
  ])('%s', async (_what, status, body, headers, reason, message) => {
    expect(await refused(status, body, headers)).toMatchObject({ name: 'ApiError', status, reason, message })
  })

  test('rejected credentials end all reading and say what to do', async () => {
    const error = await refused(401, statusOf('Unauthorized', 'Unauthorized'))
    expect(error).toBeInstanceOf(UnreachableError)
    expect(String(error)).toMatch(/https:\/\/api\.example did not accept .* context "prod"; log in again$/)
  })

  test('a refusal and a warning that quote what a request contains do not show what is to be hidden', async () => {
    const cluster = writerOn(
      fakeConnection(() => ({
        status: 403,
        body: { kind: 'Status', reason: 'Forbidden', message: 'webhook denied hunter2' },
        headers: { warning: '299 - "saw hunter2"' },
      })),
    )
    cluster.redactWith(text => text.replaceAll('hunter2', '[redacted]'))
    await expect(cluster.create(SECRETS, {})).rejects.toThrow('webhook denied [redacted]')
    expect(cluster.warnings()).toEqual(['saw [redacted]'])
  })

  test('warnings are collected once each, without quotes', async () => {
    const warning = ['299 - "v1 is \\"old\\", use v2"', '299 - "other", 299 - "another"']
    const cluster = writerOn(fakeConnection(() => ({ body: {}, headers: { warning } })))
    await cluster.get(ACCOUNT)
    await cluster.get(ACCOUNT)
    expect(cluster.warnings()).toEqual(['v1 is "old", use v2', 'other', 'another'])
  })
})
