/** The images that kustomizations build of manifests, each at the place where it is written; and those that something else fills in. */
import { describe, expect, test } from 'vitest'
import { readAuditFiles } from '../../src/source/files/read-audit-files.ts'
import { titled } from '../titled.ts'
import { folderOf } from './dumps.ts'

async function read(files: Record<string, string>) {
  const folder = await folderOf(files)
  return readAuditFiles({
    ...{ paths: ['.'], recursive: true, cwd: folder, excluded: [], excludeFrom: folder },
    ...{ namespace: null, labelSelector: null, now: '2026-11-29T00:00:00Z' },
    stdin: (async function* () {})(),
    signal: new AbortController().signal,
  })
}

/** `path:line:column image` of each image, sorted; with a question mark, it is still to be filled in. */
async function images(files: Record<string, string>): Promise<string[]> {
  const { scope } = await read(files)
  const found = scope.workloads.flatMap(({ source, containers }) =>
    containers.map(({ imagePlace, image, placeholder }) => {
      const place = `${source?.path}:${imagePlace?.line}:${imagePlace?.column}`
      return `${place} ${image}${placeholder ? '?' : ''}`
    }),
  )
  return found.sort()
}

const deployment = (image: string, init = '') => `apiVersion: apps/v1
kind: Deployment
metadata: {name: web}
spec:
  template:
    spec:
      containers:
      - name: app
        image: ${image}
${init === '' ? '' : `      initContainers:\n      - name: init\n        image: ${init}\n`}`

describe('images of a kustomization', () => {
  test('replace those of the files that it builds on, and have the place where they are written', async () => {
    const files = {
      'base/kustomization.yaml': 'resources: [web.yaml]\n',
      'base/web.yaml': deployment('controller:latest', 'busybox:1.37.0'),
      'prod/kustomization.yaml':
        'resources:\n- ../base\nimages:\n- name: controller\n  newName: ghcr.io/acme/app\n  newTag: 1.4.2\n',
    }
    expect(await images(files)).toEqual([
      'base/web.yaml:12:16 busybox:1.37.0',
      'prod/kustomization.yaml:6:11 ghcr.io/acme/app:1.4.2',
    ])
    const { scope, kustomizations } = await read(files)
    expect(kustomizations.map(({ changesPods }) => changesPods)).toEqual([false, false])
    expect(scope.workloads.map(({ writtenIn }) => writtenIn)).toEqual(['object', 'kustomization'])
  })

  test('of several levels apply one after another, and each build counts', async () => {
    expect(
      await images({
        'base/kustomization.yaml':
          'resources: [web.yaml]\nimages: [{name: app, newName: ghcr.io/acme/app}]\n',
        'base/web.yaml': deployment('app'),
        'dev/kustomization.yaml': 'bases: [../base]\nimages: [{name: ghcr.io/acme/app, newTag: main}]\n',
        'prod/kustomization.yaml':
          'resources: [../base/]\nimages: [{name: ghcr.io/acme/app, newTag: 1.4.2}]\n',
        'test/kustomization.yaml': 'resources: [../base]\n',
      }),
    ).toEqual([
      'base/kustomization.yaml:2:31 ghcr.io/acme/app',
      'dev/kustomization.yaml:2:43 ghcr.io/acme/app:main',
      'prod/kustomization.yaml:2:43 ghcr.io/acme/app:1.4.2',
    ])
  })

  test('leave what another build takes unchanged, and files that no build has', async () => {
    expect(
      await images({
        'base/kustomization.yaml': 'resources: [web.yaml]\n',
        'base/web.yaml': deployment('app'),
        'base/other.yaml': deployment('app'),
        'prod/kustomization.yaml': 'resources: [../base]\nimages: [{name: app, newTag: 1.4.2}]\n',
        'test/kustomization.yaml': 'resources: [../base]\n',
      }),
    ).toEqual([
      'base/other.yaml:9:16 app',
      'base/web.yaml:9:16 app',
      'prod/kustomization.yaml:2:30 app:1.4.2',
    ])
  })

  test('of a component change what it is built with, and those of a loop end', async () => {
    expect(
      await images({
        'web.yaml': deployment('app'),
        'kustomization.yaml': 'resources: [web.yaml]\ncomponents: [fixed]\n',
        'fixed/kustomization.yaml': 'kind: Component\nimages: [{name: app, newTag: "1"}]\n',
        'a/kustomization.yaml': 'resources: [../b]\n',
        'b/kustomization.yaml': 'resources: [../a]\n',
        'c/kustomization.yaml': 'components: [.]\n',
      }),
    ).toEqual(['fixed/kustomization.yaml:2:30 app:1'])
  })

  test('can be placeholders, and change custom objects only with configurations', async () => {
    const kustomization = 'resources: [app.yaml]\nimages: [{name: acme/app, newTag: "$(TAG)"}]\n'
    const custom = 'apiVersion: a.example/v1\nkind: App\nspec: {image: "acme/app:1", replicas: 1}\n'
    const files = { 'app.yaml': custom, 'kustomization.yaml': kustomization }
    expect(await images(files)).toEqual(['app.yaml:3:15 acme/app:1'])
    const more = { ...files, 'kustomization.yaml': `${kustomization}configurations: [images.yaml]\n` }
    expect(await images(more)).toEqual(['kustomization.yaml:2:35 acme/app:$(TAG)?'])
  })
})

