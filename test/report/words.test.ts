/** Every cause has a name, a meaning, and a next step, with commands ready to paste. */
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import type { AdvisedFinding } from '../../src/advice/add-steps.ts'
import type { Step } from '../../src/advice/step/step.ts'
import type {
  Attempt,
  CredentialHint,
  CredentialReport,
} from '../../src/diagnosis/credential/credential-report.ts'
import { CAUSES, type Cause, type Finding } from '../../src/diagnosis/finding.ts'
import { movedImage } from '../../src/image/moved/moved.ts'
import { parseReference } from '../../src/image/reference.ts'
import type { Invocation } from '../../src/report/invocation.ts'
import { meaningOf, shortOf, titleOf } from '../../src/report/words/causes.ts'
import { loginFixCommand, remedyCommand } from '../../src/report/words/commands.ts'
import { credentialLines } from '../../src/report/words/credential/credential.ts'
import { gapSentence, summarizeGaps } from '../../src/report/words/gaps.ts'
import { pluralize, shortList } from '../../src/report/words/nouns.ts'
import { nextStepText, stepsOf } from '../../src/report/words/steps.ts'
import { nextStep } from '../../src/report/words/summary.ts'
import { attempt, diagnosis, finding, HERE, privateImage, typo } from './samples.ts'

const wordsOf = (...findings: [AdvisedFinding, ...AdvisedFinding[]]) => {
  const context = { invocation: HERE, findings }
  return {
    short: shortOf(context),
    title: titleOf(context),
    meaning: meaningOf(context),
    next: stepsOf(findings, HERE),
  }
}
const of = (cause: Cause, fields: Partial<Finding> = {}) => wordsOf(typo({ cause, ...fields }))
const stepTexts = (words: ReturnType<typeof wordsOf>) => words.next.map(({ text }) => text).join('\n')
const commands = (words: ReturnType<typeof wordsOf>) => words.next.flatMap(({ command }) => command ?? [])

