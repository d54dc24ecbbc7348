/** Reports on images that other nodes still have: their names are right, and their nodes show what they are for. */
import { describe, expect, test } from 'vitest'
import { withSteps } from '../../src/advice/add-steps.ts'
import { groupByCause } from '../../src/report/group.ts'
import { meaningOf } from '../../src/report/words/causes.ts'
import { findingOf, pulled } from '../advice/situation.ts'
import { ownerLink } from '../diagnosis/snapshots.ts'
import { HERE } from './samples.ts'
import { heldOn, textsOf } from './texts-of.ts'

const IMAGE = 'harbor.example/oms/orders:v1.7.18'
const GONE = pulled(IMAGE, `${IMAGE}: not found`)
const held = { ...heldOn(IMAGE, ['node-2', 'node-3'], ['regcred']), architectures: ['amd64'] }

describe('an image that its registry has lost', () => {
  const lost = textsOf({ image: IMAGE, error: GONE, login: 'harbor.example', held: [held] })

  test('is pushed again from the nodes that have it, and nobody doubts its name', () => {
    expect(lost.first).toMatch(
      /^Push harbor\.example\/oms\/orders:v1\.7\.18 again from .*nodes node-2 and node-3/,
    )
    expect(lost.all).not.toMatch(/typo|misspelled|never pushed|have no v/)
  })

  test('is most likely built again under its tag, where the name has both', () => {
    const image = `${IMAGE}@sha256:${'a'.repeat(64)}`
    const error = pulled(image, `${image}: not found`)
    const { first } = textsOf({
      ...{ image, error, login: 'harbor.example' },
      held: [{ ...held, reference: image }],
    })
    expect(first).toMatch(/^Write the digest that harbor\.example\/oms\/orders:v1\.7\.18 has today/)
  })

  test('is known by the ready pods of the same ReplicaSet, too, as in a cluster', () => {
    const template = { mark: 'a1', images: { app: IMAGE }, pullSecrets: [] }
    const set = ownerLink('ReplicaSet', 'orders-a1', { revision: { number: 3, ready: 2 }, template })
    const controller = { apiVersion: 'apps/v1', kind: 'ReplicaSet', name: 'orders-a1', uid: 'orders-a1' }
    const pod = { controller, templateHash: 'a1' }
    expect(textsOf({ image: IMAGE, error: GONE, pod, owners: [set] }).first).toMatch(
      /^Push .* 2 other pods run .* or it was only loaded onto their nodes/,
    )
    const missing = { type: null, problem: 'missing' as const }
    // They may have pulled it while there was a login.
    expect(textsOf({ image: IMAGE, error: GONE, pod, owners: [set], secret: missing }).all).not.toMatch(
      /Push/,
    )
    const none = ownerLink('ReplicaSet', 'orders-a1', { revision: { number: 3, ready: 0 }, template })
    expect(textsOf({ image: IMAGE, error: GONE, pod, owners: [none] }).first).toMatch(/^Check the name/)
  })

  test('is not lost by a registry of another node', () => {
    const image = 'localhost:5000/orders:1'
    const local = { ...held, reference: image }
    const error = pulled(image, `${image}: not found`)
    const { first } = textsOf({ image, error, login: 'localhost:5000', held: [local] })
    expect(first).toMatch(/^See what listens at localhost:5000/)
  })

  test.each([
    [
      'another tag of it runs',
      [{ ...held, reference: 'harbor.example/oms/orders:v1.7.17' }],
      'harbor.example',
    ],
    ['the pod has no login, without which its registry may lack it', [held], undefined],
  ])('is not known where %s', (_where, images, login) => {
    const { first } = textsOf({ image: IMAGE, error: GONE, held: images, ...(login && { login }) })
    expect(first).toMatch(/^Check the name/)
  })
})

describe('an image that runs on nodes of another architecture', () => {
  const error = pulled(IMAGE, 'no match for platform in manifest: not found')
  const on = (architectures: string[]) =>
    textsOf({ image: IMAGE, error, node: { architecture: 'arm64' }, held: [{ ...held, architectures }] })

  test('is kept there, unless the pod asks for this one', () => {
    expect(on(['amd64']).first).toMatch(/^Schedule the pods on amd64 nodes only/)
    const pod = { platform: { os: null, architecture: 'arm64' } }
    const { first } = textsOf({ image: IMAGE, error, pod, node: { architecture: 'arm64' }, held: [held] })
    expect(first).toMatch(/^Use an image or tag that is built for linux\/arm64/)
  })

  test.each([[['amd64', 'arm64']], [[]]])('is built for this one, too, if %j have it', architectures => {
    expect(on(architectures).first).toMatch(/^Use an image or tag that is built for linux\/arm64/)
  })
})

