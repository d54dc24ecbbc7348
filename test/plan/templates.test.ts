/** The remedies `pin`, `pull-policy` and `replace-registry`: each only where it is known to be right. */
import { describe, expect, test } from 'vitest'
import type { Finding, Remedy } from '../../src/diagnosis/finding.ts'
import type { PlanInput } from '../../src/plan/plan-input.ts'
import type { ScopeContainer, ScopeWorkload } from '../../src/snapshot/fix-objects.ts'
import { account, finding, type PlanFields, planFor, stuckPod, template, workload } from './inputs.ts'

const DIGEST = `sha256:${'a'.repeat(64)}`
const HEAD = `sha256:${'b'.repeat(64)}`

function edited(container: Partial<ScopeContainer>, remedies: Remedy[], fields: Partial<PlanInput> = {}) {
  const workloads = [workload({ containers: [template(container)] })]
  const plan = planFor({ remedies: new Set(remedies), fixObjects: { workloads }, ...answered(fields) })
  const change = plan.changes.find(({ action }) => action === 'patch-template')
  const edits = change && 'edits' in change ? change.edits : []
  return {
    edits: edits.map(edit =>
      edit.field === 'imagePullSecrets' ? edit.entry : `${edit.field}=${edit.after}`,
    ),
    declined: plan.declined.map(({ code }) => code).filter(code => code !== 'no-remedy'),
    change,
  }
}

function answered({ images, replacements }: Partial<PlanInput>) {
  return { ...(images && { images }), ...(replacements && { replacements }) }
}

const answers = (...found: [string, string | null][]) =>
  new Map(found.map(([reference, digest]) => [reference, { digest, detail: null }]))

describe('--pin', () => {
  test.each([
    ['the digest that runs already', `docker.io/library/nginx@${DIGEST}`, DIGEST],
    ['it as Docker spells it', `docker-pullable://nginx@${DIGEST}`, DIGEST],
    ['the digest from HEAD if no pod runs the image', null, HEAD],
    [
      'the digest from HEAD if the running image is from another repository',
      `ghcr.io/x/nginx@${DIGEST}`,
      HEAD,
    ],
    ['the digest from HEAD if only the digest of the configuration is known', DIGEST, HEAD],
  ])('uses %s', (_name, running, digest) => {
    const container = { runningImageIds: running === null ? [] : [running] }
    expect(edited(container, ['pin'], { images: answers(['nginx:1.27', HEAD]) })).toMatchObject({
      edits: [`image=nginx:1.27@${digest}`],
      declined: [],
    })
  })

  test('uses neither a running digest that the registry rules out nor one that it could not be asked about', () => {
    const running = { runningImageIds: [`docker.io/library/nginx@${DIGEST}`] }
    const asked = (ruledOut: boolean) => ({
      images: new Map([[`nginx:1.27@${DIGEST}`, { digest: null, detail: 'it is gone', ruledOut }]]),
    })
    expect(edited(running, ['pin'], asked(true))).toMatchObject({ edits: [], declined: ['no-digest'] })
    expect(edited(running, ['pin'], asked(false)).edits).toEqual([`image=nginx:1.27@${DIGEST}`])
  })

  test('uses none of several running digests, and names them', () => {
    const runningImageIds = [DIGEST, HEAD].map(digest => `docker.io/library/nginx@${digest}`)
    const planned = edited({ runningImageIds }, ['pin'], { images: answers(['nginx:1.27', HEAD]) })
    expect(planned).toMatchObject({ edits: [], declined: ['several-digests'] })
  })

  test('does not guess if neither is known', () => {
    expect(edited({}, ['pin'], { images: answers(['nginx:1.27', null]) })).toMatchObject({
      edits: [],
      declined: ['no-digest'],
    })
  })

  test('leaves a pinned image', () => {
    expect(edited({ image: `nginx@${DIGEST}` }, ['pin'])).toMatchObject({ edits: [], declined: [] })
  })

  test('tests the name, the old image and the uid before it writes', () => {
    const { change } = edited({}, ['pin'], { images: answers(['nginx:1.27', HEAD]) })
    expect(change).toMatchObject({
      patch: [
        { op: 'test', path: '/metadata/uid', value: 'uid-shop' },
        { op: 'test', path: '/spec/template/spec/containers/0/name', value: 'app' },
        { op: 'test', path: '/spec/template/spec/containers/0/image', value: 'nginx:1.27' },
        { op: 'replace', path: '/spec/template/spec/containers/0/image', value: `nginx:1.27@${HEAD}` },
      ],
    })
  })

  test('is preferred for images whose tag moves', () => {
    const workloads = ['nginx:1.27', 'nginx', 'nginx:latest'].map((image, index) =>
      workload({ name: `w${index}`, uid: `uid-${index}`, podUids: [], containers: [template({ image })] }),
    )
    const images = answers(['nginx:1.27', HEAD], ['nginx', HEAD], ['nginx:latest', HEAD])
    const plan = planFor({ remedies: new Set<Remedy>(['pin']), images, fixObjects: { workloads } })
    expect(plan.changes.map(({ target }) => target.name)).toEqual(['w1', 'w2', 'w0'])
  })
})

