/** Refusals that depend on whose nodes ask, and from where: identities of a cloud, its network rules, and the registry inside an OpenShift cluster. */
import { describe, expect, test } from 'vitest'
import { stepsFor } from '../../src/advice/advise.ts'
import { textsOf } from '../report/texts-of.ts'
import { codesIn, findingOf, pulled, type Situation, stepsIn } from './situation.ts'

const headed = (image: string, host: string, status: string) =>
  pulled(image, `unexpected status from HEAD request to https://${host}/v2/acme/app/manifests/1: ${status}`)

describe("Alibaba Cloud's registry for its private networks", () => {
  const from = 'registry-vpc.cn-hangzhou.aliyuncs.com'
  const asked = (tail: string) =>
    `failed to do request: Head "https://${from}/v2/ahas/agent/manifests/1": ${tail}`

  test.each([
    'dial tcp 100.100.0.70:443: i/o timeout',
    'dial tcp 100.100.0.70:443: connect: no route to host',
  ])('has a public name, if it is not reached (%s)', tail => {
    const [first, ...others] = stepsIn({ image: `${from}/ahas/agent:1`, error: asked(tail) })
    expect(first).toEqual({
      code: 'correct-registry',
      from,
      to: 'registry.cn-hangzhou.aliyuncs.com',
      why: 'inside-alibaba',
    })
    expect(others).not.toEqual([])
  })

  test('keeps its name, if it answers', () => {
    const image = `${from}/ahas/agent:1`
    expect(codesIn({ image, error: headed(image, from, '401 Unauthorized') })).not.toContain(
      'correct-registry',
    )
  })

  test('is not meant by a registry that the public internet reaches', () => {
    const image = 'registry.cn-hangzhou.aliyuncs.com/ahas/agent:1'
    const error = asked('dial tcp 120.55.105.209:443: i/o timeout').replace('registry-vpc', 'registry')
    expect(codesIn({ image, error })).not.toContain('correct-registry')
  })
})

describe("a node outside of the registry's cloud", () => {
  const image = 'gcr.io/acme/app:1'
  const node = { kubelet: 'v1.30.5+k3s1', runtime: 'containerd://1.7.21' }

  test.each(['403 Forbidden', '401 Unauthorized'])('has no identity that could lack a role (%s)', status => {
    const codes = codesIn({ image, error: headed(image, 'gcr.io', status), node })
    expect(codes).not.toContain('grant-cloud-role')
    expect(codes).toContain('distribute-login')
  })

  test.each([
    ['gcr.io', 'check-name'],
    ['europe-west3-docker.pkg.dev', 'distribute-login'],
  ])('and a pull without a login: of what is at %s, most is gone or private', (host, first) => {
    const asked = `https://${host}/v2/token?scope=repository%3Aacme%2Fapp%2Fapp%3Apull&service=${host}`
    const error = `failed to authorize: failed to fetch anonymous token: unexpected status from GET request to ${asked}: 401 Unauthorized`
    const name = `${host}/acme/app/app:1`
    const outside = { image: name, error: pulled(name, error), node }
    expect(codesIn(outside)[0]).toBe(first)
    const google = { ...outside, node: { provider: 'gce', kubelet: 'v1.30.5-gke.1014001' } }
    expect(codesIn(google)[0]).not.toBe('check-name')
  })

  test('needs a login of the pod first, if the refusal can mean that none was sent', () => {
    expect(codesIn({ image, error: headed(image, 'gcr.io', '403 Forbidden'), node })[0]).toBe(
      'distribute-login',
    )
  })

  test('has one if the registry names it', () => {
    const ecr = '123456789012.dkr.ecr.eu-west-1.amazonaws.com/acme/app:1'
    const error = `User: arn:aws:sts::123456789012:assumed-role/anywhere/node is not authorized to perform: ecr:BatchGetImage on resource: arn:aws:ecr:eu-west-1:123456789012:repository/acme/app because no identity-based policy allows the ecr:BatchGetImage action`
    expect(codesIn({ image: ecr, error: pulled(ecr, error), node })[0]).toBe('grant-cloud-role')
  })

  test('has one if the registry names the permission that it lacks', () => {
    const gar = 'europe-docker.pkg.dev/acme/apps/api:1'
    const error =
      'denied: Permission "artifactregistry.repositories.downloadArtifacts" denied on resource "projects/acme/locations/europe/repositories/apps" (or it may not exist)'
    const codes = codesIn({ image: gar, error: pulled(gar, error), node })
    expect(codes.slice(0, 3)).toEqual(['grant-cloud-role', 'check-name', 'distribute-login'])
  })
})

describe('a 403 of ACR without a reason', () => {
  const image = 'acme.azurecr.io/acme/app:1'
  test.each([
    headed(image, 'acme.azurecr.io', '403 Forbidden'),
    pulled(image, 'failed to authorize: failed to fetch anonymous token: unexpected status: 403 Forbidden'),
    pulled(image, 'failed to authorize: failed to fetch oauth token: unexpected status: 403 Forbidden'),
  ])('is about the address, as a missing role is a 401 there: %s', error => {
    const found = findingOf({ image, error })
    expect(found.subcause).toBe('blocked')
    expect(stepsFor(found)[0]).toMatchObject({ code: 'allow-address', cloud: 'acr', address: null })
  })

  test("is the mirror's, if a mirror answered", () => {
    const error = `failed to resolve reference "${image}": unexpected status from HEAD request to https://mirror.example/v2/acme/app/manifests/1?ns=acme.azurecr.io: 403 Forbidden`
    expect(findingOf({ image, error }).subcause).not.toBe('blocked')
  })
})

