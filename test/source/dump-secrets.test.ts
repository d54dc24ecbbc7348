/** Pull secrets in a dump: which are missing, which are unknown, and which are stored where the pods don't look. */
import { describe, expect, test } from 'vitest'
import { readCluster } from '../../src/source/live/read-cluster.ts'
import { titled } from '../titled.ts'
import * as live from './cluster-objects.ts'
import { event, failing, type Json, listOf, pod, pullSecret, readText } from './dumps.ts'
import { SimulatedCluster } from './simulated-cluster.ts'

const needs = (...names: string[]) => ({ spec: { imagePullSecrets: names.map(name => ({ name })) } })
const denied = { reason: 'ErrImagePull', message: 'pull access denied' }
const a = pod('a', denied, needs('lost'))
const at = (namespace: string, object: Json): Json => ({
  ...object,
  metadata: { ...(object.metadata as object), namespace },
})
const opaque = { apiVersion: 'v1', kind: 'Secret', metadata: { name: 'x', namespace: 'web' }, type: 'Opaque' }
const unretrieved = (names: string, of = 'a', more: Json = {}) =>
  event(
    of,
    `Unable to retrieve some image pull secrets (${names}); attempting to pull the image may not succeed.`,
    {
      reason: 'FailedToRetrieveImagePullSecret',
      ...more,
    },
  )
const documents = (...all: unknown[]) => all.map(each => JSON.stringify(each)).join('\n')
const secretList = (fields: Json = {}) => ({
  apiVersion: 'v1',
  kind: 'SecretList',
  items: [],
  metadata: {},
  ...fields,
})

const read = async (text: string) => {
  const { pullSecrets, gaps } = await readText(text)
  const of = pullSecrets.find(({ name }) => name === 'lost')
  return [of?.problem, of?.provenBy, ...gaps.map(({ what, namespace }) => `${what} ${namespace}`)]
}

describe('a secret that a pod names and the dump does not contain', () => {
  test.each(
    titled<[string, unknown[]]>({
      'without any other': [documents(listOf(a)), ['not-in-dump', undefined, 'secrets null']],
      'beside others of its namespace': [documents(listOf(a, pullSecret('hub'))), ['missing', 'dump']],
      'beside one of another type': [documents(listOf(a, opaque)), ['missing', 'dump']],
      'beside those in another document': [
        documents(listOf(a), listOf(pullSecret('hub'))),
        ['missing', 'dump'],
      ],
      'beside those of another namespace in one list of all': [
        documents(listOf(a, at('shop', pullSecret('hub')))),
        ['missing', 'dump'],
      ],
      'beside a list of the Secrets of other namespaces': [
        documents(listOf(a), listOf(at('shop', pullSecret('hub')), at('ci', pullSecret('hub')))),
        ['missing', 'dump'],
      ],
      'beside those of another namespace in a list of that': [
        documents(listOf(a), listOf(at('shop', pullSecret('hub')))),
        ['not-in-dump', undefined, 'secrets web'],
      ],
      'beside one page of them': [
        documents(listOf(a), { ...listOf(pullSecret('hub')), metadata: { continue: 'x' } }),
        ['not-in-dump', undefined, 'pods null', 'secrets web'],
      ],
      'beside an empty list of Secrets': [documents(listOf(a), secretList()), ['missing', 'dump']],
      'beside an empty list of Secrets from an unknown namespace': [
        documents(listOf(a, at('shop', pod('b'))), secretList()),
        ['not-in-dump', undefined, 'secrets null'],
      ],
      "by the kubelet's word": [documents(listOf(a, unretrieved('lost'))), ['missing', 'kubelet']],
      "by the kubelet's word among others, and by the dump's": [
        documents(listOf(a, pullSecret('hub'), unretrieved('other, lost'))),
        ['missing', 'kubelet'],
      ],
      "by the kubelet's word on a pod of the same name in another namespace": [
        documents(
          listOf(
            a,
            unretrieved('lost', 'a', {
              metadata: { name: 'e', namespace: 'shop' },
              involvedObject: { kind: 'Pod', name: 'a', namespace: 'shop' },
            }),
          ),
        ),
        ['not-in-dump', undefined, 'secrets null'],
      ],
    }),
  )('%s', async (_name, text, expected) => {
    expect(await read(text)).toEqual(expected)
  })

  test('is not missing if its content was removed', async () => {
    const emptied = { ...pullSecret('lost'), data: {} }
    expect(await read(documents(listOf(a, emptied, unretrieved('lost'))))).toEqual(['not-in-dump', undefined])
  })
})

test("from a cluster, the kubelet's event counts if the secret can't be read, but not if it exists", async () => {
  const cluster = new SimulatedCluster([
    live.failing('a', { spec: { imagePullSecrets: [{ name: 'lost' }, { name: 'made-since' }] } }),
    live.secret('made-since', 'hunter2'),
    ...['lost', 'made-since'].map(name => ({ ...unretrieved(name), kind: 'Event' })),
  ])
  cluster.fail(/secrets\/lost/, 403)
  const { pullSecrets } = await readCluster(
    cluster.reader,
    { namespaces: ['web'] },
    { takenAt: '2026-01-01T00:00:00Z' },
  )
  expect(pullSecrets).toMatchObject([
    { name: 'lost', problem: 'missing', provenBy: 'kubelet' },
    { name: 'made-since', problem: null },
  ])
})

describe('other objects of a dump', () => {
  const account = (name: string, secret: string, namespace = 'web') => ({
    apiVersion: 'v1',
    kind: 'ServiceAccount',
    metadata: { name, namespace },
    imagePullSecrets: [{ name: secret }],
  })

  test('include logins of any namespace, and service accounts of those with failing pods', async () => {
    const objects = [
      failing('a', needs('hub')),
      ...['hub', 'spare'].map(name => pullSecret(name)),
      at('shop', pullSecret('away')),
      opaque,
      account('default', 'hub'),
      account('builder', 'spare'),
      account('builder', 'away', 'shop'),
    ]
    for (const scope of [{ namespaces: null }, { namespaces: ['web'] }]) {
      const { pullSecrets, serviceAccounts, elsewhere } = await readText(documents(listOf(...objects)), scope)
      expect(pullSecrets.map(({ name }) => name)).toEqual(['hub'])
      expect(serviceAccounts.map(({ name }) => name)).toEqual(['default'])
      expect(elsewhere).toMatchObject({
        pullSecrets: [
          { namespace: 'shop', name: 'away' },
          { namespace: 'web', name: 'spare' },
        ],
        serviceAccounts: [{ name: 'builder', imagePullSecrets: ['spare'] }],
      })
      expect(JSON.stringify(elsewhere)).not.toMatch(/hunter2|aHVudGVyMi/)
    }
  })

  test('do not matter if nothing fails', async () => {
    expect(await readText(documents(listOf(pod('a'), pullSecret('hub'))))).not.toHaveProperty('elsewhere')
  })
})
