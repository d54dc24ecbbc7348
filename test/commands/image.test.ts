/** `pullguard image`: where its references come from, and its exit code. */

import { PassThrough } from 'node:stream'
import { expect, test } from 'vitest'
import { runCommandLine } from './command-line.ts'

async function run(references: string[], stdin = '') {
  const { code, out } = await runCommandLine(['image', '-o', 'json', ...references], { home: '/', stdin })
  const { images } = JSON.parse(out) as { images: { input: string; valid: boolean }[] }
  return { code, images: images.map(({ input, valid }) => [input, valid]) }
}

test.each<[string, string, [string, boolean][]]>([
  [
    'lines of Windows',
    'nginx\r\nquay.io/a/b:1\r\n',
    [
      ['nginx', true],
      ['quay.io/a/b:1', true],
    ],
  ],
  ['empty and indented lines', '\n  \n\tnginx  \n\n', [['nginx', true]]],
  ['a byte order mark', '\ufeffnginx\n', [['nginx', true]]],
  ['white space within a name', 'nginx redis\n', [['nginx redis', false]]],
  [
    'a comment',
    '# base images\nnginx\n',
    [
      ['# base images', false],
      ['nginx', true],
    ],
  ],
])('standard input with %s', async (_, stdin, images) => {
  expect(await run(['-'], stdin)).toEqual({ code: images.every(([, valid]) => valid) ? 0 : 1, images })
})

test('arguments are taken literally, in order, with names from standard input in the place of -', async () => {
  expect(await run([' nginx', '-', 'a'], 'b\n')).toEqual({
    code: 1,
    images: [
      [' nginx', false],
      ['b', true],
      ['a', true],
    ],
  })
})

test('standard input without a name is a usage error', async () => {
  const result = await runCommandLine(['image', '-'], { home: '/', stdin: '\n' })
  expect(result).toMatchObject({ code: 2, out: '' })
  expect(result.err).toContain('Standard input is empty')
})

test('a name is shown as Kubernetes reads it', async () => {
  const { out } = await runCommandLine(['image', 'nginx', '-o', 'json'], { home: '/' })
  expect(JSON.parse(out).images).toEqual([
    {
      input: 'nginx',
      valid: true,
      error: null,
      reference: 'docker.io/library/nginx:latest',
      registry: 'docker.io',
      repository: 'library/nginx',
      tag: 'latest',
      digest: null,
      defaultPullPolicy: 'Always',
      countsTowardsDockerHub: true,
      check: null,
    },
  ])
})

test('an invalid name has its row beside the others', async () => {
  const { code, out, err } = await runCommandLine(['image', 'nginx', 'Nginx', 'a b', ''], { home: '/' })
  expect([code, err]).toEqual([1, ''])
  expect(out.trimEnd().split('\n')).toHaveLength(5)
  expect(out).toContain('the repository must be lower case: "Nginx"')
})

test('Ctrl-C works while it waits for more names', async () => {
  const stop = new AbortController()
  const stdin = new PassThrough()
  stdin.on('newListener', event => event === 'end' && queueMicrotask(() => stop.abort('SIGINT')))
  stdin.write('nginx\n')
  const ended = await runCommandLine(['image', '-'], { home: '/', stdin, signal: stop.signal })
  expect(ended).toEqual({ code: 130, out: '', err: '' })
})

test("a hostile name can't harm its reader", async () => {
  const { out } = await runCommandLine(['image', 'x\u001b[2J\n::error::x\u202e'], { home: '/' })
  expect(out).not.toMatch(/[\u001b\u202e]|^::/m)
})

test('standard input may hold more names than a command line', async () => {
  // More references than a call stack can take as arguments.
  const stdin = 'nginx\n'.repeat(130_000)
  const { code, out } = await runCommandLine(['image', '-', '-o', 'name'], { home: '/', stdin })
  expect([code, out.trimEnd().split('\n').length]).toEqual([0, 130_000])
})

test('standard input that is not a list of names is not read to its end', async () => {
  const stdin = Buffer.alloc(33 * 1024 * 1024)
  const { code, err } = await runCommandLine(['image', '-'], { home: '/', stdin })
  expect([code, err]).toEqual([2, expect.stringContaining('larger than 32 MiB')])
})
