/** Manifests found in folders: links, loops, and files that can't be read or parsed; each is one line of data, and the others are read. */
import { execFileSync } from 'node:child_process'
import { chmodSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, truncateSync, writeFileSync } from 'node:fs'
import { writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { readAuditFiles } from '../../src/source/files/read-audit-files.ts'

let folder: string
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'pullguard-audit-files-'))
})
afterEach(() => rmSync(folder, { recursive: true }))

const POD = 'apiVersion: v1\nkind: Pod\nmetadata: {name: p}\nspec: {containers: [{name: a, image: nginx}]}\n'

function put(path: string, content: string | Buffer = POD): void {
  const where = join(folder, path)
  mkdirSync(dirname(where), { recursive: true })
  writeFileSync(where, content)
}

async function* piped(text: string): AsyncGenerator<Uint8Array> {
  yield Buffer.from(text)
}

function read(paths: string[], more: object = {}) {
  return readAuditFiles({
    paths,
    recursive: true,
    cwd: folder,
    excluded: [],
    excludeFrom: folder,
    stdin: piped(POD),
    namespace: null,
    labelSelector: null,
    now: '2026-11-29T00:00:00Z',
    signal: new AbortController().signal,
    ...more,
  })
}

const paths = async (...args: Parameters<typeof read>) =>
  (await read(...args)).scope.workloads.map(({ source }) => source?.path)
const problems = async (...args: Parameters<typeof read>) =>
  (await read(...args)).scope.unread.map(({ path, problem }) => `${path} ${problem}`)

describe('files and folders', () => {
  test('files of a folder are read by name, those below with -R, each once', async () => {
    for (const path of ['k/b.yaml', 'k/a.yml', 'k/c.json', 'k/notes.txt', 'k/deep/d.yaml', 'k/.git/e.yaml'])
      put(path)
    expect(await paths(['k', 'k/b.yaml'])).toEqual(['k/a.yml', 'k/b.yaml', 'k/c.json', 'k/deep/d.yaml'])
    const shallow = await read(['k'], { recursive: false })
    expect(shallow.scope.workloads).toHaveLength(3)
    expect(shallow.shallow).toEqual(['k'])
  })

  test('a path below the current folder is shown from there, however it was given', async () => {
    put('k/a.yaml')
    expect(await paths([join(folder, 'k')])).toEqual(['k/a.yaml'])
  })

  test('standard input is a file', async () => {
    expect(await paths(['-'])).toEqual(['-'])
  })

  test('what the settings leave out is not read', async () => {
    for (const path of ['k/a.yaml', 'k/vendor/b.yaml', 'k/x/vendor/c.yaml', 'k/test.yaml']) put(path)
    expect(await paths(['k'], { excluded: ['k/vendor', '**/test.yaml'] })).toEqual([
      'k/a.yaml',
      'k/x/vendor/c.yaml',
    ])
  })

  test('a namespace of the command line is that of objects without one, and leaves the others out', async () => {
    put('a.yaml', `${POD}---\n${POD.replace('{name: p}', '{name: q, namespace: other}')}`)
    const { scope } = await read(['a.yaml'], { namespace: 'web' })
    expect(scope.workloads.map(({ namespace, name }) => `${namespace}/${name}`)).toEqual(['web/p'])
  })

  test('UTF-16 and a byte order mark are read', async () => {
    put('a.yaml', Buffer.from(`\ufeff${POD}`, 'utf16le'))
    put('b.yaml', `\ufeff${POD}`)
    expect(await paths(['.'])).toEqual(['a.yaml', 'b.yaml'])
  })
})

describe('links', () => {
  test('one that stays in its folder is followed, one that leaves it is not', async () => {
    put('k/deep/a.yaml')
    put('secret/b.yaml')
    symlinkSync(join(folder, 'k/deep/a.yaml'), join(folder, 'k/inside.yaml'))
    symlinkSync(join(folder, 'secret/b.yaml'), join(folder, 'k/outside.yaml'))
    symlinkSync(join(folder, 'secret'), join(folder, 'k/outside'))
    expect(await paths(['k'])).toEqual(['k/deep/a.yaml'])
    expect(await problems(['k'])).toEqual(['k/outside link-out', 'k/outside.yaml link-out'])
  })

  test('folders that many links lead to are read once', async () => {
    for (let level = 0; level < 20; level++) {
      put(`k/${level}/a.yaml`)
      for (const side of ['x', 'y'])
        symlinkSync(join(folder, `k/${level + 1}`), join(folder, `k/${level}/${side}`))
    }
    put('k/20/a.yaml')
    expect(await paths(['k'])).toHaveLength(21)
  })

  test('a loop of links is reported once, and the files are read once', async () => {
    put('k/a.yaml')
    symlinkSync(join(folder, 'k'), join(folder, 'k/again'))
    symlinkSync('self.yaml', join(folder, 'k/self.yaml'))
    expect(await paths(['k'])).toEqual(['k/a.yaml'])
    expect(await problems(['k'])).toEqual(['k/again link-loop', 'k/self.yaml link-loop'])
  })
})

