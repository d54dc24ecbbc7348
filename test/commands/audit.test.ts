/** `audit` at a keyboard and in CI: files, a registry, edits, a baseline, a cluster. */
import { execFileSync } from 'node:child_process'
import {
  chmodSync,
  lstatSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join, resolve } from 'node:path'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { parse } from 'yaml'
import { Clock } from '../../src/simulator/cluster/clock.ts'
import { Hub } from '../../src/simulator/hub/hub.ts'
import { podWith } from '../audit/scopes.ts'
import { runCommandLine } from './command-line.ts'
import { type Incident, startIncident } from './incident.ts'

let home: string
beforeEach(() => {
  home = mkdtempSync(join(tmpdir(), 'pullguard-audit-'))
})
afterEach(() => rmSync(home, { recursive: true }))

function put(path: string, text: string): void {
  mkdirSync(dirname(join(home, path)), { recursive: true })
  writeFileSync(join(home, path), text)
}

const file = (path: string) => readFileSync(join(home, path), 'utf8')
const run = (argv: string[], more: object = {}) => runCommandLine(['audit', ...argv], { home, ...more })

describe('exit codes', () => {
  beforeEach(() => {
    put('bad.yaml', podWith('bad/Name:1'))
    put('well.yaml', podWith('ghcr.io/acme/shop:1.4.2'))
    put('broken.yaml', 'a: [')
  })
  const codeOf = async (...argv: string[]) => (await run(argv)).code

  test('tell findings as severe as --fail-on from others', async () => {
    expect(await codeOf('-f', 'bad.yaml', '--fail-on', 'never')).toBe(0)
    expect(await codeOf('-f', 'well.yaml')).toBe(0)
    expect(await codeOf('-f', 'well.yaml', '--fail-on', 'info')).toBe(1)
  })

  test.each(['table', 'wide', 'text', 'json', 'yaml', 'sarif', 'junit', 'github', 'gitlab', 'markdown'])(
    'are the same with -o %s',
    async format => {
      expect(await codeOf('-f', 'bad.yaml', '-o', format)).toBe(1)
      expect(await codeOf('-f', 'well.yaml', '-f', 'broken.yaml', '-o', format)).toBe(2)
    },
  )
})

describe('wrong usage is one line', () => {
  test.each([
    [
      ['-f', 'none.yaml'],
      'No workloads in none.yaml (1 file read). There are no Kubernetes objects (with a kind and an apiVersion). Check the path, or allow that with --allow-empty.',
    ],
    [['-R'], '-R needs -f'],
    [['--fix'], '--fix and --diff edit files: name them with -f. `pullguard fix` changes a cluster.'],
    [['--fix', '-f', '-'], "standard input isn't one"],
    [['-o', 'sarif'], 'SARIF points to lines in files'],
    [['-f', 'none.yaml', '--dry-run'], '--dry-run goes with --fix or --diff.'],
    [['-f', 'none.yaml', '--replace-registry', 'a=b'], '--replace-registry goes with --fix or --diff.'],
    [['-f', 'none.yaml', '--fix', '--replace-registry', 'a'], '--replace-registry takes FROM=TO'],
    [['-f', 'none.yaml', '--fix', '--replace-registry', 'docker.io=https://m.example'], 'takes FROM=TO'],
    [['-f', 'none.yaml', '--fix', '--secret-name', 'Not A Name'], 'Invalid --secret-name "Not A Name"'],
    [
      ['-f', 'none.yaml', '--baseline', 'gone.json'],
      "Can't read the baseline gone.json: there is no such file",
    ],
    [['-f', 'none.yaml', '--baseline', 'none.yaml'], 'none.yaml is not a baseline:'],
    [['-f', 'none.yaml', '--config', 'gone.yaml'], "Can't read gone.yaml: there is no such file."],
  ])('%j', async (argv, message) => {
    put('none.yaml', 'a: 1\n')
    const { code, err } = await run(argv)
    expect(code).toBe(2)
    expect(err).toContain(message)
    expect(err.trimEnd().split('\n')).toHaveLength(1)
  })

  test('nothing to audit is well where that is allowed', async () => {
    put('none.yaml', 'a: 1\n')
    expect((await run(['-f', 'none.yaml', '--allow-empty'])).code).toBe(0)
  })
})

