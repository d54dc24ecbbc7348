/** Every rule of an audit: what it finds, and similar cases that are fine. */
import { describe, expect, test } from 'vitest'
import type { PullSecretProblem } from '../../src/snapshot/pull-secret.ts'
import { CLUSTER, check, findings, liveScope, only, podWith, rulesIn, scopeOf, secret } from './scopes.ts'

const DIGEST = `sha256:${'a'.repeat(64)}`
const FINE = 'ghcr.io/acme/shop:1.4.2'

describe('names', () => {
  test.each([
    ['acme/Shop:1.0.0', undefined, ['error invalid-reference']],
    ['Acme/shop:1.0.0', undefined, ['error ambiguous-reference']],
    ['"acme/shop:"', undefined, ['error invalid-reference']],
    ['""', undefined, ['error invalid-reference']],
    ['1.10', undefined, ['error number-in-reference']],
    ['"1.10"', undefined, ['warning no-tag']],
    ['true', undefined, ['error number-in-reference']],
    ['1.7e+11.dkr.ecr.eu-west-1.amazonaws.com/app:1.0.0', undefined, ['error number-in-reference']],
    ['acme/app:2.4e+06', undefined, ['error number-in-reference']],
    ['acme/app:build-v2.4e+06', undefined, ['error number-in-reference']],
    // A commit's hash, and what a chart's version has after a plus sign.
    ['acme/app:1.0.0-gc4f5e+10', undefined, ['error invalid-reference']],
    ['acme/app:1.0.0-8e+20240101', undefined, ['error invalid-reference']],
    ['ghrc.io/acme/app:1.0.0', undefined, ['error ambiguous-reference']],
    ['registry.gitlab.co/acme/app:1.0.0', undefined, ['error ambiguous-reference']],
    ['ghcr.acme.io/acme/app:1.0.0', undefined, []],
    ['hub.docker.com/acme/app:1.0.0', undefined, ['error ambiguous-reference']],
    ['registry-1.docker.io/acme/app:1.0.0', undefined, ['warning ambiguous-reference']],
    ['registry.hub.docker.com/library/nginx:1.27.0', undefined, ['warning ambiguous-reference']],
    ['index.docker.io/acme/app:1.0.0', undefined, []],
    ['registry.tools.svc.cluster.local:5000/app:1.0.0', undefined, ['warning ambiguous-reference']],
    ['registry.tools.svc:5000/app:1.0.0', undefined, ['warning ambiguous-reference']],
    ['image-registry.openshift-image-registry.svc:5000/app/app:1.0.0', undefined, []],
    ['localhost:5000/app:1.0.0', undefined, ['info ambiguous-reference']],
    [FINE, undefined, []],
  ])('%s: %s', (image, policy, expected) => {
    expect(rulesIn(scopeOf(podWith(image, policy)))).toEqual(expected)
  })

  test.each([
    '"{{ .Values.image }}"',
    '{{ .Values.image }}',
    `"\${IMAGE}"`,
    '$(params.image)',
    '"<IMAGE>"',
    'gcr.io/@PROJECT@/shop:1',
    '"acme/shop:$TAG"',
    'ko://example.com/shop/cmd/shop',
    '" "',
    'auto',
    'controller:latest',
    '+IMAGE_TO_REPLACE+',
    'gcr.io/PROJECT_ID/app:1.4.2',
    'AWS_ACCOUNT.dkr.ecr.eu-west-1.amazonaws.com/app:1.4.2',
  ])('an image that is still to be filled in is not judged: %s', image => {
    const scope = scopeOf(podWith(image))
    expect(scope.workloads[0]?.containers[0]?.placeholder).toBe(true)
    expect(findings(scope)).toEqual([])
  })
})