test.each([
  ['Flux', 'kustomize.toolkit.fluxcd.io/v1', 'Kustomization', '{path: ./apps/base/}'],
  ['Argo CD', 'argoproj.io/v1alpha1', 'Application', '{source: {path: apps/base}}'],
])('a base that %s applies itself is pulled as written', async (_who, apiVersion, kind, spec) => {
  const files = {
    'apps/base/kustomization.yaml': 'resources: [web.yaml]\n',
    'apps/base/web.yaml': deployment('app'),
    'apps/prod/kustomization.yaml': 'resources: [../base]\nimages: [{name: app, newTag: "1"}]\n',
  }
  const prod = 'apps/prod/kustomization.yaml:2:30 app:1'
  expect(await images(files)).toEqual([prod])
  const applied = { 'dev.yaml': `apiVersion: ${apiVersion}\nkind: ${kind}\nspec: ${spec}\n` }
  expect(await images({ ...files, ...applied })).toEqual(['apps/base/web.yaml:9:16 app', prod])
})

test('components that name each other, which kustomize rejects, end', async () => {
  const component = 'kind: Component\ncomponents: [../a, ../b]\nimages: [{name: app, newTag: "1"}]\n'
  expect(
    await images({
      'a/kustomization.yaml': component,
      'b/kustomization.yaml': component,
      'prod/kustomization.yaml': 'resources: [web.yaml]\ncomponents: [../a, ../b]\n',
      'prod/web.yaml': deployment('app'),
    }),
  ).toEqual(['b/kustomization.yaml:3:30 app:1'])
})

