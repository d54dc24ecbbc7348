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
    [
      'the digest that runs already',
      { runningImageIds: [`docker.io/library/nginx@${DIGEST}`] },
      answers(),
      `nginx:1.27@${DIGEST}`,
    ],
    [
      'it as Docker spells it',
      { runningImageIds: [`docker-pullable://nginx@${DIGEST}`] },
      answers(),
      `nginx:1.27@${DIGEST}`,
    ],
    [
      'the digest from HEAD if no pod runs the image',
      {},
      answers(['nginx:1.27', HEAD]),
      `nginx:1.27@${HEAD}`,
    ],
    [
      'the digest from HEAD if the running image is from another repository',
      { runningImageIds: [`ghcr.io/x/nginx@${DIGEST}`] },
      answers(['nginx:1.27', HEAD]),
      `nginx:1.27@${HEAD}`,
    ],
    [
      'the digest from HEAD if only the digest of the configuration is known',
      { runningImageIds: [DIGEST] },
      answers(['nginx:1.27', HEAD]),
      `nginx:1.27@${HEAD}`,
    ],
  ])('uses %s', (_name, container, images, image) => {
    expect(edited(container, ['pin'], { images })).toMatchObject({ edits: [`image=${image}`], declined: [] })
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

test('leaves an image alone that a webhook changes, as its pods would not get the new one', () => {
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
  test.each([
    [
      'a whole version',
      { image: 'nginx:1.27.3', pullPolicy: 'Always' },
      ['imagePullPolicy=IfNotPresent'],
      [],
    ],
    ['a digest', { image: `nginx@${DIGEST}`, pullPolicy: 'Always' }, ['imagePullPolicy=IfNotPresent'], []],
    ['a part of a version', { image: 'nginx:1.27', pullPolicy: 'Always' }, [], ['latest-needs-pin']],
    ['a branch', { image: 'acme/app:main', pullPolicy: 'Always' }, [], ['latest-needs-pin']],
    ['latest', { image: 'nginx:latest', pullPolicy: 'Always' }, [], ['latest-needs-pin']],
    ['no tag', { image: 'nginx', pullPolicy: 'Always' }, [], ['latest-needs-pin']],
    ['a policy that spares pulls already', { pullPolicy: 'IfNotPresent' }, [], []],
    ['a policy that never pulls', { pullPolicy: 'Never' }, [], []],
  ])('for %s', (_name, container, edits, declined) => {
    expect(edited(container, ['pull-policy'])).toMatchObject({ edits, declined })
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
  test.each<[string, Partial<ScopeWorkload>, Remedy[], PlanFields, string[]]>([
    ['the service account of a rollout that needs its login', {}, ['pull-policy'], {}, ACCOUNT],
    ['the same for pods that are replaced one by one', { rollsOut: false }, ['pull-policy'], {}, ACCOUNT],
    [
      'the Secret if the account names it already',
      {},
      ['pull-policy'],
      { fixObjects: { serviceAccounts: [attached] } },
      SECRET,
    ],
    [
      'the Secret if the template gets its name',
      { imagePullSecrets: [{ name: 'own' }] },
      ['pull-policy'],
      {},
      SECRET,
    ],
    [
      'the Secret if the template has its name',
      { imagePullSecrets: [{ name: 'dockercreds' }] },
      ['pull-policy'],
      {},
      SECRET,
    ],
    ['nothing if no pod is replaced', { rollsOut: false, replaces: false }, ['pull-policy'], {}, []],
    ['nothing if the images no longer need the login', {}, ['pull-policy', 'replace-registry'], away, []],
    ['nothing if no login is distributed', {}, ['pull-policy'], { credentials: [] }, []],
  ])('is %s', (_what, fields, remedies, { fixObjects, ...given }, needs) => {
    const plan = planFor({
      remedies: new Set<Remedy>(['authenticate', ...remedies]),
      ...given,
      fixObjects: { ...fixObjects, workloads: [workload({ ...ALWAYS, ...fields })] },
    })
    expect(plan.changes.find(({ action }) => action === 'patch-template')?.needs).toEqual(needs)
  })
})

describe('--replace-registry', () => {
  const ecr = 'public.ecr.aws/docker'
  test.each([
    ['keeps library/ where the target has it', 'docker.io', ecr, 'nginx:1.27', `${ecr}/library/nginx:1.27`],
    [
      'drops library/ where the target has none',
      'docker.io',
      'mirror.gcr.io',
      'nginx:1.27',
      'mirror.gcr.io/nginx:1.27',
    ],
    [
      'gets library/ where only the target has it',
      'docker.io/library',
      ecr,
      'nginx:1.27',
      `${ecr}/library/nginx:1.27`,
    ],
    ['moves a user image', 'docker.io', 'mirror.gcr.io', 'bitnami/redis:7', 'mirror.gcr.io/bitnami/redis:7'],
    [
      'moves a path of a registry',
      'docker.io/bitnami',
      'ghcr.io/copies',
      'bitnami/redis:7',
      'ghcr.io/copies/redis:7',
    ],
    [
      'moves one image to another',
      'nginx',
      'quay.io/pamvdam/nginx:pvd',
      'nginx:1.27',
      'quay.io/pamvdam/nginx:pvd',
    ],
  ])('%s', (_name, from, to, image, target) => {
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