describe('tags and policies', () => {
  test.each([
    ['nginx', undefined, ['warning no-tag']],
    ['nginx:latest', undefined, ['warning no-tag']],
    ['nginx', 'Always', ['warning no-tag']],
    ['nginx', 'IfNotPresent', ['warning no-tag', 'warning stale-latest']],
    ['nginx:latest', 'Never', ['warning no-tag', 'warning stale-latest']],
    ['nginx:1.27.3', 'Always', ['warning always-pull']],
    ['nginx:1.27', 'Always', ['warning always-pull']],
    ['nginx:stable', 'Always', []],
    ['acme/app:main', 'Always', []],
    ['acme/app:1', 'Always', []],
    ['acme/app:8f3c2a1b', 'Always', ['warning always-pull']],
    ['acme/app:2026-11-03', 'Always', ['warning always-pull']],
    [`nginx@${DIGEST}`, 'Always', ['warning always-pull']],
    [`nginx@${DIGEST}`, undefined, []],
    [`nginx:latest@${DIGEST}`, undefined, ['warning always-pull']],
    [`nginx:latest@${DIGEST}`, 'IfNotPresent', []],
    ['nginx:1.27.3', 'IfNotPresent', []],
    ['nginx:1.27.3', undefined, []],
    ['localhost:5000/nginx', undefined, ['warning no-tag', 'info ambiguous-reference']],
  ])('%s with policy %s', (image, policy, expected) => {
    expect(rulesIn(scopeOf(podWith(image, policy)))).toEqual(expected)
  })

  test('a tag without a digest is a note', () => {
    expect(only(scopeOf(podWith('nginx:1.27.3')), 'no-digest')).toMatchObject([
      { severity: 'info', arguments: { tag: '1.27.3' }, fix: { code: 'pin' } },
    ])
  })

  test('a policy on a tag that may move is not edited, because it alone brings the new build', () => {
    const [moving] = only(scopeOf(podWith('nginx:1.27', 'Always')), 'always-pull')
    const [fixed] = only(scopeOf(podWith('nginx:1.27.3', 'Always')), 'always-pull')
    expect(moving?.fix).toBeNull()
    expect(fixed?.fix).toEqual({ code: 'policy', value: 'IfNotPresent' })
  })

  test('a live finding says which kubelets the cluster has', () => {
    const nodes = { schedulable: [], kubelets: ['v1.34.2', 'v1.35.0'], platforms: [] }
    const [finding] = only(liveScope(podWith('nginx:1.27.3', 'Always'), { nodes }), 'always-pull')
    expect(finding?.arguments.kubelets).toEqual(['v1.34.2', 'v1.35.0'])
  })
})

describe('moved and missing images', () => {
  test.each([
    ['jboss/keycloak:16.1.1', 'error', 'quay.io/keycloak/keycloak:16.1.1'],
    ['k8s.gcr.io/pause:3.9', 'warning', 'registry.k8s.io/pause:3.9'],
    ['bitnami/redis:7.2.4', 'error', 'docker.io/bitnamilegacy/redis:7.2.4'],
    ['bitnami/redis', 'warning', 'docker.io/bitnamilegacy/redis:latest'],
  ])('%s moved', (image, severity, to) => {
    const [finding] = only(scopeOf(podWith(image)), 'moved-image')
    expect(finding).toMatchObject({ severity, arguments: { moved: { to }, proof: 'not-asked' } })
    expect(finding?.fix).toMatchObject({ code: 'image', to, proven: false })
  })

  test('other images of a registry of which only some are gone are well', () => {
    expect(rulesIn(scopeOf(podWith('gcr.io/google-samples/gb-frontend:v5')))).toEqual([])
  })

  test('the registry is believed: an image that is there has not moved, one that is found elsewhere is proven', () => {
    const image = 'jboss/keycloak:16.1.1'
    const there = check(`docker.io/${image}`, 'exists')
    expect(only(scopeOf(podWith(image), { imageChecks: [there] }), 'moved-image')).toEqual([])
    const replacement = check('quay.io/keycloak/keycloak:16.1.1', 'exists')
    const gone = check(`docker.io/${image}`, 'denied', { replacement })
    const [finding] = only(scopeOf(podWith(image), { imageChecks: [gone] }), 'moved-image')
    expect(finding).toMatchObject({ arguments: { proof: 'found' }, fix: { proven: true } })
  })

  test.each([
    ['missing', 'missing-image'],
    ['denied', 'refused-login'],
    ['rate-limited', null],
    ['unreachable', null],
    ['exists', null],
  ] as const)('a registry that answers %s proves %s', (answer, rule) => {
    const scope = scopeOf(podWith('acme/shop:1.4.2'), {
      imageChecks: [check('docker.io/acme/shop:1.4.2', answer)],
    })
    expect(rulesIn(scope)).toEqual(rule === null ? [] : [`error ${rule}`])
  })

  test('a login of this machine is no login of a cluster’s pods', () => {
    const asks = [
      {
        as: 'anonymous',
        secret: null,
        username: null,
        answer: 'denied',
        detail: '401',
        retryAfterSeconds: null,
      },
      {
        as: 'machine',
        secret: null,
        username: 'mara',
        answer: 'exists',
        detail: null,
        retryAfterSeconds: null,
      },
    ] as const
    const imageChecks = [check('ghcr.io/acme/shop:1.4.2', 'denied', { asks: [...asks] })]
    expect(rulesIn(liveScope(podWith(FINE), { imageChecks }))).toEqual(['error refused-login'])
    expect(rulesIn(scopeOf(podWith(FINE), { imageChecks }))).toEqual([])
  })

  test.each([
    [['linux/amd64'], ['linux/amd64', 'linux/arm64'], 'warning'],
    [['linux/amd64'], ['linux/arm64'], 'error'],
    [['linux/arm/v7', 'linux/arm64/v8'], ['linux/arm64'], null],
  ])('an image built for %s on nodes of %s', (platforms, nodePlatforms, severity) => {
    const scope = liveScope(podWith(FINE), {
      nodes: { schedulable: [], kubelets: [], platforms: nodePlatforms },
      imageChecks: [check(FINE, 'exists', { platforms })],
    })
    expect(rulesIn(scope)).toEqual(severity === null ? [] : [`${severity} wrong-platform`])
  })
})