test('an image that a webhook changes is left alone, as its pods would not get the new one', () => {
  const pod = stuckPod({ uid: 'uid-shop-1' })
  const clues: Finding['clues'] = [
    { code: 'changed-at-admission', template: 'nginx:1.27', policies: ['mirror'] },
  ]
  const plan = planFor({
    remedies: new Set<Remedy>(['pin', 'pull-policy']),
    images: answers(['nginx:1.27', HEAD]),
    fixObjects: { workloads: [workload({ containers: [template({ pullPolicy: 'Always' })] })] },
    pods: [pod],
    findings: [finding(pod, { clues, image: 'mirror.example/nginx:1.27' })],
  })
  expect(plan.changes).toEqual([])
  expect(plan.declined).toMatchObject([
    { code: 'changed-at-admission', image: 'nginx:1.27', admitted: 'mirror.example/nginx:1.27' },
  ])
})

describe('--pull-policy', () => {
  const SPARES = ['imagePullPolicy=IfNotPresent']
  test.each([
    ['a whole version', 'nginx:1.27.3', 'Always', SPARES, []],
    ['a digest', `nginx@${DIGEST}`, 'Always', SPARES, []],
    ['a part of a version', 'nginx:1.27', 'Always', [], ['latest-needs-pin']],
    ['a branch', 'acme/app:main', 'Always', [], ['latest-needs-pin']],
    ['latest', 'nginx:latest', 'Always', [], ['latest-needs-pin']],
    ['no tag', 'nginx', 'Always', [], ['latest-needs-pin']],
    ['a policy that spares pulls already', 'nginx:1.27', 'IfNotPresent', [], []],
    ['a policy that never pulls', 'nginx:1.27', 'Never', [], []],
  ])('for %s', (_name, image, pullPolicy, edits, declined) => {
    expect(edited({ image, pullPolicy }, ['pull-policy'])).toMatchObject({ edits, declined })
  })

  test('allows latest if the same plan pins it', () => {
    const container = { image: 'nginx', pullPolicy: 'Always' }
    const { edits } = edited(container, ['pin', 'pull-policy'], { images: answers(['nginx', HEAD]) })
    expect(edits).toEqual([`image=nginx@${HEAD}`, 'imagePullPolicy=IfNotPresent'])
  })
})