describe('links to nowhere', () => {
  test('are reported if they have the name of a manifest', async () => {
    put('k/a.yaml')
    for (const name of ['AGENTS.md', 'docs', 'b.yaml']) symlinkSync('gone', join(folder, 'k', name))
    expect(await problems(['k'])).toEqual(['k/b.yaml link-nowhere'])
  })
})

describe('what can’t be read', () => {
  test('is one problem each, and the rest is read', async () => {
    put('a.yaml')
    put('binary.yaml', Buffer.from([1, 0, 2, 0xff]))
    put('latin.yaml', Buffer.from([0x61, 0xe9, 0x62]))
    put('broken.yaml', 'apiVersion: v1\nkind: [')
    // Other programs have a `kind`, and JSON with comments.
    put('launch.json', '{\n  // for an editor\n  "kind": "lib"\n}\n')
    put('kustomization.yaml', 'images: [')
    put('huge.yaml', '')
    truncateSync(join(folder, 'huge.yaml'), 33 * 1024 * 1024)
    put('chart.yaml', 'a: b\n{{ if }}\n')
    const { scope } = await read(['.', 'gone.yaml'])
    expect(scope.workloads).toHaveLength(1)
    expect(scope.unread.map(({ path, problem }) => `${path} ${problem}`).sort()).toEqual([
      'binary.yaml not-text',
      'broken.yaml syntax',
      'gone.yaml missing',
      'huge.yaml too-large',
      'kustomization.yaml syntax',
      'latin.yaml not-text',
    ])
    expect(scope.templates).toEqual(['chart.yaml'])
  })

  test.skipIf(process.platform === 'win32')(
    'a pipe is read where it is named, and not waited for in a folder',
    async () => {
      const pipe = join(folder, 'k/pipe.yaml')
      put('k/a.yaml')
      execFileSync('mkfifo', [pipe])
      symlinkSync('pipe.yaml', join(folder, 'k/link.yaml'))
      expect(await problems(['k'])).toEqual(['k/link.yaml not-text'])
      const [{ scope, real }] = await Promise.all([read(['k/pipe.yaml']), writeFile(pipe, POD)])
      expect(scope.workloads.map(({ source }) => source?.path)).toEqual(['k/pipe.yaml'])
      expect(real).toEqual(new Map())
    },
  )

  test.skipIf(process.getuid?.() === 0)('a folder without permission is one problem', async () => {
    put('k/closed/a.yaml')
    chmodSync(join(folder, 'k/closed'), 0)
    expect(await problems(['k'])).toEqual(['k/closed forbidden'])
    chmodSync(join(folder, 'k/closed'), 0o700)
  })
})

test('service accounts and Secrets beside the workloads are known, and no secret text is', async () => {
  put(
    'a.yaml',
    `${POD}---\napiVersion: v1\nkind: ServiceAccount\nmetadata: {name: default}\nimagePullSecrets: [{name: hub}]\n`,
  )
  put(
    'b.yaml',
    'apiVersion: v1\nkind: Secret\nmetadata: {name: hub}\ntype: kubernetes.io/dockerconfigjson\nstringData:\n  .dockerconfigjson: \'{"auths":{"docker.io":{"username":"mara","password":"canary"}}}\'\n',
  )
  const { scope } = await read(['.'])
  expect(scope.serviceAccounts).toEqual([
    { namespace: 'default', name: 'default', imagePullSecrets: ['hub'] },
  ])
  expect(scope.pullSecrets).toMatchObject([{ name: 'hub', problem: null, entries: [{ key: 'docker.io' }] }])
  expect(JSON.stringify(scope)).not.toContain('canary')
})