describe('logins', () => {
  const HUB = 'nginx:1.27.3'

  test('a live pull from Docker Hub without a login is found, whichever way', () => {
    expect(rulesIn(liveScope(podWith(HUB)))).toEqual(['warning anonymous-docker-hub'])
    expect(rulesIn(liveScope(podWith(FINE)))).toEqual([])
  })

  test('a login of the account or the template is one', () => {
    const serviceAccounts = [{ namespace: 'default', name: 'default', imagePullSecrets: ['hub'] }]
    const pullSecrets = [secret('hub')]
    expect(rulesIn(liveScope(podWith(HUB), { serviceAccounts, pullSecrets }))).toEqual([])
    const own = podWith(HUB, undefined, 'imagePullSecrets: [{name: hub}]')
    expect(rulesIn(liveScope(own, { pullSecrets }))).toEqual([])
  })

  test('of files the account is mostly not known, and then nothing is claimed', () => {
    expect(rulesIn(scopeOf(podWith(HUB)))).toEqual([])
    const serviceAccounts = CLUSTER.serviceAccounts ?? []
    expect(rulesIn(scopeOf(podWith(HUB), { serviceAccounts }))).toEqual(['warning anonymous-docker-hub'])
    const [finding] = only(scopeOf(podWith(HUB), { serviceAccounts }), 'anonymous-docker-hub')
    expect(finding).toMatchObject({ arguments: { known: true }, fix: null })
  })

  test('a team that says which secret there should be hears of pods that lack it, and gets an edit', () => {
    const settings = { pullSecret: 'dockercreds' }
    const [finding] = findings(scopeOf(podWith(HUB)), settings)
    expect(finding).toMatchObject({
      rule: 'anonymous-docker-hub',
      arguments: { known: false },
      fix: { code: 'secret', name: 'dockercreds' },
    })
    const named = podWith(HUB, undefined, 'imagePullSecrets: [{name: dockercreds}]')
    expect(rulesIn(scopeOf(named), settings)).toEqual([])
  })

  test.each([
    ['wrong-type', 'error unusable-pull-secret'],
    ['wrong-key', 'error unusable-pull-secret'],
    ['wrong-layout', 'error unusable-pull-secret'],
    ['malformed', 'error unusable-pull-secret'],
    ['creds-store-only', 'error unusable-pull-secret'],
    ['no-entries', 'error unusable-pull-secret'],
    ['missing', 'error missing-pull-secret'],
    ['forbidden', null],
    ['failed', null],
  ] as [PullSecretProblem, string | null][])('a live pull secret that is %s', (problem, expected) => {
    const own = podWith(HUB, undefined, 'imagePullSecrets: [{name: hub}]')
    const pullSecrets = [secret('hub', { problem, entries: [] })]
    expect(rulesIn(liveScope(own, { pullSecrets }))).toEqual(expected === null ? [] : [expected])
  })

  test('a secret that is only in another namespace is missing, also in files', () => {
    const anywhere = podWith(HUB, undefined, 'imagePullSecrets: [{name: hub}]')
    const own = anywhere.replace('{name: p}', '{name: p, namespace: web}')
    expect(rulesIn(scopeOf(own))).toEqual([])
    const pullSecrets = [secret('hub', { namespace: 'ops' })]
    expect(only(scopeOf(own, { pullSecrets }), 'missing-pull-secret')).toMatchObject([
      { arguments: { secret: 'hub', elsewhere: ['ops'] }, place: { line: 5, column: 29 } },
    ])
    // What names no namespace may be applied to any, also to the other's.
    expect(only(scopeOf(anywhere, { pullSecrets }), 'missing-pull-secret')).toEqual([])
    const unplaced = [secret('hub', { namespace: 'default' })]
    expect(only(scopeOf(own, { pullSecrets: unplaced }), 'missing-pull-secret')).toEqual([])
  })

  test.each([
    ['https://index.docker.io/v1', 'slash-missing'],
    ['registry-1.docker.io', 'hub-alias'],
  ])('a key that never matches is found: %s', (key, mismatch) => {
    const own = podWith(HUB, undefined, 'imagePullSecrets: [{name: hub}]')
    const pullSecrets = [secret('hub', { entries: [{ key, username: 'mara', problem: null }] })]
    expect(only(liveScope(own, { pullSecrets }), 'unmatched-pull-secret')).toMatchObject([
      { arguments: { key, mismatch, registry: 'docker.io' } },
    ])
  })

  test('a secret for another registry is not blamed', () => {
    const own = podWith(HUB, undefined, 'imagePullSecrets: [{name: ghcr}]')
    const pullSecrets = [secret('ghcr', { entries: [{ key: 'ghcr.io', username: 'mara', problem: null }] })]
    expect(rulesIn(liveScope(own, { pullSecrets }))).toEqual(['warning anonymous-docker-hub'])
  })

  test('a template’s own list shuts out the account’s, which is reported where those would have helped', () => {
    const own = podWith(HUB, undefined, 'imagePullSecrets: [{name: ghcr}]')
    const serviceAccounts = [{ namespace: 'default', name: 'default', imagePullSecrets: ['hub'] }]
    const ghcr = secret('ghcr', { entries: [{ key: 'ghcr.io', username: 'mara', problem: null }] })
    expect(rulesIn(liveScope(own, { serviceAccounts, pullSecrets: [ghcr, secret('hub')] }))).toEqual([
      'warning shut-out-pull-secret',
      'warning anonymous-docker-hub',
    ])
    const both = podWith(HUB, undefined, 'imagePullSecrets: [{name: ghcr}, {name: hub}]')
    expect(rulesIn(liveScope(both, { serviceAccounts, pullSecrets: [ghcr, secret('hub')] }))).toEqual([])
  })

  test('where the logins are not known, a list that is shut out is still reported, and nothing is claimed about it', () => {
    const own = podWith(HUB, undefined, 'imagePullSecrets: [{name: a}]')
    const serviceAccounts = [{ namespace: 'default', name: 'default', imagePullSecrets: ['b'] }]
    expect(only(scopeOf(own, { serviceAccounts }), 'shut-out-pull-secret')).toMatchObject([
      { arguments: { secrets: ['b'], own: ['a'], proven: false } },
    ])
  })

  test('dhi.io needs a login under its own key', () => {
    const dhi = 'dhi.io/nginx:1.27.3'
    expect(rulesIn(scopeOf(podWith(dhi)))).toEqual(['warning login-required'])
    expect(rulesIn(liveScope(podWith(dhi)))).toEqual(['error login-required'])
    const own = podWith(dhi, undefined, 'imagePullSecrets: [{name: hub}]')
    expect(rulesIn(liveScope(own, { pullSecrets: [secret('hub')] }))).toEqual(['error login-required'])
    expect(rulesIn(scopeOf(own))).toEqual([])
    const entries = [{ key: 'dhi.io', username: 'mara', problem: null }]
    expect(rulesIn(liveScope(own, { pullSecrets: [secret('hub', { entries })] }))).toEqual([])
  })
})