test.each(CAUSES)('%s has a headline, a meaning and a next step', cause => {
  for (const fields of [
    {},
    { node: null, workload: null, registry: null, reference: null, evidence: null },
  ]) {
    const { short, title, meaning, next } = of(cause, fields)
    for (const text of [short, title]) expect(text).toMatch(/^\S.*[^.\s]$/)
    expect(meaning).toMatch(/^\S.*\.$/)
    for (const { text } of next) expect(text).toMatch(/^\S.*[^.:\s]$/)
    expect(JSON.stringify([short, title, meaning, next])).not.toMatch(/undefined|(?<!\/dev\/)null|\[object/)
  }
})

test.each<[NonNullable<Finding['managedBy']>, string, RegExp]>([
  [
    { tool: 'flux', name: 'apps/shop', resource: 'HelmRelease' },
    'values of HelmRelease apps/shop',
    /-n apps get helmrelease\.helm\.toolkit\.fluxcd\.io shop -o yaml$/,
  ],
  [
    { tool: 'flux', name: 'shop', resource: 'Kustomization' },
    'Kustomization shop',
    /-n web get kustomization\.kustomize\.toolkit\.fluxcd\.io shop -o yaml$/,
  ],
  [{ tool: 'argocd', name: 'shop' }, 'Argo CD application shop', /^$/],
  [{ tool: 'helm', name: 'shop' }, 'Helm release shop', /^helm -n web get values shop --all$/],
  [{ tool: 'olm', name: 'etcd.v1' }, 'source of etcd.v1', /^$/],
  [{ tool: 'flux', name: '--raw', resource: 'HelmRelease' }, 'HelmRelease --raw', /^$/],
])(
  '%o has the image that its workload is deployed with, and reverts a change of that',
  (managedBy, place, command) => {
    const set = wordsOf(typo({ managedBy })).next.find(({ text }) => text.startsWith('Set the correct image'))
    expect(set?.text).toContain(place)
    expect(set?.text).toContain('deployment/shop itself')
    expect(set?.command ?? '').toMatch(command)
  },
)

test.each<[AdvisedFinding['steps'][0], RegExp]>([
  [
    {
      code: 'use-known-secret',
      hint: { code: 'not-named', namespace: 'web', secret: 'hub', own: 'shop' },
      namespace: 'web',
    },
    /^Add secret hub.*sub-chart.*in the values of Helm release shop/,
  ],
  [
    { code: 'schedule-elsewhere', os: 'linux', architecture: 'arm64', build: null },
    /^Schedule .*in the values of Helm release shop/,
  ],
])('a change of the template by %o is made in the values of its chart', (step, expected) => {
  const managedBy = { tool: 'helm', name: 'shop' } as const
  const { text, command } = stepsOf([{ ...typo({ managedBy }), steps: [step] }], HERE)[0]
  expect(text).toMatch(expected)
  expect(text).toContain('`helm -n web get values shop --all`')
  expect(command).toBeUndefined()
  const byHand = stepsOf([{ ...typo(), steps: [step] }], HERE)[0].text
  expect(byHand).not.toMatch(/values|chart/)
})

test('the account default, which no chart makes, is changed itself', () => {
  const hint = { code: 'not-named', namespace: 'web', secret: 'hub', own: 'default' } as const
  const step: Step = { code: 'use-known-secret', hint, namespace: 'web' }
  const { text, command } = stepsOf(
    [{ ...typo({ managedBy: { tool: 'helm', name: 'shop' } }), steps: [step] }],
    HERE,
  )[0]
  expect(text).toMatch(
    / of service account default, then .*, or of the pod's template .*in the values of Helm release shop/,
  )
  expect(command).toBe('kubectl -n web edit serviceaccount default')
})

test.each([
  [
    { code: 'hook-account', own: 'hooks', release: 'shop' } as const,
    /the pod's service account hooks, then delete the pods: the job creates new ones if its backoffLimit .*The account is a Helm hook, .*values of its chart as well \(see `helm -n web get values shop --all`\)$/,
  ],
  [undefined, /the pod's service account hooks, then delete the pods: .*secrets\)$/],
])(
  "a Job's account gets the secret by a new pod, not a new Job, whose hook may replace the account (%j)",
  (clue, expected) => {
    const hint = { code: 'not-named', namespace: 'web', secret: 'hub', own: 'hooks' } as const
    const step: Step = { code: 'use-known-secret', hint, namespace: 'web' }
    const found = typo({
      workload: { kind: 'Job', name: 'admission-create' },
      clues: clue === undefined ? [] : [clue],
    })
    expect(stepsOf([{ ...found, steps: [step] }], HERE)[0].text).toMatch(expected)
  },
)

test('CronJobs whose runs started in the same minute are spread, below a limit that they share', () => {
  const step: Step = { code: 'wait', for: 'hub-limit' }
  const run = (name: string, minute: number): AdvisedFinding => ({
    ...typo({
      workload: { kind: 'CronJob', name },
      clues: [{ code: 'run-of-cron-job', job: `${name}-${minute}`, forbidsOthers: true }],
    }),
    steps: [step],
  })
  const [one, same, other] = [run('backup', 29734560), run('report', 29734560), run('load', 29734561)]
  expect(stepsOf([one, same, other], HERE)[0].text).toMatch(
    /\. Spread the schedules of cronjobs backup and report, .*Forbid/,
  )
  expect(stepsOf([one, other], HERE)[0].text).not.toMatch(/Spread/)
})

test('a login that an injected container lacks can come from its injector, which a wrong name does not need', () => {
  const step: Step = { code: 'correct-admission', template: null, policies: [], doubled: null }
  const text = (cause: Finding['cause']) =>
    stepsOf([{ ...typo({ cause, container: 'istio-proxy' }), steps: [step] }], HERE)[0].text
  expect(text('auth-required-or-denied')).toMatch(
    /global\.imagePullSecrets.*or set the image of container istio-proxy/,
  )
  expect(text('image-not-found')).toMatch(/^Set the image of container istio-proxy/)
})

test.each([
  [36, 'kubectl get mutatingwebhookconfigurations,mutatingadmissionpolicies'],
  [35, 'kubectl get mutatingwebhookconfigurations'],
  [null, 'kubectl get mutatingwebhookconfigurations'],
])(
  'policies that change pods are listed where every API server has them: a kubelet of 1.%s',
  (kubeletMinor, command) => {
    const step: Step = { code: 'correct-admission', template: 'nginx:1', policies: [], doubled: null }
    const finding = typo()
    const host = { ...finding.host, kubeletMinor }
    expect(stepsOf([{ ...finding, host, steps: [step] }], HERE)[0].command).toBe(command)
  },
)

test('the first step does not begin with the word that joins it to others', () => {
  const steps: AdvisedFinding['steps'] = [
    { code: 'remove-login', namespace: 'web', secrets: ['regcred'], registry: 'ghcr.io', refused: true },
    { code: 'use-other-source', why: 'blocked' },
  ]
  const [first, second] = wordsOf({ ...typo(), steps }).next
  expect(first?.text).toMatch(/^If the image is public, remove/)
  expect(second?.text).toMatch(/^Or copy/)
})

test('the runs of a CronJob are deleted together, and block others only if it says so', () => {
  const run = (job: string, forbidsOthers: boolean | null): AdvisedFinding => ({
    ...typo({ pod: `${job}-x`, clues: [{ code: 'run-of-cron-job', job, forbidsOthers }] }),
    steps: [{ code: 'delete-run', cronJob: 'report', corrected: null }],
  })
  const [both] = wordsOf(run('report-1', false), run('report-2', false)).next
  expect(both?.command).toBe('kubectl -n web delete job report-1 report-2')
  expect(both?.text).not.toContain('Forbid')
  expect(both?.text).toContain('start one with `kubectl -n web create job report-now --from=cronjob/report`')
  expect(wordsOf(run('report-1', true)).next[0]?.text).toContain(
    'and with concurrencyPolicy Forbid no new run starts',
  )
  expect(wordsOf(run('report-1', null)).next[0]?.text).toContain('if its concurrencyPolicy is Forbid')
})

test('a run whose CronJob was corrected is deleted now', () => {
  const [step] = wordsOf({
    ...typo({ clues: [{ code: 'run-of-cron-job', job: 'report-1', forbidsOthers: true }] }),
    steps: [{ code: 'delete-run', cronJob: 'report', corrected: 'acme/report:2' }],
  }).next
  expect(step?.text).toMatch(/^Delete job report-1: cronjob report already has acme\/report:2/)
})

test('a chart that RKE2 installs is not upgraded with Helm, and its registry needs the images of the release', () => {
  const image = 'registry.airgap.example/rancher/hardened-k8s-metrics-server:v0.8.0-build20250812'
  const managedBy = { tool: 'helm', name: 'rke2-metrics-server' } as const
  const on = (platform: 'rke2' | 'aks', namespace: string) => {
    const found = typo({ image, reference: image, registry: 'registry.airgap.example', namespace, managedBy })
    return stepTexts(wordsOf({ ...found, host: { ...found.host, platform } }))
  }
  const own = on('rke2', 'kube-system')
  expect(own).toMatch(/comes with RKE2: after an upgrade, the registry needs the images of the new release/)
  expect(own).toContain('HelmChartConfig rke2-metrics-server')
  expect(own).not.toMatch(/upgrade it|values of/)
  expect(on('aks', 'metrics')).toContain('in the values of Helm release rke2-metrics-server, and upgrade it')
  expect(on('aks', 'metrics')).not.toContain('comes with')
})

test.each([
  ['acme/api:v2.4', 'acme/api:2.3', / \(revision 3, which still runs, has the tag 2\.3\)$/],
  ['acme/api:2.4', 'acme/api:2.3', /removed$/],
  ['acme/api:2.4.1', 'acme/other:2.3.9', /tags start with v/],
])('the form of the tag %s is compared with %s, which serves', (image, serving, hint) => {
  const clues: Finding['clues'] = [{ code: 'older-serves', revision: 3, pods: 2, image: serving }]
  const found = typo({ image, clues })
  const [step] = wordsOf({ ...found, steps: [{ code: 'check-name', how: 'plain' }] }).next
  expect(step?.text).toMatch(hint)
  expect(meaningOf({ invocation: HERE, findings: [found] })).toContain(
    `still runs ${serving}, with 2 ready pods`,
  )
})

test.each([
  // A letter is missing, two are swapped, or one is too much in a long part.
  ['ghcr.io/acme/aps/cart:21', 'ghcr.io/acme/apps/cart:20', 'ghcr.io/acme/apps/cart:<tag>'],
  ['ghcr.io/acme/crat:21', 'ghcr.io/acme/cart:20', 'ghcr.io/acme/cart:<tag>'],
  ['ghcr.io/acme/my_service:21', 'ghcr.io/acme/my-service:20', 'ghcr.io/acme/my-service:<tag>'],
  // Other numbers and other words are other names, which may be meant: nothing shows that they exist.
  ['ghcr.io/acme/api-v2:21', 'ghcr.io/acme/api-v1:20', '<image>'],
  ['ghcr.io/acme/shop/web:21', 'ghcr.io/acme/shop/api:20', '<image>'],
  ['ghcr.io/acme/web:21', 'ghcr.io/acme/shop/web:20', '<image>'],
  // The same repository, or another registry's.
  ['ghcr.io/acme/cart:21', 'ghcr.io/acme/cart:20', 'ghcr.io/acme/cart:<tag>'],
  ['ghcr.io/acme/crat:21', 'quay.io/acme/cart:20', 'ghcr.io/acme/crat:<tag>'],
])('the repository of %s is compared with that of %s, which serves', (image, serving, set) => {
  const clues: Finding['clues'] = [{ code: 'older-serves', revision: 20, pods: 2, image: serving }]
  const found = typo({ image, clues })
  const hint = `(revision 20, which still runs, has the repository ${serving.replace(/:20$/, '')})`
  const stepsOf = (finding: typeof found) =>
    wordsOf({
      ...finding,
      steps: [
        { code: 'check-name', how: 'plain' },
        { code: 'set-image', known: 'repository' },
      ],
    }).next
  const [check, edit] = stepsOf(found)
  expect(edit?.command).toContain(`=${set}`)
  const isMisspelled = set.startsWith(serving.replace(/20$/, '')) && !image.startsWith(set.slice(0, -5))
  expect(check?.text.includes(hint)).toBe(isMisspelled)
  // A registry that lacks the tag has the repository.
  const [, ofTag] = stepsOf({ ...found, subcause: 'tag' })
  expect(ofTag?.command).toContain(`=${image.replace(/21$/, '<tag>')}`)
})

test('where a registry hides what it lacks, the repository that still runs is named, too', () => {
  const clues: Finding['clues'] = [
    { code: 'older-serves', revision: 20, pods: 2, image: 'ghcr.io/acme/cart:20' },
  ]
  const found = of('auth-required-or-denied', {
    image: 'ghcr.io/acme/crat:21',
    registry: 'ghcr.io',
    subcause: 'denied-or-missing',
    clues,
  })
  expect(JSON.stringify(found.next)).toContain('has the repository ghcr.io/acme/cart)')
})

test('a pod that holds up its StatefulSet is deleted after its image was corrected', () => {
  const set = (clues: Finding['clues']) =>
    wordsOf(typo({ clues }))
      .next.map(({ text }) => text)
      .join('\n')
  expect(set([{ code: 'not-replaced', why: 'one-by-one' }])).toContain('then delete pod shop-1')
  expect(set([])).not.toContain('delete pod')
})

test.each(CAUSES)(
  'a sandbox that fails with %s is a problem of its node: no step mentions a login of the pods',
  cause => {
    for (const image of [typo().image, '']) {
      const { title, next } = of(cause, {
        containerKind: 'sandbox',
        container: 'sandbox',
        image,
        remedies: [],
      })
      expect(title).toMatch(/^Node node-1 can't get its sandbox \(pause\) image/)
      expect(JSON.stringify(next)).not.toMatch(/pullguard fix|docker login|set image|kubectl edit| ''/)
      expect(JSON.stringify(next)).toContain('pause image')
    }
  },
)

test('no two causes have the same headline', () => {
  expect(new Set(CAUSES.map(cause => of(cause).title)).size).toBe(CAUSES.length)
})

describe('the next step fits what is wrong', () => {
  test.each<[string, ReturnType<typeof wordsOf>, string]>([
    ['rate-limited in one namespace', wordsOf(finding()), 'pullguard fix -n default'],
    [
      'rate-limited in several',
      wordsOf(finding(), finding({ namespace: 'web' })),
      'pullguard fix -n default,web --affected',
    ],
    ['older than its credential', wordsOf(finding({ remedies: ['recreate'] })), 'pullguard fix -n default'],
    [
      'denied without a credential',
      wordsOf(privateImage({ credential: { status: 'none', attempts: [] } })),
      'pullguard fix -n payments',
    ],
    [
      'denied with nothing to fix',
      wordsOf(privateImage({ remedies: [] })),
      'pullguard why payments/api-7c9d8-abcde',
    ],
    [
      'a typo in a Deployment',
      wordsOf(typo()),
      'kubectl -n web set image deployment/shop shop=registry.example:5000/shop:<tag>',
    ],
    [
      'a typo in a bare pod',
      wordsOf(typo({ workload: null })),
      'kubectl -n web set image pod/shop-1 shop=registry.example:5000/shop:<tag>',
    ],
    [
      'a typo under an operator',
      wordsOf(typo({ workload: { kind: 'Widget', name: 'w' } })),
      'kubectl -n web edit widget/w',
    ],
    ['an invalid name', of('invalid-reference', { image: 'Shop:1 2' }), "pullguard image 'Shop:1 2'"],
    ['DNS', of('registry-not-found-dns'), 'getent hosts registry.example'],
    [
      'a timeout at Docker Hub',
      of('network-timeout', { registry: 'docker.io' }),
      'curl -sSv -m 15 -o /dev/null https://registry-1.docker.io/v2/',
    ],
    ['a certificate', of('tls'), 'openssl s_client -connect registry.example:5000 </dev/null'],
    [
      'a certificate at the usual port',
      of('tls', { registry: 'ghcr.io' }),
      'openssl s_client -connect ghcr.io:443 </dev/null',
    ],
    ['a full disk', of('disk-full'), 'crictl rmi --prune'],
    [
      'a typo in a debug container',
      wordsOf(typo({ containerKind: 'ephemeral' })),
      'kubectl -n web debug shop-1 -it --image=<image>',
    ],
    [
      'a typo in an image volume of a bare pod',
      wordsOf(typo({ containerKind: 'volume', workload: null })),
      'kubectl -n web get pod/shop-1 -o yaml',
    ],
    ['policy Never', of('never-pull'), 'kubectl -n web edit deployment/shop'],
    [
      'policy Never in a Job',
      of('never-pull', { workload: { kind: 'Job', name: 'load' } }),
      'kubectl -n web get job/load -o yaml',
    ],
    ['expired events', of('other', { evidence: null }), 'pullguard diagnose -n web'],
  ])('%s', (_name, words, command) => {
    expect(commands(words)).toContain(command)
  })

  test('a command for one of several workloads mentions the others', () => {
    const others = [typo({ pod: 'shop-2' }), typo({ workload: { kind: 'Deployment', name: 'b' } })] as const
    expect(stepTexts(wordsOf(typo(), ...others))).toMatch(/; this command is for the first of 2 workloads$/m)
    expect(stepTexts(wordsOf(typo(), others[0]))).not.toContain('first of')
  })

  test('a Job is described as immutable', () => {
    const words = wordsOf(typo({ workload: { kind: 'Job', name: 'load' } }))
    expect(stepTexts(words)).toContain(
      "Delete job load and recreate it with the correct image, from its manifest or its chart's values: a Job's template is immutable",
    )
  })

  test('for an account at its limit the advice is another account, for a burst limit to wait', () => {
    expect(wordsOf(finding({ subcause: 'account' })).next[0].text).toContain('an account with a higher limit')
    const abuse = wordsOf(finding({ subcause: 'abuse' }))
    expect(abuse.next[0].text).toMatch(/^Wait a few minutes/)
    expect(commands(abuse).join()).not.toMatch(/fix -n default(?! --replace-registry)/)
  })

  test("other publishers' images are not redirected to a registry that has only official ones", () => {
    const calico = finding({ reference: 'docker.io/calico/node:v3' })
    expect(commands(wordsOf(calico))).toEqual(['pullguard fix -n default', 'pullguard mirror'])
    expect(remedyCommand(HERE, 'replace-registry', calico)).toMatch(
      / --no-authenticate --replace-registry docker\.io=<mirror>$/,
    )
  })

  test('latest is pinned before the policy lets it stay on the node', () => {
    expect(remedyCommand(HERE, 'pull-policy', finding())).toBe(
      'pullguard fix -n default --pin --pull-policy IfNotPresent --no-authenticate',
    )
  })

  const shop = { namespace: 'web', workload: { kind: 'Deployment', name: 'shop' } }
  const rollout = { namespace: 'web', pod: 'x-1', workload: { kind: 'Rollout', name: 'x' } }
  const inApi = { ...shop, namespace: 'api' }
  const nine = <Field>(field: (at: number) => Field) => Array.from({ length: 9 }, (_, at) => field(at))
  const inNine = nine(at => ({ ...shop, namespace: `n${at}` }))
  const EVERYWHERE = { everywhereExcept: [] }
  test.each<[string, Partial<Finding>[], Partial<Invocation>, string]>([
    ['a namespace', [shop], {}, 'fix -n web'],
    ['two namespaces', [shop, inApi], {}, 'fix -n web,api --affected'],
    ['nine namespaces', inNine, {}, 'fix -n n0,n1,n2,n3,n4,n5,n6,n7,n8 --affected'],
    ['every namespace', [shop, inApi], EVERYWHERE, 'fix --all-namespaces --affected'],
    [
      'every namespace except one',
      [shop, inApi],
      { everywhereExcept: ['prod'] },
      'fix -n web,api --affected',
    ],
    [
      'every namespace except one, with failures in many',
      inNine,
      { everywhereExcept: ['prod'] },
      'fix --all-namespaces --affected --exclude-namespace prod',
    ],
    [
      'a dump, which may hold a part of its cluster',
      [shop, inApi],
      { ...EVERYWHERE, fromDump: true },
      'fix -n web,api --affected --context <context>',
    ],
    ['a workload', [shop, shop], { only: { named: true } }, 'fix deployment/shop -n web'],
    [
      'a bare pod',
      [{ namespace: 'web', pod: 'a', workload: null }],
      { only: { named: true } },
      'fix pod/a -n web --recreate-bare-pods',
    ],
    ['what fix does not know', [rollout], { only: { named: true } }, 'fix pod/x-1 -n web'],
    [
      'workloads of two namespaces',
      [shop, inApi],
      { only: { named: true } },
      'fix deployment/shop -n web && pullguard fix deployment/shop -n api',
    ],
    [
      'many workloads',
      nine(at => ({ ...shop, workload: { kind: 'Deployment', name: `w${at}` } })),
      { only: { named: true } },
      `fix ${nine(at => `deployment/w${at}`).join(' ')} -n web`,
    ],
    ['labels', [shop], { only: { selector: 'app in (a,b)' } }, "fix -l 'app in (a,b)' -n web"],
    ['labels in two namespaces', [shop, inApi], { only: { selector: 'a' } }, 'fix -l a -n web,api'],
    [
      'labels in nine namespaces',
      inNine,
      { only: { selector: 'a' } },
      'fix -l a -n n0,n1,n2,n3,n4,n5,n6,n7,n8',
    ],
    [
      'labels in every namespace except one',
      inNine,
      { only: { selector: 'a' }, everywhereExcept: ['prod'] },
      'fix -l a --all-namespaces --exclude-namespace prod',
    ],
  ])('a fix proposed in a diagnosis of %s is no wider than that', (_name, fields, reach, command) => {
    expect(loginFixCommand({ ...HERE, ...reach }, fields.map(finding))).toBe(`pullguard ${command}`)
  })

  test('a name from the cluster is one word of the command', () => {
    expect(commands(wordsOf(finding({ namespace: 'x; reboot' })))[0]).toBe("pullguard fix -n 'x; reboot'")
  })
})

describe('credentials', () => {
  const broken = (fields: Partial<Attempt>) =>
    credentialLines([privateImage({ credential: { status: 'broken', attempts: [attempt(fields)] } })])

  test.each<[Partial<Attempt>, string]>([
    [{}, 'has the wrong type Opaque, so the kubelet ignores it'],
    [{ problem: 'secret-missing' }, 'does not exist'],
    [{ problem: 'secret-missing', provenBy: 'kubelet' }, 'does not exist: the kubelet could not find it'],
    [
      { problem: 'wrong-layout', detail: 'config.json' },
      'has a top-level key auths, which type kubernetes.io/dockercfg does not have, so the kubelet finds no login in it',
    ],
    [
      { problem: 'key-never-matches', key: 'reg.example', mismatch: 'port-missing' },
      "has the key reg.example, which lacks only the port of the image's registry",
    ],
    [
      { problem: 'other-registry', key: 'ghcr.io/other', mismatch: 'path' },
      'has the key ghcr.io/other, which is for another path of the registry',
    ],
    [{ problem: 'malformed' }, 'is malformed, which fails every image of the pod'],
    [
      { problem: 'key-never-matches', key: 'https://index.docker.io/v1' },
      'has the key https://index.docker.io/v1, which never matches an image',
    ],
    [{ problem: 'empty-auth', key: 'ghcr.io' }, 'has an empty login for ghcr.io, so the pull is anonymous'],
  ])('%j is named', (fields, words) => {
    expect(broken(fields)).toEqual([`secret payments/regcred ${words}`])
  })

  test('the same problem in many namespaces is one line, with counts', () => {
    const findings = ['a', 'b', 'c'].map(namespace => privateImage({ namespace }))
    expect(credentialLines(findings)).toEqual([
      'secret regcred in 3 namespaces has the wrong type Opaque, so the kubelet ignores it',
    ])
    expect(credentialLines([...findings, finding()])[1]).toBe(
      'the pod has no login, so the pull is anonymous (1 pod)',
    )
  })

  test('each credential that was tried is named, and each that should have been sent', () => {
    const attempts = ['first', 'second'].map(secret => attempt({ secret, usable: true, problem: null }))
    const context = (credential: Partial<CredentialReport>) =>
      credentialLines([privateImage({ credential: { status: 'usable', attempts, ...credential } })])
    expect(context({})).toEqual(['secret payments/first was tried', 'secret payments/second was tried'])
    expect(context({ contradicted: true })[1]).toBe(
      'secret payments/second should have been sent; the registry saw no login',
    )
  })

  test.each<[CredentialHint, RegExp]>([
    [
      { code: 'not-named', namespace: 'web', secret: 's', own: 'default' },
      /^secret web\/s has a login .* does not reference it$/,
    ],
    [
      {
        code: 'on-service-account',
        namespace: 'web',
        secret: 's',
        own: 'default',
        serviceAccount: 'builder',
      },
      /^secret web\/s has .* service account builder, which the pod does not use$/,
    ],
    [{ code: 'in-namespace', namespace: 'shop', secret: 's' }, /^secret shop\/s .* of its own namespace$/],
    [
      { code: 'same-account', namespace: 'web', secret: 's', key: 'dhi.io', of: 'docker.io' },
      /^dhi\.io takes the same login as Docker Hub, but under the key dhi\.io, which secret web\/s lacks$/,
    ],
    [
      { code: 'hub-name', namespace: 'web', secret: 's', name: 'docker.io/acme/app' },
      /^secret web\/s has a login for Docker Hub, .* named docker\.io\/acme\/app$/,
    ],
    [
      { code: 'service-account-changed-later', serviceAccount: 'shop', secrets: ['s'] },
      /^service account shop now has secret s, but only for new pods$/,
    ],
    [
      { code: 'service-account-changed-later', serviceAccount: 'shop', secrets: ['s'], unlessListed: true },
      /, but only for new pods without a list of their own$/,
    ],
    [
      { code: 'service-account-secrets-ignored', serviceAccount: 'shop', secrets: ['s', 't'] },
      /^service account shop has secrets s and t, which a pod that lists its own pull secrets does not get$/,
    ],
  ])('%j is shown below them', (hint, words) => {
    const credential: CredentialReport = { status: 'none', attempts: [], hints: [hint] }
    const [had, pointed] = credentialLines([finding({ credential })])
    expect(had).toBe('the pod has no login, so the pull is anonymous')
    expect(pointed).toMatch(words)
  })

  test('a credential without a known problem is named with its user', () => {
    const used = attempt({ usable: true, problem: null, username: 'acme' })
    expect(credentialLines([privateImage({ credential: { status: 'usable', attempts: [used] } })])).toEqual([
      'secret payments/regcred was tried, as user acme',
    ])
  })
})

test('a command for a node says where to run it, even alone on the last line', () => {
  const [step] = of('disk-full').next
  expect(nextStepText(step)).toBe(
    "Next, on node node-1: df -h /var/lib/containerd; df -i /var/lib/containerd; df -P /var/lib/containerd | awk 'NR==2 {print $6}' | xargs du -xmd3 | sort -n | tail",
  )
})

test('the next step for an image that may have moved is to check its new place', () => {
  const image = 'bitnami/redis:7.0'
  const reference = parseReference(image)
  const moved = reference && movedImage(reference, 'refused')
  const found = privateImage({ image, reference: `docker.io/${image}`, registry: 'docker.io', moved })
  expect(nextStep(diagnosis([found]), HERE)?.command).toBe(
    'pullguard image docker.io/bitnamilegacy/redis:7.0 --check-images',
  )
})

test('with policy Never no sentence mentions a pull', () => {
  const never = (fields: Partial<Finding>) => credentialLines([finding({ cause: 'never-pull', ...fields })])
  expect(never({})).toEqual(['the pod has no login'])
  const held = attempt({ usable: true, problem: null, username: 'acme' })
  expect(never({ credential: { status: 'usable', attempts: [held] } })).toEqual([
    'secret default/regcred has a login, as user acme',
  ])
})

test('a gap says what it hides and which permission to request', () => {
  const [story] = summarizeGaps([{ what: 'secrets', namespace: 'web', why: 'forbidden' }])
  expect(story && gapSentence(story)).toBe(
    'secrets in web: access denied; whether those pulls had a login is unknown',
  )
  expect(story?.remedy).toBe('ask for permission to get and list secrets (a Role in web)')
})

test('pods that a dump lacks belong to a namespace that it does not cover', () => {
  const [story] = summarizeGaps([{ what: 'pods', namespace: 'web', why: 'absent' }])
  expect(story?.remedy).toBe(
    'check another namespace, or dump all of them: kubectl get pods,events,… -A -o json',
  )
})

test('numbers are formatted for people', () => {
  expect([pluralize(1, 'pod'), pluralize(0, 'pod'), pluralize(1_234_567, 'pod')]).toEqual([
    '1 pod',
    '0 pods',
    '1,234,567 pods',
  ])
  expect(shortList(['a', 'b', 'c', 'd'], 3)).toBe('a, b, c, and d')
  expect(shortList(['a', 'b', 'c', 'd', 'e'], 3)).toBe('a, b, c, and 2 more')
})

test('a pull-through cache of ECR needs more than a pull, and only a path that looks like one is called so', () => {
  const textFor = (path: string) => {
    const reference = `123456789012.dkr.ecr.eu-west-1.amazonaws.com/${path}:1`
    const fields = { reference, registry: reference.split('/')[0] ?? null }
    const step = { code: 'grant-cloud-role', cloud: 'ecr', caller: null, action: null, first: true } as const
    return stepsOf([{ ...typo(fields), steps: [step] }], HERE)[0].text
  }
  expect(textFor('quay/acme/api')).toContain('if quay is a pull-through cache')
  expect(textFor('docker-hub-prod/library/redis')).toContain('ecr:CreateRepository')
  expect(textFor('quayside/api')).not.toContain('cache')
  expect(textFor('cache')).not.toContain('pull-through')
})

test('no sentence has a comma before its last "too"', () => {
  const folder = join(import.meta.dirname, '../../src/report')
  const files = readdirSync(folder, { recursive: true, encoding: 'utf8' }).filter(name =>
    name.endsWith('.ts'),
  )
  const lines = files.flatMap(name => readFileSync(join(folder, name), 'utf8').split('\n'))
  const texts = lines.filter(line => !/^\s*(?:\*|\/[/*])/.test(line))
  expect(texts.length).toBeGreaterThan(1000)
  expect(texts.filter(line => /, too\b(?! \w+)/.test(line))).toEqual([])
})