describe('what has to precede the change of a template', () => {
  const ALWAYS = { containers: [template({ image: 'nginx:1.27.3', pullPolicy: 'Always' })] }
  const ACCOUNT = ['serviceaccount:web/default']
  const SECRET = ['secret:web/dockercreds']
  const attached = account({ imagePullSecrets: [{ name: 'dockercreds' }] })
  const away = {
    replacements: [{ from: 'docker.io', to: 'quay.io' }],
    images: answers(['quay.io/nginx:1.27.3', HEAD]),
  }
  const own = (name: string) => ({ imagePullSecrets: [{ name }] })
  test.each<[string, string[], Partial<ScopeWorkload>, PlanFields?, Remedy[]?]>([
    ['the service account of a rollout that needs its login', ACCOUNT, {}],
    ['the same for pods that are replaced one by one', ACCOUNT, { rollsOut: false }],
    ['the Secret if the account names it', SECRET, {}, { fixObjects: { serviceAccounts: [attached] } }],
    ['the Secret if the template gets its name', SECRET, own('own')],
    ['the Secret if the template has its name', SECRET, own('dockercreds')],
    ['nothing if no pod is replaced', [], { rollsOut: false, replaces: false }],
    ['nothing if the images no longer need the login', [], {}, away, ['replace-registry']],
    ['nothing if no login is distributed', [], {}, { credentials: [] }],
  ])('is %s', (_what, needs, fields, { fixObjects, ...given } = {}, remedies = []) => {
    const plan = planFor({
      remedies: new Set<Remedy>(['authenticate', 'pull-policy', ...remedies]),
      ...given,
      fixObjects: { ...fixObjects, workloads: [workload({ ...ALWAYS, ...fields })] },
    })
    expect(plan.changes.find(({ action }) => action === 'patch-template')?.needs).toEqual(needs)
  })
})

describe('--replace-registry', () => {
  const ecr = 'public.ecr.aws/docker'
  test.each([
    // library/ is kept, dropped, or added as the target has it.
    ['docker.io', ecr, 'nginx:1.27', `${ecr}/library/nginx:1.27`],
    ['docker.io', 'mirror.gcr.io', 'nginx:1.27', 'mirror.gcr.io/nginx:1.27'],
    ['docker.io/library', ecr, 'nginx:1.27', `${ecr}/library/nginx:1.27`],
    ['docker.io', 'mirror.gcr.io', 'bitnami/redis:7', 'mirror.gcr.io/bitnami/redis:7'],
    ['docker.io/bitnami', 'ghcr.io/copies', 'bitnami/redis:7', 'ghcr.io/copies/redis:7'],
    ['nginx', 'quay.io/pamvdam/nginx:pvd', 'nginx:1.27', 'quay.io/pamvdam/nginx:pvd'],
  ])('by %s=%s turns %s into %s', (from, to, image, target) => {
    const replacements = [{ from, to }]
    const outcome = edited({ image }, ['replace-registry'], { replacements, images: answers([target, HEAD]) })
    expect(outcome).toMatchObject({ edits: [`image=${target}`], declined: [] })
  })

  test('applies the most specific rule, in any order', () => {
    const replacements = [
      { from: 'docker.io', to: ecr },
      { from: 'docker.io/library', to: 'ghcr.io/official' },
      { from: 'nginx', to: 'quay.io/team/nginx' },
    ]
    const images = answers(['quay.io/team/nginx:1.27', HEAD], ['ghcr.io/official/redis:7', HEAD])
    const taken = ['nginx:1.27', 'redis:7'].map(
      image => edited({ image }, ['replace-registry'], { replacements, images }).edits,
    )
    expect(taken).toEqual([['image=quay.io/team/nginx:1.27'], ['image=ghcr.io/official/redis:7']])
  })

  test('leaves the image and says so if the target does not have it', () => {
    const replacements = [{ from: 'docker.io', to: ecr }]
    expect(edited({}, ['replace-registry'], { replacements })).toMatchObject({
      edits: [],
      declined: ['no-replacement'],
    })
  })

  test('gives that as the only reason if the image was to be pinned, too: its own registry was not asked', () => {
    const replacements = [{ from: 'docker.io', to: ecr }]
    const images = answers([`${ecr}/library/nginx:1.27`, null])
    const remedies: Remedy[] = ['replace-registry', 'pin']
    expect(edited({}, remedies, { replacements, images }).declined).toEqual(['no-replacement'])
    const running = { runningImageIds: [`docker.io/library/nginx@${DIGEST}`] }
    expect(edited(running, remedies, { replacements, images })).toMatchObject({
      edits: [`image=nginx:1.27@${DIGEST}`],
      declined: ['no-replacement'],
    })
  })

  test('leaves images of other registries', () => {
    const replacements = [{ from: 'docker.io', to: ecr }]
    const outcome = edited({ image: 'ghcr.io/a/b:1' }, ['replace-registry'], { replacements })
    expect(outcome).toMatchObject({ edits: [], declined: [] })
  })
})
