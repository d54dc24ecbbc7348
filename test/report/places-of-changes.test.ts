/** Reports that name what to change: the template, the annotation, the file of this node's system, or the registry where the build is. */
import { describe, expect, test } from 'vitest'
import { adviseDiagnosis } from '../../src/advice/add-steps.ts'
import { diagnose } from '../../src/diagnosis/diagnose.ts'
import { stepsOf } from '../../src/report/words/steps.ts'
import { pulled } from '../advice/situation.ts'
import { container, ownerLink, waiting } from '../diagnosis/snapshots.ts'
import { type Json, listOf, readJson } from '../source/dumps.ts'
import { HERE } from './samples.ts'
import { expectReport, heldOn, textsOf } from './texts-of.ts'

const IMAGE = 'quay.io/acme/pg-backup:2.4'
const REFUSED =
  'unexpected status from HEAD request to https://quay.io/v2/acme/x/manifests/1: 401 Unauthorized'

const owned = (kind: string, name: string, apiVersion: string) => ({
  ownerReferences: [{ apiVersion, kind, name, uid: `${kind}-${name}`, controller: true }],
})

const object = (apiVersion: string, kind: string, name: string, { metadata, ...rest }: Json = {}): Json => ({
  apiVersion,
  kind,
  metadata: { namespace: 'web', name, uid: `${kind}-${name}`, ...(metadata as Json) },
  ...rest,
})

const login = (name: string, host = 'quay.io') =>
  object('v1', 'Secret', name, {
    type: 'kubernetes.io/dockerconfigjson',
    data: {
      '.dockerconfigjson': btoa(JSON.stringify({ auths: { [host]: { auth: btoa('robot:secret') } } })),
    },
  })

function failing(metadata: Json, image = IMAGE, error = REFUSED, secrets = ['quay-pullsecret']): Json {
  const state = { waiting: { reason: 'ErrImagePull', message: pulled(image, error) } }
  return object('v1', 'Pod', 'api-1', {
    metadata,
    spec: {
      nodeName: 'n1',
      serviceAccountName: 'default',
      imagePullSecrets: secrets.map(name => ({ name })),
      containers: [{ name: 'c', image }],
    },
    status: { phase: 'Pending', containerStatuses: [{ name: 'c', image, state }] },
  })
}

function running(name: string, image: string): Json {
  const imageID = `${image.replace(/:[^:]*$/, '')}@sha256:${'a'.repeat(64)}`
  const state = { running: { startedAt: '2026-01-01T00:00:00Z' } }
  return object('v1', 'Pod', name, {
    spec: { nodeName: 'n1', containers: [{ name: 'c', image }] },
    status: { phase: 'Running', containerStatuses: [{ name: 'c', image, imageID, state }] },
  })
}

async function stepsFor(...objects: Json[]) {
  const advised = adviseDiagnosis(diagnose(await readJson(listOf(...objects)))).findings
  const [first] = advised
  if (first === undefined) throw new Error('no finding')
  return stepsOf([first], HERE)
}

