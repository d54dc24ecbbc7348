/** Reports on dumps whose other objects show why a pull fails: pods that run the image, and what makes a Secret, an account, or a pod. */
import { describe, expect, test } from 'vitest'
import { adviseDiagnosis } from '../../src/advice/add-steps.ts'
import { diagnose } from '../../src/diagnosis/diagnose.ts'
import { groupByCause } from '../../src/report/group.ts'
import { meaningOf } from '../../src/report/words/causes.ts'
import { stepsOf } from '../../src/report/words/steps.ts'
import { type Json, listOf, readJson } from '../source/dumps.ts'

const REGISTRY = 'registry.example'
const IMAGE = `${REGISTRY}/team/api:3`
const NO_LOGIN = 'pull access denied: authorization failed: no basic auth credentials'
const REFUSED = 'failed to authorize: failed to fetch oauth token: unexpected status: 401 Unauthorized'
const FORBIDDEN =
  'pull access denied, repository does not exist or may require authorization: authorization failed'
const UNTRUSTED = 'tls: failed to verify certificate: x509: certificate signed by unknown authority'

const INVOCATION = { program: 'pullguard', flags: [], fromDump: true }

interface Made extends Json {
  metadata: Json
}

const object = (kind: string, namespace: string, name: string, more: Json = {}): Made => {
  const { metadata = {}, apiVersion = 'v1', ...rest } = more
  return {
    apiVersion,
    kind,
    metadata: { name, namespace, uid: `${kind}-${name}`, ...(metadata as Json) },
    ...rest,
  }
}

interface PodFields {
  namespace?: string
  node?: string
  secrets?: string[]
  image?: string
  account?: string
  metadata?: Json
}

function podOf(name: string, status: Json, fields: PodFields): Made {
  const {
    namespace = 'web',
    node = 'n1',
    secrets = [],
    image = IMAGE,
    account = 'default',
    metadata = {},
  } = fields
  return object('Pod', namespace, name, {
    metadata,
    spec: {
      nodeName: node,
      serviceAccountName: account,
      imagePullSecrets: secrets.map(secret => ({ name: secret })),
      containers: [{ name: 'c', image, imagePullPolicy: 'IfNotPresent' }],
    },
    status,
  })
}

const runs = (name: string, fields: PodFields = {}): Made => {
  const image = fields.image ?? IMAGE
  const state = { running: { startedAt: '2026-01-01T00:00:00Z' } }
  const imageID = `${image.replace(/:[^:]*$/, '')}@sha256:${'a'.repeat(64)}`
  return podOf(name, { phase: 'Running', containerStatuses: [{ name: 'c', image, imageID, state }] }, fields)
}

function fails(error: string, fields: PodFields = {}): Made {
  const image = fields.image ?? IMAGE
  const message = `failed to pull and unpack image "${image}": failed to resolve reference "${image}": ${error}`
  const waiting = { reason: 'ErrImagePull', message }
  return podOf(
    'api-1',
    { phase: 'Pending', containerStatuses: [{ name: 'c', image, imageID: '', state: { waiting } }] },
    fields,
  )
}

const secretOf = (namespace: string, name: string, password: string, more: Json = {}): Made => {
  const content = JSON.stringify({ auths: { [REGISTRY]: { username: 'ci', password } } })
  const data = { '.dockerconfigjson': Buffer.from(content).toString('base64') }
  return object('Secret', namespace, name, { type: 'kubernetes.io/dockerconfigjson', data, ...more })
}

const nodeOf = (name: string, kubelet: string, more: Json = {}): Made =>
  object('Node', '', name, {
    status: { nodeInfo: { kubeletVersion: kubelet, operatingSystem: 'linux' } },
    ...more,
  })

async function told(...objects: Made[]): Promise<{ first: string; all: string }> {
  const diagnosis = adviseDiagnosis(diagnose(await readJson(listOf(...objects))))
  const [found] = diagnosis.findings
  if (found === undefined) throw new Error('no finding')
  const invocation = INVOCATION
  const steps = stepsOf([found], invocation).map(({ text, command }) => `${text} ${command ?? ''}`)
  return { first: steps[0] ?? '', all: [meaningOf({ invocation, findings: [found] }), ...steps].join('\n') }
}

