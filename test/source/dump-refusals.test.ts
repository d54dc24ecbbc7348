/** Input that is not a dump, or not a complete one: one sentence names it, and there is never a partial diagnosis. */
import { PassThrough, Readable } from 'node:stream'
import { describe, expect, test } from 'vitest'
import { stringify } from 'yaml'
import { UsageError } from '../../src/errors.ts'
import type { Snapshot } from '../../src/snapshot/snapshot.ts'
import {
  event,
  failing,
  folderOf,
  type Json,
  listOf,
  pod,
  pullSecret,
  read,
  readJson,
  readText,
} from './dumps.ts'

const deployment = { apiVersion: 'apps/v1', kind: 'Deployment', metadata: { name: 'd' }, spec: {} }
const { status: _, ...written } = pod('a')
const list = JSON.stringify(listOf(pod('a'), pod('b')))
const secretYaml = stringify(listOf(pullSecret('hub')))

async function refusal(reading: Promise<Snapshot>): Promise<string> {
  const error: unknown = await reading.then(
    () => null,
    caught => caught,
  )
  expect(error).toBeInstanceOf(UsageError)
  return String(error)
}

describe('YAML with anchors', () => {
  const item = (name: string, more = '') =>
    `- apiVersion: v1\n  kind: Pod\n  metadata: {name: ${name}, namespace: web}\n  status: {phase: Running}\n${more}`
  const head = 'apiVersion: v1\nkind: List\nitems:\n'

  test('is read however long the item with the anchor is', async () => {
    const lines = '\n'.repeat(150_000)
    const dump = `${head}${item('a', `  spec: &spec {}\n${lines}`)}${item('b', '  spec: *spec\n')}`
    const { pods, podCount } = await readText(dump)
    expect([pods, podCount]).toEqual([[], 2])
  })

  test('is refused if each of many items has an alias, because each one costs another copy', async () => {
    const lines = '\n'.repeat(2_000)
    const many = Array.from({ length: 300 }, (_, at) => item(`p-${at}`, '  spec: *spec\n')).join('')
    const message = await refusal(readText(`${head}${item('a', `  spec: &spec {}\n${lines}`)}${many}`))
    expect(message).toContain('aliases')
  })
})

