/** Folders as they occur in practice: support bundles and repositories with a dump among other files, of which no part is lost. */
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { stringify } from 'yaml'
import { UsageError } from '../../src/errors.ts'
import { anyText } from '../any-text.ts'
import { titled } from '../titled.ts'
import { failing, folderOf, listOf, pod, read } from './dumps.ts'

const { status: _s, ...stateless } = pod('a')
const { uid: _u, ...unborn } = stateless.metadata as Record<string, unknown>
const manifest = { ...stateless, metadata: unborn }
const list = JSON.stringify(listOf(failing('a'), pod('b')))
const TRUTH = { podCount: 2, pods: [{ name: 'a' }] }
const reading = async (files: Record<string, string | Buffer>, recursive = true) =>
  read({
    cwd: await folderOf(Object.fromEntries(Object.entries(files).map(([name, text]) => [`b/${name}`, text]))),
    files: ['b'],
    recursive,
  })
const podGaps = async (files: Record<string, string>) =>
  (await reading({ 'pods.json': list, ...files })).gaps.filter(({ what }) => what === 'pods')

test('a dump in a folder may end in capitals', async () => {
  expect(await reading({ 'PODS.JSON': list })).toMatchObject(TRUTH)
})

test('a definition of a kind is passed over, whatever is in it', async () => {
  const definition = 'apiVersion: apiextensions.k8s.io/v1\nkind: CustomResourceDefinition\nspec: [{\n'
  const files = { 'pods.json': list, 'crds.yaml': `${definition}---\n${stringify(pod('c'))}` }
  expect(await reading(files)).toMatchObject({
    podCount: 3,
    gaps: (await reading({ 'pods.json': list })).gaps,
  })
})

describe('beside a dump in a folder', () => {
  test.each<[string, Record<string, string | Buffer>]>([
    ['other JSON', { 'version.json': '{"info":{"major":"1"}}' }],
    ['a list of other things under "items"', { 'x.json': '{"items":[{"type":"a","id":1},{"metadata":{}}]}' }],
    ['an array of other things', { 'etcd.json': '[{"Endpoint":"https://etcd:2379","Status":{}}]' }],
    ['an array of messages', { 'errors.json': '["pods is forbidden"]' }],
    ['a workflow', { '.github/workflows/ci.yaml': 'on: push\njobs: {}\n' }],
    ['a log that is called JSON', { 'kubelet.json': 'time="x" level=info msg="y: z: a"\n"open\n' }],
    ['printed columns', { 'pods.yaml': 'NAME   READY\na      0/1\n' }],
    ['an empty file', { 'empty.json': '' }],
    ['compressed data', { 'gz.json': Buffer.from([0x1f, 0x8b, 8, 0, 0, 0]) }],
    ['a page', { 'page.json': '<html></html>' }],
    [
      'an error response for other objects',
      { 's.json': '{"kind":"Status","apiVersion":"v1","details":{"kind":"nodes"}}' },
    ],
  ])('%s is skipped and counted', async (_name, files) => {
    const snapshot = await reading({ 'pods.json': list, ...files })
    const [name] = Object.keys(files)
    expect(snapshot).toMatchObject({
      ...TRUTH,
      source: { passedOver: { count: 1, examples: [`b/${name}`] } },
    })
    expect(snapshot.gaps.filter(({ what }) => what === 'pods')).toEqual([])
  })

  test.each(
    titled<[Record<string, string>, string]>({
      'a list that was cut off': [
        { 'more.json': list.slice(0, -9) },
        'b/more.json ends in the middle, at byte',
      ],
      'a list with an error in it': [{ 'more.json': `${list}}` }, 'b/more.json is not valid JSON at byte'],
      'a YAML list that was cut off': [
        { 'more.yaml': 'apiVersion: v1\nitems:\n' },
        'b/more.yaml ends in the mid',
      ],
      'a Table': [
        { 't.json': '{"kind":"Table","apiVersion":"meta.k8s.io/v1","rows":[]}' },
        'b/t.json is a Table',
      ],
      'a watch stream': [{ 'w.json': '{"type":"ADDED","object":{}}' }, 'b/w.json is a watch stream'],
      'a Forbidden response for its pods': [
        { 's.json': '{"kind":"Status","apiVersion":"v1","code":403,"details":{"kind":"pods"}}' },
        'b/s.json is an error response from an API server',
      ],
    }),
  )('%s leaves a gap because it could contain pods', async (_name, files, detail) => {
    expect(await podGaps(files)).toEqual([
      { what: 'pods', namespace: null, why: 'absent', detail: expect.stringContaining(detail) },
    ])
  })

  test('many damaged files are reported together', async () => {
    const files = Object.fromEntries(
      Array.from({ length: 9 }, (_, index) => [`${index}.json`, list.slice(0, 60)]),
    )
    const [gap, ...others] = await podGaps(files)
    expect(others).toEqual([])
    expect(gap?.detail).toMatch(/^b\/0\.json ends .*; b\/4\.json ends [^;]*; … and 4 more files$/)
  })

  test('manifests are not pods of the cluster', async () => {
    expect(await reading({ 'pods.json': list, 'manifest.yaml': stringify(manifest) })).toMatchObject({
      ...TRUTH,
      source: { type: 'file', files: ['b'] },
      gaps: [{ what: 'events' }],
    })
  })

  test.each([
    '{{- if .Values.on }}\napiVersion: v1\nkind: Pod\n{{- end }}\n',
    'apiVersion: v1\nkind: Pod\nmetadata:\n  name: {{ .Release.Name }}\n',
    'apiVersion: v1\nkind: Pod\nmetadata:\n  name: {{ include "x" . }}\n  {{- with .x }}\n  y: z\n  {{- end }}\n',
  ])('templates of a chart are not pods of the cluster: %j', async template => {
    expect(await podGaps({ 'templates/pod.yaml': template })).toEqual([])
  })

  test("a pod whose name was removed still counts as one that can't be read", async () => {
    const { metadata: _, ...rest } = failing('a')
    expect(await podGaps({ 'x.json': JSON.stringify(listOf(rest)) })).toMatchObject([
      { detail: 'items without a name: 1' },
    ])
  })

  test('a file with objects among other things is read for its objects', async () => {
    const text = `${JSON.stringify(failing('a'))}\n{"took":"3s"}\n${JSON.stringify(pod('b'))}\n`
    expect(await reading({ 'lines.json': text })).toMatchObject({
      ...TRUTH,
      source: { passedOver: { count: 1 } },
    })
  })
})