describe('the registry inside an OpenShift cluster', () => {
  const registry = 'image-registry.openshift-image-registry.svc:5000'
  const node = { labels: { 'node.openshift.io/os_id': 'rhcos' } }
  const invalid =
    'unable to retrieve auth token: invalid username/password: unauthorized: authentication required'

  test.each([
    ['default-dockercfg-7x2pk', true],
    ['regcred', false],
  ])('refused the token of secret %s, which no login on this machine renews', (name, generated) => {
    const image = `${registry}/web/app:1`
    const steps = stepsIn({ image, error: invalid, login: registry, secret: { name }, node })
    expect(steps[0]).toEqual({ code: 'openshift-token', namespace: 'web', secret: name, generated })
    expect(steps.map(({ code }) => code)).not.toContain('distribute-login')
  })

  test("wants a role for another project's images, besides a valid token", () => {
    const image = `${registry}/shared/app:1`
    const codes = codesIn({ image, error: invalid, login: registry, node })
    expect(codes.slice(0, 2)).toEqual(['openshift-token', 'grant-pull'])
  })

  test('can only be asked by its nodes', () => {
    const image = `${registry}/shared/app:1`
    const error = `reading manifest 1 in ${registry}/shared/app: unauthorized: authentication required`
    const codes = codesIn({ image, error, login: registry, node })
    expect(codes[0]).toBe('grant-pull')
    expect(codes).not.toContain('ask-registry')
    expect(codes).not.toContain('distribute-login')
  })

  test("is named by its Service, not by its route, whose certificate nodes don't trust", () => {
    const route = 'default-route-openshift-image-registry.apps.example.org'
    const error = `pinging container registry ${route}: Get "https://${route}/v2/": x509: certificate signed by unknown authority`
    const situation = { image: `${route}/web/app:1`, error, node }
    expect(stepsIn(situation)[0]).toEqual({
      code: 'correct-registry',
      from: route,
      to: registry,
      why: 'openshift-route',
    })
    expect(codesIn({ ...situation, node: {} })[0]).not.toBe('correct-registry')
  })
})

describe("a repository of ECR on a node that runs another account's images", () => {
  const at = (account: string) => `${account}.dkr.ecr.us-east-1.amazonaws.com`
  const registry = at('555566667777')
  const image = `${registry}/etl/base:5`
  const refused = (more: Partial<Situation> = {}): Situation => ({
    image,
    error: headed(image, registry, '403 Forbidden'),
    ecrHosts: [at('123456789012')],
    ...more,
  })

  test('has to allow the account of the nodes, whose role can pull', () => {
    const [first] = stepsIn(refused())
    expect(first).toMatchObject({ code: 'grant-cloud-role', pulls: ['123456789012'] })
    expect(textsOf(refused()).first).toMatch(/repository policy in account 555566667777 must allow the nodes/)
    expect(textsOf(refused()).all).not.toMatch(/role lacks|attach the policy/)
  })

  test.each<[string, Partial<Situation>]>([
    ['images of the same account run there', { ecrHosts: [at('123456789012'), at('555566667777')] }],
    ['none are known to run there', { ecrHosts: [] }],
    ['they run on other nodes', { pod: { node: 'node-2' } }],
    ['the pod has a login of its own', { login: registry }],
  ])('is not told from one that the role may not pull, if %s', (_which, more) => {
    expect(JSON.stringify(stepsIn(refused(more)))).not.toContain('pulls')
  })

  test('is known by what the registry says of the caller, if it does', () => {
    const caller = 'arn:aws:sts::123456789012:assumed-role/nodes/i-0abc'
    const error = pulled(
      image,
      `unexpected status from HEAD request to https://${registry}/v2/etl/base/manifests/5: 403 Forbidden: User: ${caller} is not authorized to perform: ecr:BatchGetImage on resource: arn:aws:ecr:us-east-1:555566667777:repository/etl/base because no resource-based policy allows the ecr:BatchGetImage action`,
    )
    expect(textsOf(refused({ error })).all).not.toContain('most likely has the permission')
  })
})

test("Amazon's public registry is not reached by the VPC endpoints for private ones", () => {
  const image = 'public.ecr.aws/karpenter/controller:1.8.2'
  const error =
    'failed to do request: Head "https://public.ecr.aws/v2/karpenter/controller/manifests/1.8.2": dial tcp 192.0.2.1:443: i/o timeout'
  const on = (provider: string | null) => textsOf({ image, error, node: { provider } }).all
  expect(on('aws')).toMatch(/VPC endpoints for ECR .* reach private registries only/)
  expect(on(null)).not.toContain('VPC')
})