describe('input that is not a dump', () => {
  test.each<[string, string | Buffer, string]>([
    ['nothing', '', 'Standard input is empty'],
    ['white space', ' \n ', 'Standard input is empty'],
    [
      'comments',
      '# nothing\n---\n',
      'There are no readable Kubernetes objects in standard input. Make a dump',
    ],
    ['a Deployment', JSON.stringify(deployment), 'only Deployment'],
    [
      'several other kinds',
      stringify(listOf(deployment, structuredClone({ ...deployment, kind: 'Service' }))),
      'only Deployment, Service',
    ],
    [
      'an empty list of another kind',
      '{"apiVersion":"v1","kind":"SecretList","items":[]}',
      'only SecretList',
    ],
    ['pods as written', stringify(written), 'have no status'],
    ['a kubeconfig', 'apiVersion: v1\nkind: Config\nclusters: []\n', 'a kubeconfig'],
    [
      'a Diagnosis',
      '{"apiVersion":"pullguard.dev/v1","kind":"Diagnosis"}',
      'output of pullguard itself (Diagnosis)',
    ],
    ['a Table', '{"kind":"Table","apiVersion":"meta.k8s.io/v1","rows":[{"cells":[1]}]}', 'a Table'],
    ['an error response', '{"kind":"Status","apiVersion":"v1","status":"Failure"}', 'error response'],
    ['a page', '<!DOCTYPE html><html></html>', 'HTML or XML'],
    [
      'printed columns',
      'NAME   READY   STATUS\nshop   0/1     ErrImagePull\n',
      'a table, as `kubectl get` prints it',
    ],
    ['any text', 'no resources found', 'plain text'],
    ['other JSON', '{"name":"pullguard","version":"1"}', 'not a Kubernetes object: it has no kind'],
    ['JSON that is a number in a list', '12', 'plain text'],
    [
      'an array of other things',
      '[{"id":"etcd-0","version":"3.5"},{"id":"etcd-1"}]',
      'a list without Kubern',
    ],
    [
      'a watch stream',
      `{"type":"ADDED","object":${JSON.stringify(pod('a'))}}\n`,
      'a watch stream, which contains changes instead of objects',
    ],
    ['a list of an old kubectl', `{"metadata":{},"Items":[${JSON.stringify(pod('a'))}]}`, 'an old kubectl'],
    ['compressed data', Buffer.from([0x1f, 0x8b, 8, 0, 0, 0, 0, 0]), 'it is not text'],
    ['wrong JSON', '{"items":[}', 'is not valid JSON at byte 10'],
    ['wrong YAML', `apiVersion: v1\nitems:\n- kind: Pod\n- "open\nkind: List\n`, 'line 4'],
    ['excessive YAML aliases', `a: &a [x]\nb: [${'*a,'.repeat(200)}]\n`, 'line 1 has YAML aliases'],
  ])('%s is refused by name', async (_name, text, words) => {
    expect(await refusal(readText(text))).toContain(words)
  })

  const asYaml = stringify(pod('a'))
  const logs = '==== START logs for container c of pod web/a ====\nGET /\n==== END logs ====\n'
  test.each<[string, string, string]>([
    [
      'kubectl describe',
      'Name:         a\nNamespace:    web\nPriority:     0\nEvents:\n  Type  Reason\n',
      'the text that `kubectl describe` prints',
    ],
    [
      'kubectl get events',
      'LAST SEEN   TYPE      REASON    OBJECT   MESSAGE\n8s          Warning   Failed    pod/a    Failed: "x"\n',
      'the table that `kubectl get events` prints',
    ],
    [
      'kubectl get events -A',
      'NAMESPACE   LAST SEEN   TYPE\nweb         8s          Normal\n',
      'the table that `kubectl get events` prints',
    ],
    [
      'kubectl get pods -A',
      'NAMESPACE   NAME   READY   STATUS\nweb   a   0/1   Error\n',
      'a table, as `kubectl get` prints it',
    ],
    [
      'rows without the header',
      'web   a-1   0/1   ImagePullBackOff   0   5m\n',
      'a table, as `kubectl get` prints it',
    ],
    ['kubectl get -o name', 'pod/a\npod/b\n', 'a list of names'],
    ['a prompt and JSON', `$ kubectl get pods -o json\n${list}`, 'a terminal session'],
    [
      'a long prompt and YAML',
      `me@laptop:~/work (main)# kubectl get pod a -o yaml\n${asYaml}`,
      'a terminal session',
    ],
    ['a command line and YAML', `kubectl -n web get pod a -o yaml\n${asYaml}`, 'a terminal session'],
    ['a block of Markdown', `Here it is:\n\n\`\`\`yaml\n${asYaml}\`\`\`\n`, 'Markdown'],
    ["kubectl's own log", `E1128 22:01:02.345678 1 memcache.go:265] x\n${list}`, 'a message from kubectl'],
    ["a server's refusal", 'Error from server (Forbidden): pods is forbidden\n', 'a message from kubectl'],
    ['logs between JSON', `${list}\n${logs}${list}`, 'the output of `kubectl cluster-info dump`'],
    ['logs between YAML', `---\n${asYaml}${logs}---\n${asYaml}`, 'the output of `kubectl cluster-info dump`'],
  ])('%s is refused with the command that makes a dump', async (_name, text, words) => {
    for (const form of [text, text.replaceAll('\n', '\r\n')]) {
      const message = await refusal(read({ stdin: Readable.from([Buffer.from(form)]) }))
      expect(message).toContain(words)
      expect(message).toMatch(/Make a dump with `kubectl get pods,events,\S+ -A -o json`\.$/)
    }
  })

  test('a comment that looks like a command, and fences within a text, are part of a YAML dump', async () => {
    const noted = stringify({ ...pod('a'), note: 'see\n```\nNAME READY\n```\n' })
    expect(await readText(`# kubectl get pod a -o yaml\n${noted}`)).toMatchObject({ podCount: 1 })
  })

  test('JSON that was cut off is never read in part, wherever the cut is', async () => {
    for (let length = 1; length < list.length; length += 13)
      expect(await refusal(readText(list.slice(0, length)))).toMatch(
        new RegExp(`^UsageError: Standard input ends in the middle, at byte ${length}: `),
      )
  })

  test('a YAML list that was cut off is detected by the missing kind at its end', async () => {
    const text = stringify(listOf(pod('a'), pod('b')), { indentSeq: false })
    for (const cut of ['kind: List', '- apiVersion'])
      expect(await refusal(readText(text.slice(0, text.indexOf(cut))))).toMatch(
        /ends in the middle, at line \d+:/,
      )
  })

  test.each([
    ['JSON', `${JSON.stringify(listOf(pullSecret('hub'))).slice(0, -1)}x}`],
    ['YAML', secretYaml.replace('data:', 'data: {')],
    ['a JSON string', '"hunter2-secret"'],
  ])('an error in %s quotes none of the input', async (_format, text) => {
    expect(await refusal(readText(text))).not.toMatch(/hunter2|aHVudGVyMi|eyJhdXRocyI/)
  })

  test('errors name the file', async () => {
    const cwd = await folderOf({
      'good.json': list,
      'bad.json': '{"a"',
      'deep/er/pod.yml': stringify(pod('c')),
      'only/x.txt': '',
    })
    const of = (...files: string[]) => refusal(read({ cwd, files }))
    expect(await of('bad.json')).toContain('bad.json ends in the middle')
    expect(await of('good.json', 'none.json')).toContain("Can't read none.json: there is no such file")
    expect(await of('deep')).toContain('The folder deep has no .json, .yaml, or .yml file; with -R')
    expect(await refusal(read({ cwd, files: ['only'], recursive: true }))).toContain('The folder only has no')
    expect(await of('-', '-')).toContain('-f - is given twice')
    expect(await read({ cwd, files: ['deep', 'good.json', './good.json'], recursive: true })).toMatchObject({
      podCount: 3,
      source: { files: ['deep', 'good.json', './good.json'] },
    })
  })

  test("a pod that is missing or appears twice can't be diagnosed by name", async () => {
    const dump = listOf(pod('a'), pod('a', undefined, { metadata: { namespace: 'other' } }))
    expect(await refusal(readJson(dump, { namespaces: ['web'], pod: 'b' }))).toContain(
      'Pod "b" not found in namespace "web"',
    )
    expect(await refusal(readJson(dump, { namespaces: null, pod: 'a' }))).toMatch(
      /in (other, web|web, other): /,
    )
  })

  test('Ctrl-C ends the wait for standard input at once', async () => {
    const stop = new AbortController()
    const reading = read({ stdin: new PassThrough(), signal: stop.signal })
    stop.abort()
    await expect(reading).rejects.toThrow(/abort/i)
  })
})