describe('a version that YAML read as a number', () => {
  const image = 'harbor.example/oms/orders:1.2'
  const error = pulled(image, `${image}: not found`)
  const situation = { image, error, login: 'harbor.example' }

  test("is the one that the pod's labels name, with its zero", () => {
    const { first, all } = textsOf({ ...situation, pod: { version: '1.20' } })
    expect(first).toMatch(/^Put the tag 1\.20 in quotes .* the pod's labels name version 1\.20/)
    expect(all).toContain('orders:1.20')
    expect(textsOf({ ...situation, pod: { version: '1.3' } }).all).not.toMatch(/quotes/)
  })

  test('may be meant if it has no dot, whatever version the labels name', () => {
    const whole = 'harbor.example/oms/orders:2'
    const of = { image: whole, error: pulled(whole, `${whole}: not found`), login: 'harbor.example' }
    const { first, all } = textsOf({ ...of, pod: { version: '2.0' } })
    expect(first).toMatch(/^If you mean the tag 2\.0, put it in quotes/)
    expect(all).toContain('orders:<tag>')
  })

  test('may be the one that follows the revision that still runs', () => {
    const of = (name: string, tag: string, number: number) =>
      ownerLink('ReplicaSet', name, {
        controller: { kind: 'Deployment', name: 'orders', apiVersion: 'apps/v1', uid: 'orders' },
        revision: { number, ready: number === 1 ? 2 : 0 },
        template: { mark: name, images: { app: `harbor.example/oms/orders:${tag}` }, pullSecrets: [] },
      })
    const controller = { apiVersion: 'apps/v1', kind: 'ReplicaSet', name: 'orders-b2', uid: 'orders-b2' }
    const renewed = (tag: string) =>
      textsOf({
        ...situation,
        pod: { controller, templateHash: 'b2' },
        owners: [of('orders-a1', tag, 1), of('orders-b2', '1.2', 2), ownerLink('Deployment', 'orders')],
      })
    expect(renewed('1.19').first).toMatch(/^If you mean the tag 1\.20, put it in quotes .* has the tag 1\.19/)
    expect(renewed('1.19').all).toContain('orders:<tag>')
    expect(renewed('1.1').all).not.toMatch(/quotes/)
  })
})

test('a letter O in a version is taken for the zero that it looks like', () => {
  const image = 'quay.io/acme/operator:v1.6.O'
  const error = `initializing source docker://${image}: reading manifest v1.6.O in quay.io/acme/operator: manifest unknown`
  expect(textsOf({ image, error }).first).toContain('v1.6.0')
})

describe('an image whose publisher removed it', () => {
  const image = (name: string) => `gcr.io/ml-pipeline/${name}`
  const gone = (name: string) => pulled(image(name), `${image(name)}: not found`)
  const of = (name: string) => ({ image: image(name), error: gone(name) })

  test('has neither a tag to set nor a typo to look for', () => {
    const { all } = textsOf(of('minio:RELEASE.2019-08-14T20-37-41Z-license-compliance'))
    expect(all).toMatch(/removed by its publisher/)
    expect(all).not.toMatch(/=gcr\.io|Check the name/)
  })

  test('is replaced by one of which only one tag is free', () => {
    const removed = 'quay.io/minio/minio:RELEASE.2025-09-07T16-13-09Z'
    const { first } = textsOf({ image: removed, error: pulled(removed, `${removed}: not found`) })
    expect(first).toMatch(/at cgr\.dev\/chainguard\/minio now \(without a login usually only the tag latest/)
  })

  test('is reported apart from those that are published elsewhere', () => {
    const findings = ['argoexec:v3', 'frontend:2.0.5'].map(name => withSteps(findingOf(of(name))))
    const groups = groupByCause(findings, HERE)
    expect(groups.map(group => group.findings.length)).toEqual([1, 1])
  })

  test('is named beside others of its story', () => {
    const findings = ['minio:1', 'mysql:8'].map(name => withSteps(findingOf(of(name))))
    const [first, ...others] = findings
    if (first === undefined) throw new Error('no finding')
    expect(meaningOf({ invocation: HERE, findings: [first, ...others] })).toMatch(
      /gcr\.io\/ml-pipeline\/minio was removed .* The same is true of gcr\.io\/ml-pipeline\/mysql\.$/,
    )
  })

  test('is apart from one whose other versions are elsewhere', () => {
    const findings = ['argoexec:v3.4.17-license-compliance', 'frontend:2.0.1', 'minio:1'].map(name =>
      withSteps(findingOf(of(name))),
    )
    const groups = groupByCause(findings, HERE)
    expect(groups).toHaveLength(3)
  })
})

test('an image that Linux nodes run goes to no Windows node, and no injector is to blame', () => {
  const error = pulled(IMAGE, 'no match for platform in manifest: not found')
  const node = { runtime: 'containerd://1.7.20', os: 'windows' }
  const report = textsOf({ image: IMAGE, error, node, held: [{ ...held, onLinux: true }] })
  expect(report.first).toMatch(
    /^Schedule the pods on Linux nodes only .* 2 other pods run this image there, as on nodes node-2 and node-3/,
  )
  expect(report.all).not.toMatch(/injectors|If the image is for Linux/)
})
