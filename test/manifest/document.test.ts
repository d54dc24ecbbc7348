/** Texts that are not what they should be: each is one code with its place, and what is readable beside it is read. */
import { expect, test } from 'vitest'
import { readManifest } from '../../src/manifest/document.ts'
import { ignoreComments } from '../../src/manifest/ignore-comments.ts'

const laughs = (levels: number) =>
  `a0: &a0 [x, x]\n${Array.from({ length: levels }, (_, n) => `a${n + 1}: &a${n + 1} [${`*a${n}, `.repeat(9)}*a${n}]`).join('\n')}\n`

test.each([
  ['broken', 'a: [1\nb: 2\n', ['syntax']],
  ['a tab', 'a:\n\tb: 1\n', ['syntax']],
  ['a key twice', 'a: 1\nb: 2\na: 3\n', ['duplicate-key']],
  ['a billion laughs', laughs(9), ['aliases']],
  ['a few laughs', laughs(3), []],
  ['an alias of itself', 'a: &a [*a]\n', ['aliases']],
  ['nested without end', `a: ${'['.repeat(20_000)}${']'.repeat(20_000)}`, ['nesting']],
  [
    'a chart’s template',
    'kind: Pod\n{{- if .Values.x }}\nspec: {{ .Values.spec }}\n{{- end }}\n',
    ['template'],
  ],
  ['a template that is YAML', 'image: "{{ .Values.image }}"\n', []],
  ['one document of two', 'a: [1\n---\nb: 1\n', ['syntax']],
  ['JSON with a comment', '{\n  // why\n  "a": 1\n}', ['syntax']],
  ['JSON with a block comment inside', '{"a": {/* why */ "b": 1}}', ['syntax']],
  ['JSON with addresses', '{"a": "https://b", "//": 1}', []],
  ['a mark and Windows lines', '\ufeffa: 1\r\nb: 2\r\n', []],
])('%s', (_what, text, problems) => {
  expect(readManifest(text).unread.map(({ problem }) => problem)).toEqual(problems)
})

test('the place of a problem is its line and column', () => {
  expect(readManifest('a: 1\nb:\n  c: 1\n  c: 2\n').unread).toEqual([
    { problem: 'duplicate-key', line: 4, column: 3 },
  ])
})

test('documents beside a broken one are read', () => {
  expect(readManifest('a: 1\n---\nb: [\n---\nc: 1\n').documents.map(({ index }) => index)).toEqual([0, 2])
})

test('quoted texts may go on with less indentation than the standard asks for, as kubectl allows', () => {
  const text = `spec:\n  - message: 'a ''long''\n  text, and\n    more'\n    other: "b\n  c"\n`
  const { documents, unread } = readManifest(text)
  expect(unread).toEqual([])
  expect(documents).toHaveLength(1)
})

test('comments that silence a rule for a value stand beside it or above it', () => {
  const text = [
    'image: nginx # pullguard:ignore no-tag because',
    '# pullguard:ignore no-digest, always-pull',
    '# another comment',
    '',
    'image: "#pullguard" ',
    'a: "b#pullguard:ignore no-tag"',
    '  # pullguard:ignore',
    'image: x',
  ].join('\r\n')
  expect(ignoreComments(text)).toEqual([
    { first: 1, last: 1, at: 1, rules: ['no-tag'] },
    { first: 5, last: 5, at: 2, rules: ['no-digest', 'always-pull'] },
    { first: 8, last: 8, at: 7, rules: [] },
  ])
})

test('a comment above an item of a list is about all of the item, and about no other', () => {
  const text = [
    'containers:',
    '# pullguard:ignore no-tag',
    '- name: first',
    '',
    '  image: nginx',
    '  env:',
    '  - name: A',
    '- name: second # pullguard:ignore no-tag',
    '  image: nginx',
    'volumes:',
    '  # pullguard:ignore no-digest',
    '  -',
    '    name: last',
  ].join('\n')
  expect(ignoreComments(text)).toEqual([
    { first: 3, last: 7, at: 2, rules: ['no-tag'] },
    { first: 8, last: 8, at: 8, rules: ['no-tag'] },
    { first: 12, last: 13, at: 11, rules: ['no-digest'] },
  ])
})