test('what can’t be read is named with its place, and the rest is audited and edited', async () => {
  put('k/a.yaml', podWith('nginx:1.27.3', 'Always'))
  put('k/b.yaml', `${podWith('nginx:1.27.3', 'Always')}---\na: [1\n`)
  put('k/chart.yaml', 'kind: Pod\n{{ if .x }}\n')
  const { code, out, err } = await run(['-f', 'k', '--fix', '--offline', '-o', 'json'])
  expect(code).toBe(2)
  expect(err).toContain('k/b.yaml:12:1: this is not valid YAML or JSON')
  expect(err).toContain('k/chart.yaml is a template: fill it in or render it first')
  expect(err).toContain('k/b.yaml: 1 edit not written: a part of it could not be read')
  expect(file('k/a.yaml')).toContain('imagePullPolicy: IfNotPresent')
  expect(file('k/b.yaml')).toContain('imagePullPolicy: Always')
  expect(JSON.parse(out)).toMatchObject({ complete: false, templates: ['k/chart.yaml'] })
})

test('templates of a chart are one note, with the command that renders them', async () => {
  for (const folder of ['my chart', 'other', '.']) put(`${folder}/Chart.yaml`, 'name: shop\n')
  for (const name of ['a', 'tests/b']) put(`my chart/templates/${name}.yaml`, 'kind: Pod\n{{ if .x }}\n')
  const note =
    "2 templates in my chart/templates not read: render the chart first, as in `helm template 'my chart' | pullguard audit -f -`.\n"
  const none = await run(['-R', '-f', 'my chart'])
  expect([none.code, none.err]).toEqual([2, `No workloads in 'my chart' (3 files read). ${note}`])
  put('templates/a.yaml', 'kind: Pod\n{{ if .x }}\n')
  expect((await run(['-f', 'templates'])).err).toContain('1 template in ./templates not read')
  put('my chart/a.yaml', podWith('ghcr.io/acme/shop:1.4.2'))
  const some = await run(['-R', '-f', 'my chart'])
  expect([some.code, some.err.startsWith(note)]).toEqual([0, true])
  put('other/templates/a.yaml', 'kind: Pod\n{{ if .x }}\n')
  put('my chart/x.yaml', 'kind: Pod\n{{ if .x }}\n')
  put('my chart/y.yaml', 'kind: Pod\n{{ if .x }}\n')
  const several = (await run(['-R', '-f', 'my chart', '-f', 'other'])).err.replaceAll(/\s+/g, ' ')
  expect(several).toContain('my chart/x.yaml and 1 more are templates: fill them in or render them first')
  expect(several).toContain('3 templates of 2 charts not read, such as those in my chart/templates:')
  // Ansible has a folder of that name, too.
  put('role/templates/a.yaml', 'kind: Pod\n{{ if .x }}\n')
  put('role/a.yaml', podWith('ghcr.io/acme/shop:1.4.2'))
  expect((await run(['-R', '-f', 'role'])).err).toContain('role/templates/a.yaml is a template: fill it in')
})

test('files whose objects have no pods are said to have no others, unless some were left out', async () => {
  put('k/service.yaml', 'apiVersion: v1\nkind: Service\nmetadata: {name: web}\n')
  expect((await run(['-f', 'k'])).err).toContain(
    'There are only objects without pods: Service. Check the path',
  )
  put('patch/pod.yaml', podWith('ghcr.io/acme/shop:1.4.2').replace(/image:.*/, 'tty: true'))
  expect((await run(['-f', 'patch'])).err).toContain('(1 file read). Check the path')
  put('k/pod.yaml', podWith('ghcr.io/acme/shop:1.4.2'))
  expect((await run(['-f', 'k', '-l', 'app=other'])).err).toContain('(2 files read). Check the path')
})