describe('what pods show', () => {
  const nothing = { rewritten: null, forced: null, crashing: null }
  const observation = (known: object) => ({
    workloadUid: 'uid-0',
    container: 'main',
    nodes: [],
    ...nothing,
    ...known,
  })

  test('Always that the template does not ask for was forced', () => {
    const observations = [observation({ forced: { pod: 'p-1' } })]
    expect(rulesIn(liveScope(podWith(FINE, 'IfNotPresent'), { observations }))).toEqual([
      'warning forced-always',
    ])
    expect(
      rulesIn(liveScope(podWith('acme/app:main', 'Always'), { observations, serviceAccounts: [] })),
    ).toEqual([])
  })

  test('other images and shorter lists than the template’s were changed at admission', () => {
    const observations = [observation({ rewritten: { pod: 'p-1', image: 'mirror.example/shop:1.4.2' } })]
    const changed = { workloadUid: 'uid-0', pod: 'p-1', expected: ['a', 'b'], found: ['b'] }
    expect(rulesIn(liveScope(podWith(FINE), { observations, secretsChanged: [changed] }))).toEqual([
      'warning changed-at-admission',
      'info changed-at-admission',
    ])
  })

  test('nodes that are not known to have an image would have to pull it', () => {
    const nodes = { schedulable: ['n1', 'n2', 'n3'], kubelets: [], platforms: [] }
    const observations = [observation({ nodes: ['n1', 'gone'] })]
    expect(only(liveScope(podWith(FINE), { nodes, observations }), 'fresh-node')).toMatchObject([
      { severity: 'info', arguments: { lacking: ['n2', 'n3'], nodes: 3 } },
    ])
    const everywhere = [observation({ nodes: ['n1', 'n2', 'n3'] })]
    expect(only(liveScope(podWith(FINE), { nodes, observations: everywhere }), 'fresh-node')).toEqual([])
  })
})