describe('patches of a kustomization', () => {
  const base = {
    'base/kustomization.yaml': 'resources: [web.yaml]\n',
    'base/web.yaml': deployment('app', 'init'),
  }
  test.each(
    titled<[Record<string, string>, string[]]>({
      'a file': [
        {
          'prod/kustomization.yaml': 'resources: [../base]\npatches: [{path: image.yaml}]\n',
          'prod/image.yaml': deployment('acme/app:1'),
        },
        ['base/web.yaml:12:16 init', 'prod/image.yaml:9:16 acme/app:1'],
      ],
      'a file, with a new tag for its image': [
        {
          'prod/kustomization.yaml':
            'resources: [../base]\npatchesStrategicMerge: [image.yaml]\nimages: [{name: acme/app, newTag: "2"}]\n',
          'prod/image.yaml': deployment('acme/app:1'),
        },
        ['base/web.yaml:12:16 init', 'prod/kustomization.yaml:3:35 acme/app:2'],
      ],
      'an inline text': [
        {
          'prod/kustomization.yaml': `resources: [../base]\npatches:\n- patch: |-\n${deployment('acme/app:1').replace(/^(?=.)/gm, '    ')}`,
        },
        ['base/web.yaml:12:16 init', 'prod/kustomization.yaml:12:20 acme/app:1'],
      ],
      'an inline text in the older field': [
        {
          'prod/kustomization.yaml': `resources: [../base]\npatchesStrategicMerge:\n- |-\n${deployment('acme/app:1').replace(/^(?=.)/gm, '  ')}`,
        },
        ['base/web.yaml:12:16 init', 'prod/kustomization.yaml:12:18 acme/app:1'],
      ],
      operations: [
        {
          'prod/kustomization.yaml':
            'resources: [../base]\npatches:\n- target: {kind: Deployment, name: web}\n  patch: |\n    - op: replace\n      path: /spec/template/spec/containers/0/image\n      value: acme/app:1\n',
        },
        ['base/web.yaml:12:16 init', 'prod/kustomization.yaml:7:14 acme/app:1'],
      ],
      'operations in a file, one of which adds a container': [
        {
          'prod/kustomization.yaml':
            'resources: [../base]\npatchesJson6902: [{target: {kind: Deployment, name: web}, path: ops.yaml}]\n',
          'prod/ops.yaml':
            '- {op: replace, path: /spec/template/spec/initContainers/0/image, value: "acme/init:1"}\n- op: add\n  path: /spec/template/spec/containers/-\n  value: {name: proxy, image: "acme/proxy:1"}\n',
        },
        ['base/web.yaml:9:16 app', 'prod/ops.yaml:1:74 acme/init:1', 'prod/ops.yaml:4:31 acme/proxy:1'],
      ],
      'operations that add the first containers of a list': [
        {
          'base/web.yaml': deployment('app'),
          'prod/kustomization.yaml':
            'resources: [../base]\npatches:\n- target: {kind: Deployment}\n  patch: |\n    - op: add\n      path: /spec/template/spec/initContainers\n      value: [{name: a, image: "acme/a:1"}, {name: b}]\n',
        },
        ['base/web.yaml:9:16 app', 'prod/kustomization.yaml:7:32 acme/a:1'],
      ],
      'a file for another object': [
        {
          'prod/kustomization.yaml':
            'resources: [../base]\npatches: [{path: image.yaml, target: {kind: Job}}]\n',
          'prod/image.yaml': deployment('acme/app:1'),
        },
        ['base/web.yaml:9:16 app', 'base/web.yaml:12:16 init', 'prod/image.yaml:9:16 acme/app:1'],
      ],
      'operations for what labels select, which are not followed': [
        {
          'prod/kustomization.yaml':
            'resources: [../base]\npatches:\n- target: {labelSelector: a=b}\n  patch: |\n    - op: replace\n      path: /spec/template/spec/containers/0/image\n      value: acme/app:1\n',
        },
        ['base/web.yaml:9:16 app', 'base/web.yaml:12:16 init'],
      ],
      'operations for the objects of a namespace': [
        {
          'base/web.yaml': ['a', 'b', 'c']
            .map(name => deployment(name).replace('web', `web, namespace: ${name}`))
            .join('---\n'),
          'prod/kustomization.yaml':
            'resources: [../base]\npatches:\n- target: {kind: Deployment, namespace: b}\n  patch: |\n    - op: replace\n      path: /spec/template/spec/containers/0/image\n      value: acme/app:1\n',
        },
        ['base/web.yaml:9:16 a', 'base/web.yaml:29:16 c', 'prod/kustomization.yaml:7:14 acme/app:1'],
      ],
    }),
  )('replace an image by %s', async (_how, files, expected) => {
    expect(await images({ ...base, ...files })).toEqual([...expected].sort())
  })

  test('are files in which findings can be silenced', async () => {
    const { real, comments } = await read({
      'web.yaml': deployment('app'),
      'kustomization.yaml':
        'resources: [web.yaml]\npatches: [{path: ops.yaml, target: {kind: Deployment, name: web}}]\n',
      'ops.yaml':
        '- op: replace\n  path: /spec/template/spec/containers/0/image\n  value: app # pullguard:ignore no-tag\n',
    })
    expect([real.has('ops.yaml'), comments.get('ops.yaml')?.[0]?.rules]).toEqual([true, ['no-tag']])
  })

  test.each([
    ['change', 'name: app'],
    ['add a container to', 'name: sidecar'],
  ])('have the service account and the pull secrets of the object that they %s', async (_what, name) => {
    const { scope } = await read({
      'web.yaml': deployment('app').replace('    spec:\n', '    spec:\n      serviceAccountName: web\n'),
      'kustomization.yaml': 'resources: [web.yaml]\npatches: [{path: image.yaml}]\n',
      'image.yaml': deployment('acme/app:1').replace('name: app', name),
    })
    const patch = scope.workloads.find(({ source }) => source?.path === 'image.yaml')
    expect(patch).toMatchObject({ serviceAccount: { value: 'web' }, containers: [{ image: 'acme/app:1' }] })
  })
})

describe('images that something fills in', () => {
  test('are those that Skaffold builds, if they have no tag', async () => {
    expect(
      await images({
        'skaffold.yaml':
          'apiVersion: skaffold/v4beta11\nkind: Config\nbuild: {artifacts: [{image: app}]}\nprofiles: [{build: {artifacts: [{image: init}]}}]\n',
        'k8s/web.yaml': deployment('app', 'init'),
        'release/web.yaml': deployment('app:1.4.2', 'busybox'),
      }),
    ).toEqual([
      'k8s/web.yaml:12:16 init?',
      'k8s/web.yaml:9:16 app?',
      'release/web.yaml:12:16 busybox',
      'release/web.yaml:9:16 app:1.4.2',
    ])
  })

  test('are those that an image stream has under that name', async () => {
    const stream = (name: string, local: boolean) =>
      `apiVersion: image.openshift.io/v1\nkind: ImageStream\nmetadata: {name: ${name}}\nspec: {lookupPolicy: {local: ${local}}}\n`
    expect(
      await images({
        'streams.yaml': `${stream('app', true)}---\n${stream('init', false)}`,
        'web.yaml': deployment('app:latest', 'init:latest'),
      }),
    ).toEqual(['web.yaml:12:16 init:latest', 'web.yaml:9:16 app:latest?'])
  })
})
