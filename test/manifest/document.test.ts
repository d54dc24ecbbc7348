/** Texts that are not what they should be: each is one code with its place, and what is readable beside it is read. */
import { expect, test } from 'vitest'
import { readManifest } from '../../src/manifest/document.ts'
import { ignoreComments } from '../../src/manifest/ignore-comments.ts'
import { Walk } from '../../src/manifest/walk.ts'

const laughs = (levels: number) =>
  `a0: &a0 [x, x]\n${Array.from({ length: levels }, (_, n) => `a${n + 1}: &a${n + 1} [${`*a${n}, `.repeat(9)}*a${n}]`).join('\n')}\n`

const plainOf = (text: string) =>
  readManifest(text).documents.map(({ root, aliases }) =>
    new Walk(aliases).plain({ node: root, pointer: [], indirect: false }),
  )

test.each([
  ['broken', 'a: [1\nb: 2\n', ['syntax']],
  ['a tab', 'a:\n\tb: 1\n', ['syntax']],
  ['a key twice', 'a: 1\nb: 2\na: 3\n', []],
  ['a billion laughs', laughs(9), ['aliases']],
  ['a few laughs', laughs(3), []],
  ['an alias of itself', 'a: &a [*a]\n', ['aliases']],
  ['nested without end, and cut off', '['.repeat(20_000), ['nesting']],
  ['nested without end', `a: ${'['.repeat(20_000)}${']'.repeat(20_000)}`, ['nesting']],
  [
    'a chart’s template',
    'kind: Pod\n{{- if .Values.x }}\nspec: {{ .Values.spec }}\n{{- end }}\n',
    ['template'],
  ],
  ['a file that a script fills in', 'kind: Pod\nmetadata:\n  name: @NAME@\n', ['template']],
  ['a control structure without a broken value', 'kind: Pod\n{{- if .x }}\n', ['template']],
  ['a name in braces before text', 'kind: Pod\nimage: {user}/app\n', ['template']],
  ['a template that is YAML', 'image: "{{ .Values.image }}"\n', []],
  ['one document of two', 'a: [1\n---\nb: 1\n', ['syntax']],
  ['JSON with a comment', '{\n  // why\n  "a": 1\n}', ['syntax']],
  ['JSON with a block comment inside', '{"a": {/* why */ "b": 1}}', ['syntax']],
  ['a template with too little indentation', 'a: "b\n  {{ x }}\nc"\n', []],
  ['JSON objects and something else', '{"a": 1} {"b": 2} c', ['syntax']],
  ['JSON with addresses', '{"a": "https://b", "//": 1}', []],
  ['a mark and Windows lines', '\ufeffa: 1\r\nb: 2\r\n', []],
])('what is wrong with a manifest is found: %s', (_what, text, problems) => {
  expect(readManifest(text).unread.map(({ problem }) => problem)).toEqual(problems)
})

test('the place of a problem is its line and column', () => {
  expect(readManifest('a: 1\nb:\n  c: ]\n').unread).toEqual([{ problem: 'syntax', line: 3, column: 6 }])
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

test('brackets may end with less indentation than the standard asks for, also beside placeholders', () => {
  const text = `a:\n  b:\n    args: ["sh\n  {{x}}\n    "]\n    command: [\n    # why\n    "c",\n  d]\n    image: nginx\n`
  expect(plainOf(text)).toEqual([{ a: { b: { args: ['sh {{x}} '], command: ['c', 'd'], image: 'nginx' } } }])
})

test('of a key given twice, the last value counts', () => {
  expect(plainOf('a: 1\nb: {c: 1, c: 2}\na: 3\n')).toEqual([{ a: 3, b: { c: 2 } }])
})

test('JSON objects one after another are documents, each with its place', () => {
  const text = '{"a": "}{"}\n{"b":\n  [1]}{"c": 1}\n'
  expect(plainOf(text)).toEqual([{ a: '}{' }, { b: [1] }, { c: 1 }])
  const { documents, placeOf } = readManifest(text)
  expect(documents.map(({ root }) => placeOf(root))).toMatchObject([
    { line: 1, column: 1, start: 0 },
    { line: 2, column: 1, start: 12 },
    { line: 3, column: 7, start: 24 },
  ])
})

test('definitions are not read, and what is beside them keeps its place', () => {
  const definition = 'kind: CustomResourceDefinition # crd\r\nspec: {\r\n'
  const text = `---\r\n${definition}---\r\nkind: Pod\r\nspec: CustomResourceDefinition\r\n---\n${definition}`
  const { documents, unread, placeOf } = readManifest(text)
  expect(unread).toEqual([])
  const start = text.indexOf('kind: Pod')
  expect(documents.map(({ root }) => placeOf(root))).toContainEqual(
    expect.objectContaining({ line: 5, column: 1, start }),
  )
  expect(plainOf('kind: CustomResourceDefinition\nkind: Pod\n')).toEqual([{ kind: 'Pod' }])
})

test('a carriage return alone ends a line', () => {
  expect(plainOf('a: 1\rb: 2\r')).toEqual([{ a: 1, b: 2 }])
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