describe('how workloads pull', () => {
  const cron = (schedule: string, image: string, policy: string, more = '') => `apiVersion: batch/v1
kind: CronJob
metadata: {name: c}
spec:
  schedule: "${schedule}"
  ${more}
  jobTemplate:
    spec:
      activeDeadlineSeconds: 600
      template:
        spec:
          containers:
          - {name: main, image: ${image}, imagePullPolicy: ${policy}}
`

  test.each([
    ['* * * * *', 'busybox:main', 'Always', 360],
    ['*/15 * * * *', 'busybox:main', 'Always', 24],
    ['0 * * * *', 'busybox:main', 'Always', null],
    ['* * * * *', 'busybox:main', 'IfNotPresent', null],
    ['* * * * *', 'ghcr.io/acme/app:main', 'Always', null],
    ['not a schedule', 'busybox:main', 'Always', null],
  ])('a CronJob at %s of %s with %s', (schedule, image, policy, pulls) => {
    const found = only(scopeOf(cron(schedule, image, policy)), 'pull-rate')
    expect(found.map(({ arguments: rate }) => rate.pulls)).toEqual(pulls === null ? [] : [pulls])
  })

  test('a CronJob that is suspended pulls nothing', () => {
    expect(only(scopeOf(cron('* * * * *', 'busybox:main', 'Always', 'suspend: true')), 'pull-rate')).toEqual(
      [],
    )
  })

  test('a DaemonSet on many nodes pulls on all of them at once', () => {
    const daemons = podWith('nginx:1.27.3')
    const scope = liveScope(daemons)
    const on = (nodes: number) => ({
      ...scope,
      workloads: scope.workloads.map(workload => ({ ...workload, kind: 'DaemonSet', nodes })),
    })
    expect(only(on(60), 'pull-rate')).toMatchObject([{ arguments: { how: 'nodes', nodes: 60 } }])
    expect(only(on(5), 'pull-rate')).toEqual([])
  })

  test.each([
    ['Job', 'spec:\n  backoffLimit: 3', 1],
    ['Job', 'spec:\n  activeDeadlineSeconds: 60', 0],
    ['Deployment', 'spec:\n  replicas: 3', 0],
  ])('%s with %s', (kind, spec, count) => {
    const apiVersion = kind === 'Job' ? 'batch/v1' : 'apps/v1'
    const yaml = `apiVersion: ${apiVersion}\nkind: ${kind}\nmetadata: {name: j}\n${spec}\n  template:\n    spec:\n      containers: [{name: a, image: "${FINE}"}]\n`
    expect(only(scopeOf(yaml), 'no-deadline')).toHaveLength(count)
  })

  test('a deadline of the pod itself is one', () => {
    const yaml = `apiVersion: batch/v1\nkind: Job\nmetadata: {name: j}\nspec:\n  template:\n    spec:\n      activeDeadlineSeconds: 60\n      containers: [{name: a, image: "${FINE}"}]\n`
    expect(only(scopeOf(yaml), 'no-deadline')).toEqual([])
  })
})

describe('decisions', () => {
  test('a rule is off or has another severity where the settings say so', () => {
    const scope = scopeOf(podWith('nginx:1.27.3', 'Always'))
    expect(rulesIn(scope, { rules: { 'always-pull': 'error' } })).toEqual(['error always-pull'])
    expect(rulesIn(scope, { rules: { 'always-pull': 'off' } })).toEqual([])
  })

  test.each(['no-tag', 'no-digest, no-tag', 'all'])('an annotation silences %s', rules => {
    const yaml = podWith('nginx').replace(
      '{name: p}',
      `{name: p, annotations: {pullguard.dev/ignore: "${rules}"}}`,
    )
    expect(rulesIn(scopeOf(yaml))).toEqual([])
  })

  test('the worst comes first', () => {
    const yaml = `${podWith('nginx')}---\n${podWith('Nginx:1')}---\n${podWith('nginx:1.27.3')}`
    expect(findings(scopeOf(yaml)).map(({ severity }) => severity)).toEqual(['error', 'warning', 'info'])
  })
})