describe('a misspelled pull secret', () => {
  const account = (...names: string[]) =>
    object('v1', 'ServiceAccount', 'default', { imagePullSecrets: names.map(name => ({ name })) })
  const template = (image = IMAGE) => ({
    spec: { imagePullSecrets: [{ name: 'quay-pullsecret' }], containers: [{ name: 'c', image }] },
  })

  test('is corrected in the CronJob, whose runs keep the wrong name', async () => {
    const steps = await stepsFor(
      failing(owned('Job', 'dump-1', 'batch/v1')),
      object('batch/v1', 'Job', 'dump-1', {
        metadata: owned('CronJob', 'dump', 'batch/v1'),
        spec: { template: template() },
      }),
      object('batch/v1', 'CronJob', 'dump', { spec: { jobTemplate: { spec: { template: template() } } } }),
      account(),
      login('quay-pull-secret'),
    )
    expect(steps[0]).toMatchObject({
      text: expect.stringMatching(/^Correct the name of the pull secret in the template of cronjob\/dump: /),
      command: 'kubectl -n web edit cronjob/dump',
    })
    expect(steps[1]).toMatchObject({
      text: expect.stringMatching(
        /^Delete job dump-1 once .* correct pull secret: .* keep the old pull secrets/,
      ),
      command: 'kubectl -n web delete job dump-1',
    })
  })

  test('is corrected in the service account that the pod has it from, which only new pods read', async () => {
    const [first] = await stepsFor(
      failing(owned('ReplicaSet', 'api', 'apps/v1')),
      account('quay-pullsecret'),
      login('quay-pull-secret'),
    )
    expect(first.text).toMatch(
      /^Correct the name of the pull secret in service account default, then recreate/,
    )
    expect(first.command).toBe('kubectl -n web edit serviceaccount default')
  })

  test('may be in either, where neither was read', async () => {
    const [first] = await stepsFor(failing(owned('ReplicaSet', 'api', 'apps/v1')), login('quay-pull-secret'))
    expect(first.text).toMatch(
      /^Correct the name of the pull secret in the pod's template or service account/,
    )
  })

  test('has no command where something else deploys the workload', async () => {
    const [first] = await stepsFor(
      failing(owned('StatefulSet', 'api', 'apps/v1')),
      object('apps/v1', 'StatefulSet', 'api', {
        metadata: {
          labels: { 'app.kubernetes.io/managed-by': 'Helm' },
          annotations: { 'meta.helm.sh/release-name': 'api', 'meta.helm.sh/release-namespace': 'web' },
        },
        spec: { template: template() },
      }),
      account(),
      login('quay-pull-secret'),
    )
    expect(first.text).toMatch(/^Correct the name of the pull secret in the pod's template/)
    expect(first.command).toBeUndefined()
  })
})

describe('the build that a tag names', () => {
  const GONE = ': not found'
  const missing = (image: string) => failing({}, image, `${image}${GONE}`, [])
  const first = async (image: string, ...others: string[]) => {
    const [step] = await stepsFor(
      missing(image),
      ...others.map((other, index) => running(`r${index}`, other)),
    )
    return step.text
  }

  test('is at the registry from which other images of the project run with it', async () => {
    expect(
      await first(
        'registry.acme.example/shop/worker:8f3c2e1',
        'harbor.acme.example/shop/web:8f3c2e1',
        'harbor.acme.example/shop/api:8f3c2e1',
      ),
    ).toContain('write harbor.acme.example/shop/worker:8f3c2e1)')
  })

  test.each([
    [
      'the tag is a version',
      'registry.acme.example/shop/worker:1.2.3',
      ['harbor.acme.example/shop/web:1.2.3'],
    ],
    [
      'another project has it',
      'registry.acme.example/shop/worker:8f3c2e1',
      ['harbor.acme.example/x/web:8f3c2e1'],
    ],
    [
      'several registries have it',
      'registry.acme.example/shop/worker:8f3c2e1',
      ['harbor.acme.example/shop/web:8f3c2e1', 'registry.acme.example/shop/api:8f3c2e1'],
    ],
    ['the image is an official one', 'nginx:20240812', ['mirror.acme.example/library/debian:20240812']],
  ])('is not looked for elsewhere if %s', async (_why, image, others) => {
    expect(await first(image, ...others)).not.toMatch(/runs with this tag/)
  })
})

describe('a tag that its repository does not have', () => {
  const first = async (image: string, ...others: string[]) => {
    const missing = failing({}, image, `${image}: not found`, [])
    const [step] = await stepsFor(missing, ...others.map((other, index) => running(`r${index}`, other)))
    return step.text
  }

  test('is compared with the likeliest that other containers run', async () => {
    const beside = ['nginx:1.28.1', 'nginx:1.29.3', 'registry.example/nginx:1.29.33', 'redis:1.29.33']
    expect(await first('nginx:1.29.33-alpine', ...beside)).toContain('(other containers run nginx:1.29.3)')
  })

  test('is not compared with one that begins otherwise', async () => {
    expect(await first('nginx:stable', 'nginx:1.29.3')).not.toMatch(/other containers run/)
  })
})

test.each([
  ['', /acr-credential-provider/, true],
  ['azure:///subscriptions/x', /acr-credential-provider/, false],
])(
  'where a login lies ready, the provider of a cloud is of use only on its nodes: %o',
  async (providerID, provider, isLeftOut) => {
    const image = 'acmeapi.azurecr.io/api:1.7.0'
    const refused =
      'failed to authorize: failed to fetch anonymous token: unexpected status from GET request to https://acmeapi.azurecr.io/oauth2/token: 401 Unauthorized'
    const steps = await stepsFor(
      failing({}, image, refused, []),
      object('v1', 'Node', 'n1', {
        spec: { providerID },
        status: { nodeInfo: { operatingSystem: 'linux' } },
      }),
      object('v1', 'ServiceAccount', 'default'),
      login('acr-secret', 'acmeapi.azurecr.io'),
    )
    expect(steps.some(({ text }) => text.startsWith('Add secret acr-secret'))).toBe(true)
    expect(steps.some(({ text }) => provider.test(text))).toBe(!isLeftOut)
  },
)

describe('an image that only an annotation gives a container', () => {
  const WRONG = 'docker.io/istio/proxyv2:1.28.0-distrolss'
  const report = (key: string, value: string, image = WRONG) =>
    textsOf({
      image,
      error: pulled(image, `${image}: not found`),
      owners: [
        ownerLink('ReplicaSet', 'reviews-1', {
          controller: { apiVersion: 'apps/v1', kind: 'Deployment', name: 'reviews', uid: 'd' },
          template: { mark: '1', images: { app: 'acme/reviews:1' }, pullSecrets: [] },
        }),
      ],
      pod: {
        controller: {
          apiVersion: 'apps/v1',
          kind: 'ReplicaSet',
          name: 'reviews-1',
          uid: 'reviews-1',
        },
        templateHash: '1',
        injectedImages: { [key]: value },
        containers: [
          container({
            name: 'proxy',
            image,
            state: waiting('ErrImagePull', pulled(image, `${image}: not found`)),
          }),
        ],
      },
    }).first

  test('is corrected in that annotation', () => {
    expect(report('sidecar.istio.io/proxyImage', WRONG)).toMatch(
      /^Correct or remove the annotation sidecar\.istio\.io\/proxyImage in the template of deployment\/reviews: .* kubectl -n web edit deployment\/reviews/,
    )
    expect(report('config.linkerd.io/proxy-image', 'cr.l5d.io/proxy', 'cr.l5d.io/proxy:9')).toMatch(
      /config\.linkerd\.io\/proxy-image .*on the namespace/,
    )
  })

  test('is not looked for in an annotation that has another image', () => {
    expect(report('sidecar.istio.io/proxyImage', 'docker.io/istio/proxyv2:1.28.0')).not.toMatch(
      /annotation s/,
    )
  })
})

test.each([
  [
    'Rocky Linux 9.6 (Blue Onyx)',
    '/etc/pki/ca-trust/source/anchors and update-ca-trust,',
    /update-ca-certificates/,
  ],
  ['Amazon Linux 2023.8', '/etc/pki/ca-trust/source/anchors and update-ca-trust,', /update-ca-certificates/],
  [
    'Alibaba Cloud Linux 3.2104 U11 (OpenAnolis Edition)',
    '/etc/pki/ca-trust/source/anchors and update-ca-trust,',
    /update-ca-certificates/,
  ],
  ['SUSE Linux Enterprise Server 15 SP6', '/etc/pki/trust/anchors and update-ca-certificates,', /ca-trust/],
  ['Ubuntu 24.04.2 LTS', '/usr/local/share/ca-certificates and update-ca-certificates,', /ca-trust/],
  ['Slackware 15.0', '(update-ca-certificates, then restart containerd)', /anchors/],
])('a node with %s updates its trust store as that system does', (osImage, place, other) => {
  const { all } = textsOf({
    image: 'registry.example/team/api:3',
    error: pulled(
      'registry.example/team/api:3',
      'tls: failed to verify certificate: x509: certificate signed by unknown authority',
    ),
    node: { osImage, runtime: 'containerd://1.7.27' },
  })
  expect(all).toContain(place)
  expect(all).not.toMatch(other)
})

test('what two nodes trust is compared by the places alone, without how to change them', () => {
  const image = 'registry.example/team/api:3'
  const { first } = textsOf({
    image,
    error: pulled(image, 'tls: failed to verify certificate: x509: certificate signed by unknown authority'),
    node: { osImage: 'Rocky Linux 9.6 (Blue Onyx)', runtime: 'containerd://1.7.27' },
    held: [heldOn(image)],
  })
  expect(first).toContain(
    "hosts.toml and the system's trust store (/etc/pki/ca-trust/source/anchors) there and on node",
  )
})

describe('a port that speaks HTTP', () => {
  const report = (image: string, more = {}) =>
    textsOf({ image, error: pulled(image, 'http: server gave HTTP response to HTTPS client'), ...more })

  test('is configured first if the name chose it, and tested first if it is that of HTTPS', () => {
    expect(report('registry.lan:5000/a:1').first).toMatch(/configure the runtime/)
    expect(report('registry.lan/a:1').first).toMatch(/^Test the connection/)
    expect(report('registry.lan:443/a:1').first).toMatch(/^Test the connection/)
  })

  test("of MicroK8s' own registry serves at each node under a name that needs no setting", () => {
    const node = { labels: { 'microk8s.io/cluster': 'true' }, runtime: 'containerd://1.7.27' }
    expect(report('10.0.1.24:32000/cart:v1', { node }).first).toMatch(/write localhost:32000\/cart:v1 in/)
    expect(report('10.0.1.24:5000/cart:v1', { node }).all).not.toMatch(/localhost/)
    expect(report('10.0.1.24:32000/cart:v1').all).not.toMatch(/localhost/)
  })
})

test('a name that no image at Docker Hub has was not pulled by the node that runs it', () => {
  const denied =
    'pull access denied, repository does not exist or may require authorization: server message: insufficient_scope: authorization failed'
  const situation = (image: string, reference: string) => ({
    image,
    error: pulled(image, denied),
    held: [heldOn(reference, ['n2'])],
  })
  expectReport(situation('billing:dev', 'docker.io/library/billing:dev'), {
    says: /runs on node n2, where it was most likely built or loaded/,
    never: /can pull it/,
  })
  expectReport(situation('acme/billing:1', 'docker.io/acme/billing:1'), {
    says: /that node can pull it, or could/,
  })
})