test('a dump is read whole, whatever else is in its folder', async () => {
  const alone = await reading({ 'pods.json': list })
  const text = fc.oneof(
    fc.json(),
    anyText(),
    fc.jsonValue().map(value => stringify(value)),
  )
  const others = fc.dictionary(fc.constantFrom('a.json', 'b.yaml', 'deep/c.yml', 'z.json'), text, {
    minKeys: 1,
  })
  await fc.assert(
    fc.asyncProperty(others, async files => {
      const { source: _, ...rest } = await reading({ 'pods.json': list, ...files })
      const { source: __, ...expected } = alone
      expect(rest).toEqual(expected)
    }),
    { numRuns: 20 },
  )
})

test('a file given by name must be a dump, even if its folder is given as well', async () => {
  const cwd = await folderOf({ 'b/pods.json': list, 'b/version.json': '{"info":{}}' })
  for (const files of [
    ['b/version.json', 'b/pods.json'],
    ['b', 'b/version.json'],
    ['b/version.json', 'b'],
  ])
    await expect(read({ cwd, files, recursive: true })).rejects.toThrow(
      'b/version.json is not a Kubernetes object',
    )
})

describe('a folder without pods', () => {
  test.each<[string, Record<string, string>, boolean, string]>([
    [
      'only other files',
      { 'a.json': '{}', 'b.json': '[1]' },
      true,
      'There are no pods in b, only 2 files without Kubernetes objects. Make a dump with `kubectl get pods,',
    ],
    [
      'other files and other objects',
      { 'a.json': '{}', 'b.yaml': 'kind: Service\napiVersion: v1\nmetadata: {name: x}\n' },
      true,
      'There are no pods in b, only Service, and 1 file without Kubernetes objects. Make',
    ],
    [
      'one level of a dump by cluster-info',
      { 'nodes.json': '{"kind":"NodeList","apiVersion":"v1","items":[]}', 'web/pods.json': list },
      false,
      'There are no pods in b, only NodeList. With -R the folders in b are read too. Make a dump with',
    ],
    [
      'a damaged list only',
      { 'pods.json': list.slice(0, 99) },
      true,
      'no readable Kubernetes objects in b. b/pods.json ends in the middle, at byte 99: it was cut off. Make the dump again. Make a',
    ],
  ])('%s: refused in one sentence', async (_name, files, recursive, sentence) => {
    const error: unknown = await reading(files, recursive).catch(caught => caught)
    expect(error).toBeInstanceOf(UsageError)
    expect(String(error)).toContain(sentence)
  })
})

test('subfolders that were not read are reported', async () => {
  const files = { 'pods.json': list, 'below/pods.json': list, '.hidden/x.json': '' }
  expect((await reading(files, false)).source).toEqual({ type: 'file', files: ['b'], unentered: ['b'] })
  const { source } = await reading({ 'pods.json': list, '.hidden/x': '' }, false)
  expect(source).toEqual({ type: 'file', files: ['b'] })
})
