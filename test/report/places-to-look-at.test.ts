/** Where a step leads that names an address, a registry, or another step: to what is true for this pull. */
import { describe, expect, test } from 'vitest'
import { withSteps } from '../../src/advice/add-steps.ts'
import { meaningOf, titleOf } from '../../src/report/words/causes.ts'
import { stepsOf } from '../../src/report/words/steps.ts'
import { findingOf, type Situation } from '../advice/situation.ts'
import { expectReport, textsOf } from './texts-of.ts'

/** The same of a pause image, which the runtime pulls. */
function sandboxReport(situation: Situation): string {
  const found = findingOf(situation)
  const advised = withSteps({ ...found, containerKind: 'sandbox' })
  const invocation = { program: 'pullguard', flags: [], fromDump: false }
  const context = { invocation, findings: [advised] as [typeof advised] }
  const steps = stepsOf([advised], invocation).map(({ text }) => text)
  return [titleOf(context), meaningOf(context), ...steps].join('\n')
}

const OLD =
  'failed to do request: Head "https://k8s.gcr.io/v2/pause/manifests/3.1": dial tcp 108.177.97.82:443: i/o timeout'

test("a closed network gets a copy of Kubernetes' pause image, and its registry only if the node reaches that", () => {
  const report = sandboxReport({ image: 'k8s.gcr.io/pause:3.1', error: OLD, node: {} })
  expect(report).toMatch(
    /set it to a copy of registry\.k8s\.io\/pause:3\.1 in a registry or mirror of your own, or, if the node reaches registry\.k8s\.io, to that image itself/,
  )
  expect(report).not.toMatch(/of your own, such as/)
})

describe("a tag that is missing, of a distribution's own pause image", () => {
  const image = 'rancher/mirrored-pause:3.6'
  const error = `failed to resolve reference "docker.io/${image}": docker.io/${image}: not found`

  test('may be missing at a mirror only', () => {
    const report = sandboxReport({
      image,
      error,
      node: { kubelet: 'v1.32.5+k3s1', runtime: 'containerd://2.0.5-k3s1' },
    })
    expect(report).toMatch(
      /Docker Hub, or a mirror of it, has no such tag\n.*K3s and RKE2 start by themselves/,
    )
    expect(report).not.toMatch(/but this tag does not/)
  })

  test('is most likely mistyped where somebody wrote it', () => {
    const upgrade = 'rancher/k3s-upgrade:v1.99.1-k3s1'
    const node = { kubelet: 'v1.32.5+k3s1', runtime: 'containerd://2.0.5-k3s1' }
    expectReport(
      { image: upgrade, error: error.replaceAll(image, upgrade), node },
      { first: /for a typo/, never: /most likely has it/ },
    )
  })

  test('is missing at Docker Hub for another node', () => {
    expect(sandboxReport({ image, error, node: {} })).toMatch(
      /Docker Hub has no such tag\n.*but this tag does not/,
    )
  })
})

test('a step after that for another name of the image says which test it means', () => {
  const timeout = (host: string) =>
    `failed to do request: Head "https://${host}/v2/a/manifests/1": dial tcp 192.0.2.7:443: i/o timeout`
  expectReport(
    { image: 'k8s.gcr.io/a/b:1', error: timeout('k8s.gcr.io') },
    { says: /Or use registry\.k8s\.io[\s\S]*If the test fails too, allow/, never: /If that fails too/ },
  )
  expectReport({ image: 'quay.io/a/b:1', error: timeout('quay.io') }, { says: /If that fails too, allow/ })
})

describe('a registry that refuses connections', () => {
  const refused = (host: string, at: string) =>
    `failed to do request: Head "https://${host}/v2/a/manifests/1": dial tcp ${at}: connect: connection refused`

  test('is looked for at the address that its name led to, which may be wrong', () => {
    expectReport(
      { image: 'harbor.acme.dev/a:1', error: refused('harbor.acme.dev', '125.235.4.59:443') },
      {
        says: /listening on that port at 125\.235\.4\.59 \(if that is not its address, correct the node's DNS/,
      },
    )
  })

  test('has no other address if it is named by one', () => {
    expectReport(
      { image: '10.0.0.9:5000/a:1', error: refused('10.0.0.9:5000', '10.0.0.9:5000') },
      { says: /listening on that port, and/ },
    )
  })
})

describe("an ingress controller's certificate in place of the registry's", () => {
  const error =
    'failed to do request: Head "https://harbor.acme.dev/v2/a/manifests/1": tls: failed to verify certificate: x509: certificate is valid for 0a.0b.traefik.default, not harbor.acme.dev'
  const from = (runtime: string) => textsOf({ image: 'harbor.acme.dev/a:1', error, node: { runtime } }).first

  test('may show that a new containerd did not read its settings', () => {
    expect(from('containerd://2.2.0')).toMatch(
      /hosts\.toml leads to another address, the runtime may not have read it, as config_path/,
    )
  })

  test.each(['containerd://1.7.20', 'cri-o://1.34.1'])('shows nothing of the settings of %s', runtime => {
    expect(from(runtime)).not.toContain('config_path')
  })
})

describe("Docker Hub's limit", () => {
  const error = 'toomanyrequests: You have reached your pull rate limit.'

  test('is not the last thing in the way of an image that has left', () => {
    const image = 'bitnami/kubectl:1.19'
    expectReport(
      { image, error },
      { first: /^Use docker\.io\/bitnamilegacy\/kubectl:1\.19 instead/, says: /this machine's login/ },
    )
  })

  const digest = `sha256:${'a'.repeat(64)}`
  test.each([
    'bitnami/kubectl:latest',
    'bitnami/kubectl',
    `bitnami/kubectl@${digest}`,
    'bitnamilegacy/kubectl:1.19',
    'acme/app:1',
  ])('is all that is known of %s', image => {
    expectReport(
      { image, error },
      { first: /this machine's login/, never: /bitnamilegacy\/kubectl\S* instead/ },
    )
  })
})