describe('what a dump omits', () => {
  const gaps = async (dump: Json, scope?: Parameters<typeof readJson>[1]) =>
    (await readJson(dump, scope)).gaps.map(({ what, namespace, why }) => [what, namespace, why])
  const needsSecret = { spec: { imagePullSecrets: [{ name: 'hub' }] } }
  const explained = pod('a', { reason: 'ErrImagePull', message: 'rpc error: no such host' })

  test.each<[string, Json, unknown[]]>([
    ['healthy pods alone', listOf(pod('a', undefined, needsSecret)), []],
    ['no pods', listOf(), []],
    ['no pods in a typed list', { kind: 'PodList', apiVersion: 'v1', metadata: {}, items: null }, []],
    ['a failing pod whose status has the reason', listOf(explained), []],
    ['a failing pod whose status has no message', listOf(failing('a')), [['events', null, 'absent']]],
    ['the same with events of others', listOf(failing('a'), event('b', 'x')), []],
    [
      'a failing pod with a secret',
      listOf(explained, failing('b', needsSecret), event('b', 'x')),
      [['secrets', null, 'absent']],
    ],
    [
      'one page',
      { ...listOf(pod('a')), metadata: { continue: 'x', remainingItemCount: 3 } },
      [['pods', null, 'truncated']],
    ],
    ['a pod without status', listOf(pod('a'), written), [['pods', null, 'absent']]],
  ])('%s', async (_name, dump, expected) => {
    expect(await gaps(dump)).toEqual(expected)
  })

  test('a namespace without any objects is not reported as healthy', async () => {
    expect(await gaps(listOf(pod('a')), { namespaces: ['shop'] })).toEqual([['pods', 'shop', 'absent']])
  })
})
