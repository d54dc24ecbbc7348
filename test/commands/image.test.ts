/** `pullguard image`: where its names come from, and the verdict. */

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

test('arguments are names to the letter, in their order, with those of standard input in their place', async () => {
  expect(await run([' nginx', '-', 'a'], 'b\n')).toEqual({
    code: 1,
    images: [
      [' nginx', false],
      ['b', true],
      ['a', true],
    ],
  })
})

test('standard input without a name is wrong usage', async () => {
  const said = await runCommandLine(['image', '-'], { home: '/', stdin: '\n' })
  expect(said).toMatchObject({ code: 2, out: '' })
  expect(said.err).toContain('No reference came on standard input')
})