test('a kustomization that changes pods is a note, with the command that audits what it builds', async () => {
  put('base/kustomization.yaml', 'resources: [pod.yaml]\n')
  put('base/pod.yaml', podWith('ghcr.io/acme/shop:1.4.2'))
  put('my prod/kustomization.yaml', 'resources: [../base]\nreplacements: [{path: version.yaml}]\n')
  const build = "kubectl kustomize 'my prod' | pullguard audit -f -`.\n"
  const note = `my prod is a kustomization, and kustomize was not run: to audit what it builds, \`${build}`
  expect((await run(['-R', '-f', '.'])).err).toContain(note)
  const none = await run(['-f', 'my prod'])
  expect([none.code, none.err]).toEqual([2, `No workloads in 'my prod' (1 file read). ${note}`])
  put('charts/kustomization.yml', 'kind: Kustomization\nhelmCharts: [{name: shop}]\n')
  put('charts/b/kustomization.yaml', 'kind: Component\nimages: [{name: a}]\n')
  put(
    'flux/kustomization.yaml',
    'apiVersion: kustomize.toolkit.fluxcd.io/v1\nkind: Kustomization\nimages: [a]\n',
  )
  const several = (await run(['-R', '-f', '.'])).err
  expect(several).toContain('charts and 1 more are kustomizations')
  // The images of what others publish are not in the files.
  put('far/kustomization.yaml', 'resources: [https://a.example/b.yaml]\nimages: [{name: a, newTag: b}]\n')
  expect((await run(['-R', '-f', 'far', '-f', 'base'])).err).toContain('far is a kustomization')
  expect(several).toContain('`kubectl kustomize --enable-helm charts | pullguard audit -f -`')
})

test('an excluded namespace is not judged, edited, or counted, and what leaves no workload is named', async () => {
  const pod = podWith('quay.io/team/app:1.27.3', 'Always')
  const excluded = pod.replace('{name: p}', '{name: p, namespace: kube-system}')
  put('a.yaml', excluded)
  const moving = ['--replace-registry', 'quay.io=mirror.example', '--offline', '--fix']
  const exclusion = ['--exclude-namespace', 'kube-system']
  const none = await run(['-f', 'a.yaml', ...exclusion])
  expect([none.code, none.err]).toEqual([
    2,
    'No workloads in a.yaml (1 file read). Check the path and the excluded namespaces, or allow that with --allow-empty.\n',
  ])
  expect((await run(['-f', 'a.yaml', '-n', 'web', '-l', 'app=x'])).err).toContain(
    'Check the path, -n, and -l, or',
  )
  put('a.yaml', `${excluded}---\n${pod}`)
  const { summary } = JSON.parse((await run(['-f', 'a.yaml', ...exclusion, ...moving, '-o', 'json'])).out)
  expect(summary).toMatchObject({ workloads: 1, containers: 1 })
  expect(file('a.yaml')).toBe(
    `${excluded}---\n${pod.replace('quay.io', 'mirror.example').replace('Always', 'IfNotPresent')}`,
  )
})

test('what a controller installs from charts is a note, as the files don’t show it', async () => {
  put('a/release.yaml', 'apiVersion: helm.toolkit.fluxcd.io/v2\nkind: HelmRelease\n')
  const source = (at: string) =>
    `apiVersion: argoproj.io/v1alpha1\nkind: Application\nspec: {source: {repoURL: https://a.example, ${at}}}\n`
  put('b/app.yaml', source('path: k8s'))
  const none = await run(['-R', '-f', '.'])
  const ending = 'not read: to audit what runs, `pullguard audit -A`.\n'
  expect([none.code, none.err]).toEqual([
    2,
    `No workloads in . (2 files read). a/release.yaml has a HelmRelease, and its chart, which Flux installs, was ${ending}`,
  ])
  put('b/chart.yaml', source('chart: shop'))
  put('b/second.yaml', source('chart: shop'))
  put('b/pod.yaml', podWith('ghcr.io/acme/shop:1.4.2'))
  const some = await run(['-R', '-f', 'b'])
  expect(some.code).toBe(0)
  expect(some.err.replaceAll(/\s+/g, ' ')).toContain(
    `b/chart.yaml is one of 2 files with Applications or ApplicationSets, and their charts, which Argo CD installs, were ${ending.trimEnd()}`,
  )
})