describe('an image that other pods run', () => {
  test('without a secret on another node shows that this node lacks a login of its own', async () => {
    const nodes = [nodeOf('n1', 'v1.33.1+k3s1'), nodeOf('n2', 'v1.33.1+k3s1')]
    const { first, all } = await told(fails(NO_LOGIN), runs('api-2', { node: 'n2' }), ...nodes)
    expect(first).toMatch(
      /^See whether node n2 has a login for registry\.example of its own \(\/etc\/rancher\/k3s\/registries\.yaml;/,
    )
    expect(first).toMatch(
      /If it has, give node n1 the same login; otherwise, an earlier pull left the image there/,
    )
    expect(all).toMatch(
      /The same image runs on node n2, in pods without a pull secret: that node can pull it, or could/,
    )
    expect(all).not.toMatch(/typo|does not exist/)
  })

  test('on other nodes of a cloud shows that these have another role', async () => {
    const image = '123456789012.dkr.ecr.eu-west-1.amazonaws.com/shop/api:3'
    const aws = { spec: { providerID: 'aws:///eu-west-1a/i-1' } }
    const nodes = ['n1', 'n2'].map(name => nodeOf(name, 'v1.32.9-eks-113cf36', aws))
    const { first, all } = await told(
      fails('unexpected status from HEAD request: 403 Forbidden', { image }),
      runs('api-2', { image, node: 'n2' }),
      ...nodes,
    )
    expect(first).toMatch(
      /^Allow the nodes to pull.*The image runs on node n2, so compare the role of this kind of node/,
    )
    expect(all).not.toMatch(/typo|does not exist|login for .* of its own/)
  })

  test('on a node that trusts its registry shows what this one was not given', async () => {
    const secret = secretOf('web', 'regcred', 'a')
    const secrets = ['regcred']
    const { first } = await told(
      fails(UNTRUSTED, { secrets }),
      runs('api-2', { secrets, node: 'n2' }),
      secret,
    )
    expect(first).toMatch(
      /^See whether node n2, where the image runs, trusts the authority of registry\.example: .* otherwise, an earlier pull left the image there/,
    )
  })

  test('on the same node, too, does not show that the nodes differ', async () => {
    const { first, all } = await told(
      fails(NO_LOGIN),
      runs('api-2', { node: 'n2' }),
      runs('api-3', { secrets: ['x'] }),
    )
    expect(first).not.toMatch(/node n2/)
    expect(all).toMatch(/runs in other pods on node n2, so its name is correct/)
  })

  test.each<[string, string, boolean]>([
    ['another password', 'new', true],
    ['the same password', 'old', false],
  ])('with a secret of the same name in another namespace and %s', async (_what, password, isNewer) => {
    const { first, all } = await told(
      fails(REFUSED, { secrets: ['regcred'] }),
      runs('api-2', { namespace: 'staging', secrets: ['regcred'], node: 'n2' }),
      secretOf('web', 'regcred', 'old'),
      secretOf('staging', 'regcred', password),
    )
    expect(
      /^Update secret regcred in namespace web, if it is meant to be a copy: the one in namespace staging/.test(
        first,
      ),
    ).toBe(isNewer)
    expect(
      first.includes("kubectl -n staging get secret regcred -o jsonpath='{.data.\\.dockerconfigjson}'"),
    ).toBe(isNewer)
    expect(all).not.toMatch(/"old"|"new"|\bci:/)
  })

  test('is not copied by a command over a login that other images may need', async () => {
    const secrets = ['regcred']
    const pods = [fails(FORBIDDEN, { secrets }), runs('api-2', { namespace: 'staging', secrets, node: 'n2' })]
    const both = [secretOf('web', 'regcred', 'old'), secretOf('staging', 'regcred', 'new')]
    const { first } = await told(...pods, ...both)
    expect(first).toMatch(/^Update secret regcred in namespace web, if it is meant to be a copy/)
    expect(first).not.toMatch(/apply/)
    // One that is for fewer images can't replace the other.
    const narrow = secretOf('staging', 'regcred', 'new', secretFor(`${REGISTRY}/team`))
    const [, running] = pods
    if (running === undefined) throw new Error('no pod')
    const refused = await told(
      fails(REFUSED, { secrets }),
      running,
      secretOf('web', 'regcred', 'old'),
      narrow,
    )
    expect(refused.first).toMatch(/^Update secret regcred in namespace web/)
    expect(refused.first).not.toMatch(/apply/)
  })

  test('with a login that is refused there, too, does not make it the better one', async () => {
    const secrets = ['regcred']
    const there = { namespace: 'staging', secrets }
    const { all } = await told(
      fails(REFUSED, { secrets }),
      runs('api-2', { ...there, node: 'n2' }),
      fails(REFUSED, { ...there, node: 'n3', metadata: { name: 'api-3' } }),
      secretOf('web', 'regcred', 'old'),
      secretOf('staging', 'regcred', 'new'),
    )
    expect(all).not.toMatch(/another login|Update secret/)
  })

  test('is updated in each namespace by a group of its own', async () => {
    const secrets = ['regcred']
    const namespaces = ['web', 'shop']
    const diagnosis = adviseDiagnosis(
      diagnose(
        await readJson(
          listOf(
            ...namespaces.flatMap(namespace => [
              fails(REFUSED, { namespace, secrets }),
              secretOf(namespace, 'regcred', 'old'),
            ]),
            runs('api-2', { namespace: 'staging', secrets, node: 'n2' }),
            secretOf('staging', 'regcred', 'new'),
          ),
        ),
      ),
    )
    expect(groupByCause(diagnosis.findings, INVOCATION)).toHaveLength(2)
  })

  test('where pods with a secret brought it to the node does not show a login of that node', async () => {
    const other = runs('job-1', { namespace: 'jobs', secrets: ['regcred'], node: 'n2' })
    const { first, all } = await told(fails(NO_LOGIN), runs('api-2', { node: 'n2' }), other)
    expect(first).not.toMatch(/node n2/)
    expect(all).toMatch(/runs in other pods on node n2, so its name is correct/)
  })

  test('with another secret of the namespace shows which login works', async () => {
    const { first } = await told(
      fails(REFUSED, { secrets: ['regcred'] }),
      runs('api-2', { secrets: ['regcred-2'] }),
      secretOf('web', 'regcred', 'old'),
      secretOf('web', 'regcred-2', 'new'),
    )
    expect(first).toMatch(/^Name secret regcred-2 instead of regcred in the imagePullSecrets/)
  })
})

describe('a missing Secret', () => {
  const named = { secrets: ['regcred'] }
  const made = (kind: string, group: string, name: string, more: Json) =>
    object(kind, 'web', name, { apiVersion: `${group}/v1`, ...more })
  const says = (message: string) => ({
    status: { conditions: [{ type: 'Ready', status: 'False', message }] },
  })
  const others = [secretOf('dev', 'regcred', 'a'), secretOf('web', 'other', 'b', { type: 'Opaque' })]

  test('that a SealedSecret would make is sealed again, and not created beside it', async () => {
    const argo = {
      metadata: { annotations: { 'argocd.argoproj.io/tracking-id': 'web:x/SealedSecret:web/regcred' } },
    }
    const sealed = made('SealedSecret', 'bitnami.com', 'regcred', {
      ...argo,
      ...says('no key could decrypt secret (.dockerconfigjson)'),
    })
    for (const image of [IMAGE, 'registry.infra.svc:5000/team/api:3']) {
      const { first, all } = await told(fails(NO_LOGIN, { ...named, image }), sealed, ...others)
      expect(first).toMatch(
        /^Seal SealedSecret regcred \(deployed by Argo CD application web\) again for namespace web/,
      )
      expect(all).not.toMatch(/Copy secret|Create secret|create secret/)
    }
  })

  test('that another resource would make under its target name has the trouble of that one', async () => {
    const external = made('ExternalSecret', 'external-secrets.io', 'registry', {
      spec: { target: { name: 'regcred' } },
      ...says('could not get secret data from provider'),
    })
    const { first } = await told(fails(NO_LOGIN, named), external, ...others)
    expect(first).toMatch(
      /^Find out why secret regcred does not exist, which ExternalSecret registry would make, and says "could not get secret data from provider".*describe externalsecret\.external-secrets\.io registry/,
    )
  })

  test.each<[string, string, string, Json]>([
    ['pushes it elsewhere', 'PushSecret', 'external-secrets.io', {}],
    ['is one of a cloud', 'SecretManagerSecret', 'secretmanager.cnrm.cloud.google.com', {}],
    [
      'only adds to it',
      'ExternalSecret',
      'external-secrets.io',
      { spec: { target: { creationPolicy: 'Merge' } } },
    ],
    [
      'makes it in another namespace',
      'InfisicalSecret',
      'secrets.infisical.com',
      { spec: { managedSecretReference: { secretName: 'regcred', secretNamespace: 'dev' } } },
    ],
    ['has the name of a method', 'ExternalSecret', 'constructor', {}],
  ])('is not made by a resource of its name that %s', async (_what, kind, group, more) => {
    const { first } = await told(fails(NO_LOGIN, named), made(kind, group, 'regcred', more), ...others)
    expect(first).toMatch(/^Copy secret regcred, .* from namespace dev into web/)
  })

  test('that no resource makes is copied', async () => {
    const elsewhere = object('SealedSecret', 'dev', 'regcred', { apiVersion: 'bitnami.com/v1alpha1' })
    const { first, all } = await told(fails(NO_LOGIN, named), elsewhere, ...others)
    expect(first).toMatch(/^Copy secret regcred, .* from namespace dev into web/)
    expect(all).toMatch(/\nOr create secret regcred, /)
  })

  test('of a virtual cluster, which is here under another name, is not renamed in the copy of its pod', async () => {
    const metadata = {
      name: 'api-1-x-shop-x-team',
      labels: { 'vcluster.loft.sh/managed-by': 'team', 'vcluster.loft.sh/namespace': 'shop' },
    }
    const copy = secretOf('web', 'regcred-x-shop-x-team', 'a')
    const inCart = secretOf('web', 'regcred-x-cart-x-team', 'b')
    const { first, all } = await told(fails(NO_LOGIN, { ...named, metadata }), inCart, copy)
    expect(first).toMatch(
      /^Update or restart the syncer of the virtual cluster .*vCluster copied .* as regcred-x-shop-x-team/,
    )
    expect(all).not.toMatch(/Correct the name|Set the login/)
  })

  test.each([
    ['another namespace of a virtual cluster', 'regcred-x-cart-x-team', {}],
    ['an account of this cluster', 'regcred-x-shop-x-team', { imagePullSecrets: [{ name: 'regcred' }] }],
  ])('of %s is not taken for the copy', async (_what, name, account) => {
    const labels = { 'vcluster.loft.sh/managed-by': 'team', 'vcluster.loft.sh/namespace': 'shop' }
    const { all } = await told(
      fails(NO_LOGIN, { ...named, metadata: { labels, name: 'api-1-x-shop-x-team' } }),
      object('ServiceAccount', 'web', 'default', account),
      secretOf('web', name, 'a'),
    )
    expect(all).not.toMatch(/syncer/)
  })

  test('is not named as kustomize does by a word of ten letters', async () => {
    const { first, all } = await told(fails(NO_LOGIN, named), secretOf('web', 'regcred-production', 'a'))
    expect(first).toMatch(/regcred-production/)
    expect(all).not.toMatch(/kustomize/)
  })

  test('that kustomize named with a hash is corrected where a custom workload is deployed from', async () => {
    const flux = {
      'kustomize.toolkit.fluxcd.io/name': 'apps',
      'kustomize.toolkit.fluxcd.io/namespace': 'flux-system',
    }
    const owner = {
      apiVersion: 'apps.kruise.io/v1alpha1',
      kind: 'CloneSet',
      name: 'cart',
      uid: 'CloneSet-cart',
      controller: true,
    }
    const set = made('CloneSet', 'apps.kruise.io', 'cart', {
      metadata: { labels: flux },
      spec: { template: { spec: { containers: [{ name: 'c', image: IMAGE }] } } },
    })
    const at = (creationTimestamp: string) => ({ metadata: { creationTimestamp } })
    const older = secretOf('web', 'regcred-5h2kd9m7bt', 'a')
    const newer = secretOf('web', 'regcred-8g6tk4f2dc', 'b')
    Object.assign(older.metadata, at('2025-01-01T00:00:00Z').metadata)
    Object.assign(newer.metadata, at('2025-12-01T00:00:00Z').metadata)
    const { first, all } = await told(
      fails(NO_LOGIN, { ...named, metadata: { ownerReferences: [owner] } }),
      set,
      older,
      newer,
    )
    expect(first).toMatch(
      /^Correct the name of the pull secret in cloneset\/cart or .*, in the Git repository that Kustomization flux-system\/apps.*: regcred-8g6tk4f2dc has .*nameReference/,
    )
    expect(all).not.toMatch(/regcred-5h2kd9m7bt/)
  })
})

describe('a login in the cluster', () => {
  test('is not added to an account that a controller makes', async () => {
    const owner = {
      apiVersion: 'pkg.crossplane.io/v1',
      kind: 'ProviderRevision',
      name: 'dns-1',
      uid: 'u',
      controller: true,
    }
    const { first } = await told(
      fails(NO_LOGIN, { account: 'dns-1' }),
      object('ServiceAccount', 'web', 'dns-1', { metadata: { ownerReferences: [owner] } }),
      secretOf('web', 'packages', 'a'),
    )
    expect(first).toMatch(
      /^Name secret packages, .* where ProviderRevision dns-1 takes its pull secrets from \(spec\.packagePullSecrets/,
    )
    expect(first).not.toMatch(/edit serviceaccount/)
  })

  test.each([
    ['kafka.strimzi.io/v1beta2', 'KafkaConnect', 'spec.template.pod.imagePullSecrets'],
    ['kafka.strimzi.io/v1beta2', 'Kafka', 'template.pod.imagePullSecrets of spec.kafka'],
    [
      'operator.tigera.io/v1',
      'Installation',
      'spec.imagePullSecrets, by the name of a secret in namespace tigera',
    ],
    ['operator.tigera.io/v1', 'APIServer', 'spec.imagePullSecrets of Installation default, by the name'],
    ['acme.example/v1', 'Shop', undefined],
  ])(
    'is named, or made, for the account that an operator makes (%s, %s)',
    async (apiVersion, kind, field) => {
      const owner = { apiVersion, kind, name: 'main', uid: 'u', controller: true }
      const account = object('ServiceAccount', 'web', 'main-1', { metadata: { ownerReferences: [owner] } })
      const failing = fails(NO_LOGIN, { account: 'main-1' })
      const place = `${kind} main takes its pull secrets from${field === undefined ? ', if it has a field for them:' : ` (${field}`}`
      const there = await told(failing, account, secretOf('web', 'packages', 'a'))
      expect(there.first).toContain(`Name secret packages, which has a login for the image, where ${place}`)
      expect(there.all).not.toMatch(/pullguard fix/)
      const none = await told(failing, account)
      expect(none.first).toMatch(/^Create a pull secret with a login for .*, and name it where /)
      expect(none.first).toContain(place)
      expect(none.all).not.toMatch(/pullguard fix/)
    },
  )

  test('is made as usual for an account of nobody, and of Kubernetes itself', async () => {
    const owner = { apiVersion: 'apps/v1', kind: 'Deployment', name: 'main', uid: 'u', controller: true }
    const account = object('ServiceAccount', 'web', 'main-1', { metadata: { ownerReferences: [owner] } })
    const { all } = await told(fails(NO_LOGIN, { account: 'main-1' }), account)
    expect(all).toMatch(/distribute that login/)
  })

  test('is named in the template of pods that have a list of their own', async () => {
    const { all } = await told(
      fails(NO_LOGIN, { secrets: ['hub'] }),
      object('ServiceAccount', 'web', 'default'),
      object('Secret', 'web', 'hub', secretFor('ghcr.io')),
      secretOf('istio-system', 'mesh', 'a'),
    )
    expect(all).toMatch(
      /Copy secret mesh, .* into web, and add it to the imagePullSecrets of the pod's template/,
    )
  })

  test.each<[string, Json, RegExp]>([
    [
      'a paused pool',
      { spec: { paused: true, configuration: { name: 'rendered-worker-2' } } },
      /^Unpause MachineConfigPool worker/,
    ],
    [
      'a degraded pool',
      { status: { conditions: [{ type: 'Degraded', status: 'True' }] } },
      /^Find out why MachineConfigPool worker is degraded/,
    ],
    [
      'a pool that is up to date',
      {},
      /^See whether \/var\/lib\/kubelet\/config\.json on node n1 is up to date/,
    ],
    [
      'a pool that is degraded by another node',
      {
        spec: { configuration: { name: 'rendered-worker-1' } },
        status: { conditions: [{ type: 'Degraded', status: 'True' }] },
      },
      /^See whether \/var\/lib\/kubelet\/config\.json on node n1 is up to date/,
    ],
  ])("of OpenShift's nodes is copied to no namespace, with %s", async (_which, more, expected) => {
    const annotations = { 'machineconfiguration.openshift.io/currentConfig': 'rendered-worker-1' }
    const { first, all } = await told(
      fails(NO_LOGIN),
      nodeOf('n1', 'v1.31.9', { metadata: { annotations, labels: { 'node.openshift.io/os_id': 'rhel' } } }),
      object('MachineConfigPool', '', 'worker', {
        apiVersion: 'machineconfiguration.openshift.io/v1',
        ...more,
      }),
      secretOf('openshift-config', 'pull-secret', 'a'),
    )
    expect(first).toMatch(expected)
    expect(all).not.toMatch(/Copy secret/)
  })

  test("of OpenShift's own for quay.io is not meant for other images there", async () => {
    const { all } = await told(
      fails('unauthorized: access to the requested resource is not authorized', {
        image: 'quay.io/team/api:3',
      }),
      nodeOf('n1', 'v1.31.9', { metadata: { labels: { 'node.openshift.io/os_id': 'rhel' } } }),
      object('Secret', 'openshift-config', 'pull-secret', secretFor('quay.io')),
    )
    expect(all).not.toMatch(/config\.json|global pull secret/)
  })
})

function secretFor(registry: string): Json {
  const content = JSON.stringify({ auths: { [registry]: { username: 'ci', password: 'a' } } })
  return {
    type: 'kubernetes.io/dockerconfigjson',
    data: { '.dockerconfigjson': Buffer.from(content).toString('base64') },
  }
}