test('a folder without workloads leads on to the folders in it', async () => {
  put('k/app/pod.yaml', podWith('ghcr.io/acme/shop:1.4.2'))
  const { code, err } = await run(['-f', 'k'])
  expect([code, err]).toEqual([
    2,
    'No workloads in k (0 files read). The folders in k were not read: add -R.\n',
  ])
})

test('a file in a folder that can’t be a manifest need not be valid, but a named one must be', async () => {
  put('k/pod.yaml', podWith('ghcr.io/acme/shop:1.4.2'))
  put('k/.vscode/settings.json', '{\n  // with comments\n  "a": 1\n}\n')
  expect((await run(['-R', '-f', 'k'])).code).toBe(0)
  expect((await run(['-f', 'k/.vscode/settings.json'])).err).toContain('this is not valid YAML or JSON')
})

test('the next command repeats what decides on its edits', async () => {
  put('a.yaml', podWith('acme.io/a:1.2.3', 'Always'))
  const flags = "-n web -l '!x' --exclude-namespace a --exclude-namespace b --secret-name hub"
  const { err } = await run(['-f', 'a.yaml', ...flags.replaceAll("'", '').split(' ')])
  expect(err).toContain(`Next: pullguard audit -f a.yaml ${flags} --diff\n`)
})

test('an image that nobody could ask about is not pinned, and the reason is true', async () => {
  put('a.yaml', podWith('127.0.0.1:1/a:1.2.3'))
  const endpoint = ['--registry-endpoint', '127.0.0.1:1=http://127.0.0.1:1']
  const { err } = await run(['-f', 'a.yaml', '--fix', ...endpoint])
  expect(err).toMatch(/not pinned: 127\.0\.0\.1:1 can't be reached from this machine \(/)
})

test('an interrupted --fix says what it wrote, and leaves the other files', async () => {
  const before = podWith('nginx:1.27.3', 'Always')
  for (const name of ['a', 'b', 'c']) put(`${name}.yaml`, before)
  // Ctrl-C while the first file is written.
  const signal = Object.defineProperties(new AbortController().signal, {
    aborted: { get: () => file('a.yaml') !== before },
    reason: { value: 'SIGINT' },
  })
  const { code, err } = await run(['-f', '.', '--fix', '--offline'], { signal })
  expect([code, file('b.yaml'), file('c.yaml')]).toEqual([130, before, before])
  expect(err).toBe(
    'a.yaml: 1 edit written\nInterrupted: 2 files not edited yet. Run the same command again to edit them.\n',
  )
})

test('an image keeps the name by which a kustomization changes it in one of its builds', async () => {
  const image = 'k8s.gcr.io/pause:3.5'
  const named = { base: 'resources: [a.yaml]\n', dev: 'resources: [../base]\n' }
  const prod = 'resources: [../base]\nimages: [{name: k8s.gcr.io/pause, newTag: "3.9"}]\n'
  for (const [folder, text] of Object.entries({ ...named, prod })) put(`${folder}/kustomization.yaml`, text)
  put('base/a.yaml', podWith(image))
  const moving = ['--replace-registry', 'k8s.gcr.io=registry.example', '--fix', '--offline']
  const { err } = await run(['-f', '.', '-R', ...moving])
  expect(file('base/a.yaml')).toBe(podWith(image))
  expect(err).toContain(`${image} left unchanged: prod/kustomization.yaml changes it by this name`)
})

test('a value that several containers share is refused once, at its own place', async () => {
  const shared = podWith('acme.io/a:1.2.3', 'Always').replace('- name', '- &first\n    name')
  put('a.yaml', `${shared}  - <<: *first\n    name: b\n`)
  const { err } = await run(['-f', 'a.yaml', '--fix', '--offline'])
  const refused = err.split('\n').filter(line => line.includes('left unchanged'))
  const line =
    file('a.yaml')
      .split('\n')
      .findIndex(text => text.includes('imagePullPolicy')) + 1
  expect(refused).toEqual([expect.stringMatching(`^a\\.yaml:${line}:22: imagePullPolicy left unchanged`)])
})

test('the hooks for pre-commit read and edit all manifests, however many of them have changed', async () => {
  const hooks: { entry: string; args: string[]; pass_filenames?: boolean }[] = parse(
    readFileSync(resolve(import.meta.dirname, '../../.pre-commit-hooks.yaml'), 'utf8'),
  )
  const pod = podWith('quay.io/team/app:1.27.3', 'Always')
  const changed = ['k8s/a.yaml', 'k8s/b.yaml']
  for (const path of changed) put(path, pod)
  const ended = []
  for (const { entry, args, pass_filenames: passesNames = true } of hooks) {
    const [program, , ...flags] = entry.split(' ')
    // As pre-commit composes a command.
    const { code, err } = await run([...flags, ...args, ...(passesNames ? changed : [])])
    ended.push([program, code, err])
  }
  expect(ended).toEqual([
    ['pullguard', 1, ''],
    ['pullguard', 0, 'k8s/a.yaml: 1 edit written\nk8s/b.yaml: 1 edit written\n'],
  ])
  expect(changed.map(file)).toEqual(changed.map(() => pod.replace('Always', 'IfNotPresent')))
})

test('comments silence a rule for one value, and a typo in one is reported', async () => {
  put('a.yaml', podWith('nginx # pullguard:ignore no-tag we mean it'))
  put('b.yaml', podWith('nginx # pullguard:ignore no-tags'))
  const { out, err } = await run(['-f', 'a.yaml', '-f', 'b.yaml', '-o', 'json'])
  const { findings, summary } = JSON.parse(out)
  expect(findings.map(({ location }: { location: { path: string } }) => location.path)).toEqual(['b.yaml'])
  expect(summary.ignored).toBe(1)
  expect(err).toContain('b.yaml:8: this pullguard:ignore comment names the unknown rule no-tags.')
})

test('a comment above a container silences a rule for all of it', async () => {
  const two = podWith('nginx').replace(/^( *)- name: .*$/m, '$1# pullguard:ignore no-tag we mean it\n$&')
  expect(two).toContain('# pullguard:ignore')
  put('a.yaml', two)
  const { out } = await run(['-f', 'a.yaml', '-o', 'json'])
  const { findings, summary } = JSON.parse(out)
  expect(findings.map(({ rule }: { rule: string }) => rule)).not.toContain('no-tag')
  expect(summary.ignored).toBe(1)
})

test('a baseline keeps old findings from failing, and new ones fail', async () => {
  put('a.yaml', podWith('bad/Name:1'))
  expect((await run(['-f', 'a.yaml', '--write-baseline', 'known.json'])).code).toBe(0)
  put('a.yaml', `# moved down\n${podWith('bad/Name:2')}`)
  const known = await run(['-f', 'a.yaml', '--baseline', 'known.json', '-o', 'json'])
  expect(known.code).toBe(0)
  expect(JSON.parse(known.out)).toMatchObject({ findings: [], summary: { known: 1 } })
  put('b.yaml', podWith('bad/Name:2'))
  expect((await run(['-f', '.', '--baseline', 'known.json'])).code).toBe(1)
})

test.skipIf(process.platform === 'win32')(
  'a baseline is written through a link, keeps its mode, and never takes the place of something else',
  async () => {
    put('a.yaml', podWith('bad/Name:1'))
    put('ci/known.json', JSON.stringify({ kind: 'Baseline', findings: [] }))
    chmodSync(join(home, 'ci/known.json'), 0o640)
    symlinkSync('ci/known.json', join(home, 'known.json'))
    expect((await run(['-f', 'a.yaml', '--write-baseline', 'known.json'])).code).toBe(0)
    expect(lstatSync(join(home, 'known.json')).isSymbolicLink()).toBe(true)
    expect(statSync(join(home, 'ci/known.json')).mode & 0o777).toBe(0o640)
    expect(JSON.parse(file('ci/known.json')).findings).toHaveLength(1)
    execFileSync('mkfifo', [join(home, 'pipe')])
    for (const [name, problem] of [
      ['pipe', "Can't write the baseline pipe: it is not a regular file."],
      ['ci', "Can't write the baseline ci: it is not a regular file."],
      ['a.yaml', 'a.yaml is not a baseline: name a file that --write-baseline wrote, or a new one.'],
      ['', '--write-baseline was given an empty name: give a file.'],
    ] as const) {
      const { code, err } = await run(['-f', 'a.yaml', '--write-baseline', name])
      expect([code, err]).toEqual([2, `${problem}\n`])
    }
  },
)

test('a baseline that an audit writes keeps the rules that people wrote, and a note says that they are for diagnose', async () => {
  const ignore = [{ namespace: 'staging-*', reason: 'images are built at night' }]
  put('a.yaml', podWith('bad/Name:1'))
  put('known.json', JSON.stringify({ kind: 'Baseline', findings: [], ignore }))
  await run(['-f', 'a.yaml', '--write-baseline', 'known.json'])
  expect(JSON.parse(file('known.json'))).toMatchObject({ findings: { length: 1 }, ignore })
  const { code, err } = await run(['-f', 'a.yaml', '--baseline', 'known.json'])
  expect(code).toBe(0)
  expect(err).toContain('Note: known.json has 1 ignore rule, which only diagnose applies;')
})

test('settings decide on rules, folders and the secret', async () => {
  put(
    '.pullguard.yaml',
    'rules: {no-tag: error, no-digest: off}\nexclude: {paths: [vendor]}\npullSecret: hub\n',
  )
  put('a.yaml', podWith('nginx'))
  put('vendor/b.yaml', podWith('bad/Name:1'))
  const { code, out } = await run(['-R', '-f', '.', '-o', 'json'])
  expect(code).toBe(1)
  const rules = JSON.parse(out).findings.map(
    ({ rule, severity }: Record<string, string>) => `${severity} ${rule}`,
  )
  expect(rules).toEqual(['error no-tag', 'warning anonymous-docker-hub'])
})

test('in GitHub Actions the whole report is in the step summary', async () => {
  put('a.yaml', podWith('nginx'))
  const summary = join(home, 'summary.md')
  writeFileSync(summary, 'before\n')
  await run(['-f', 'a.yaml', '-o', 'github'], { env: { GITHUB_STEP_SUMMARY: summary } })
  expect(readFileSync(summary, 'utf8')).toMatch(/^before\n### pullguard: 1 warning in 1 workload of 1 file\./)
})

describe('with a registry', () => {
  const clock = new Clock(() => Date.parse('2026-11-24T12:00:00Z'))
  let hub: Hub
  beforeEach(async () => {
    hub = new Hub({ clock })
    hub.addImage({ repository: 'library/nginx', tags: ['1.27.3', 'latest'] })
    hub.addImage({ repository: 'bitnamilegacy/redis', tags: ['7.2.4'] })
    await hub.listen()
  })
  afterEach(() => hub.close())

  const asking = (argv: string[]) =>
    run(argv, { env: { PULLGUARD_REGISTRY_ENDPOINTS: `docker.io=${hub.url},hub.docker.com=${hub.url}` } })
  const heads = () =>
    hub.requests.filter(({ path, status }) => path.includes('/manifests/') && status !== 401)

  test('--check-images asks for each image once, by HEAD, and reports what is not there', async () => {
    put('a.yaml', `${podWith('nginx:1.27.3')}---\n${podWith('nginx:1.27.9')}---\n${podWith('nginx:1.27.9')}`)
    const { code, out } = await asking(['-f', 'a.yaml', '--check-images', '-o', 'json'])
    expect(code).toBe(1)
    const missing = JSON.parse(out).findings.filter(({ rule }: { rule: string }) => rule === 'missing-image')
    expect(missing).toHaveLength(2)
    expect(missing[0].message).toContain('no tag 1.27.9')
    expect(heads().map(({ method }) => method)).toEqual(['HEAD', 'HEAD'])
    expect(hub.pulls).toEqual([])
  })

  test('a registry that takes no more requests proves nothing: the result is incomplete', async () => {
    put('a.yaml', `${podWith('nginx:1.27.3')}---\n${podWith('nginx:1.27.9')}`)
    hub.trouble = 'abuse'
    const { code, out } = await asking(['-f', 'a.yaml', '--check-images', '-o', 'json'])
    expect(code).toBe(3)
    expect(JSON.parse(out)).toMatchObject({
      complete: false,
      unchecked: [{ verdict: 'rate-limited' }, { verdict: 'rate-limited' }],
    })
    expect(heads()).toHaveLength(1)
  })

  test('--fix pins to the digest that the tag has, takes the proven new place, and a second run writes nothing', async () => {
    const yaml = `${podWith('"nginx:1.27.3" # web')}---\n${podWith("'bitnami/redis:7.2.4'")}---\n${podWith('bitnami/redis:6.0.0')}`
    put('a.yaml', yaml)
    const first = await asking(['-f', 'a.yaml', '--fix', '-o', 'json'])
    const edited = file('a.yaml')
    expect(edited).toMatch(/image: "nginx:1\.27\.3@sha256:[0-9a-f]{64}" # web\n/)
    expect(edited).toMatch(/image: 'docker\.io\/bitnamilegacy\/redis:7\.2\.4@sha256:[0-9a-f]{64}'\n/)
    expect(edited).toContain('image: bitnami/redis:6.0.0\n')
    expect(first.err).toContain('a.yaml: 2 edits written')
    expect(first.err).toContain(
      'a.yaml:28:12: bitnami/redis:6.0.0 left unchanged: no registry has shown that',
    )
    expect(JSON.parse(first.out).edits.files).toMatchObject([{ path: 'a.yaml', written: true }])
    const second = await asking(['-f', 'a.yaml', '--fix', '-o', 'json'])
    expect(file('a.yaml')).toBe(edited)
    expect(JSON.parse(second.out).edits.files).toEqual([])
    expect(hub.pulls).toEqual([])
  })

  test('--fix keeps an image whose old place still has it, in the first run as in the second', async () => {
    for (const repository of ['bitnami/nginx', 'bitnamilegacy/nginx'])
      hub.addImage({ repository, tags: ['1.29.1'] })
    put('a.yaml', podWith('bitnami/nginx:1.29.1'))
    await asking(['-f', 'a.yaml', '--fix'])
    const edited = file('a.yaml')
    expect(edited).toMatch(/image: bitnami\/nginx:1\.29\.1@sha256:/)
    const again = await asking(['-f', 'a.yaml', '--fix'])
    expect(file('a.yaml')).toBe(edited)
    expect(again.err).not.toContain('left unchanged')
  })

  test('--fix exits the same whether or not it has anything to write: only --check-images reports a missing image', async () => {
    put('a.yaml', `${podWith('nginx:1.27.3')}---\n${podWith('nginx:1.27.9')}`)
    const codes = async (...flags: string[]) => {
      const { code, err } = await asking(['-f', 'a.yaml', '--fix', ...flags])
      return [code, err.includes('nginx:1.27.9 not pinned')]
    }
    expect(await codes()).toEqual([0, true])
    expect(await codes()).toEqual([0, true])
    expect(await codes('--check-images')).toEqual([1, true])
  })

  test('--fix is incomplete if a registry takes no more requests', async () => {
    put('a.yaml', podWith('nginx:1.27.3'))
    hub.trouble = 'abuse'
    const { code, err } = await asking(['-f', 'a.yaml', '--fix'])
    expect([code, err.includes('nginx:1.27.3 not pinned')]).toEqual([3, true])
  })

  test('--diff and --dry-run write nothing, and the diff is one that git can apply', async () => {
    const yaml = podWith('nginx:1.27.3', 'Always')
    put('a.yaml', yaml)
    const { out, err } = await asking(['-f', 'a.yaml', '--diff'])
    expect(err.trimEnd().split('\n').at(-1)).toBe('Next: pullguard audit -f a.yaml --fix')
    expect(out).toMatch(/^--- a\/a\.yaml\n\+\+\+ b\/a\.yaml\n@@ /)
    expect(out).toMatch(
      /\n-.*nginx:1\.27\.3\n-.*Always\n\+.*nginx:1\.27\.3@sha256:[0-9a-f]{64}\n\+.*IfNotPresent\n/,
    )
    const dry = await asking(['-f', 'a.yaml', '--fix', '--dry-run'])
    expect(dry.err).toContain('a.yaml: 2 edits to make')
    expect(file('a.yaml')).toBe(yaml)
  })

  test('--replace-registry takes the first place that has the image', async () => {
    put('a.yaml', podWith('nginx:1.27.3'))
    hub.addImage({ repository: 'mirror/nginx', tags: ['1.27.3'] })
    await asking(['-f', 'a.yaml', '--fix', '--replace-registry', 'docker.io/library=docker.io/mirror'])
    expect(file('a.yaml')).toMatch(/image: docker\.io\/mirror\/nginx:1\.27\.3@sha256:/)
    put('b.yaml', podWith('nginx:1.27.3'))
    await asking(['-f', 'b.yaml', '--fix', '--replace-registry', 'docker.io/library=docker.io/nowhere'])
    expect(file('b.yaml')).toBe(podWith('nginx:1.27.3'))
  })
})

describe('a cluster', () => {
  let incident: Incident
  beforeAll(async () => {
    incident = await startIncident()
  })
  afterAll(() => incident.close())

  test('its workloads are audited through their templates, and nothing is written', async () => {
    const kubeconfig = await incident.kubeconfigFor('admin')
    const { code, out } = await incident.run(['audit', '-A', '--kubeconfig', kubeconfig, '-o', 'json'])
    expect(code).toBe(0)
    const { summary, findings, source, complete } = JSON.parse(out)
    expect(source.type).toBe('cluster')
    expect(complete).toBe(true)
    expect(summary).toMatchObject({ files: 0, workloads: 3 })
    const found = findings.map(
      ({ rule, workload }: { rule: string; workload: { name: string } }) => `${rule} ${workload.name}`,
    )
    expect(found).toContain('anonymous-docker-hub calico-kube-controllers')
    expect(found).toContain('no-tag fifthnginx')
    expect(incident.writes()).toEqual([])
  })

  test('a namespace that does not exist, and one without workloads, are wrong usage', async () => {
    const kubeconfig = await incident.kubeconfigFor('admin')
    const none = await incident.run(['audit', '-n', 'nowhere', '--kubeconfig', kubeconfig])
    expect(none.code).toBe(2)
    expect(none.err).toContain('There is no namespace "nowhere"')
    const typo = await incident.run(['audit', '-n', 'default,nowhere', '--kubeconfig', kubeconfig])
    expect([typo.code, typo.err]).toEqual([2, none.err])
    const empty = await incident.run(['audit', '-n', 'kube-public', '--kubeconfig', kubeconfig])
    expect(empty.code).toBe(2)
    const unlike = await incident.run(['audit', '-A', '-l', 'app=none', '--kubeconfig', kubeconfig])
    expect([unlike.code, unlike.err]).toEqual([
      2,
      'No workloads in the cluster are left. Check -l, or allow that with --allow-empty.\n',
    ])
  })
})
