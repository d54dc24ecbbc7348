/** Reports on hosts that one node alone does not reach, while other nodes have their images. */
import { describe, expect, test } from 'vitest'
import { withSteps } from '../../src/advice/add-steps.ts'
import { diagnose } from '../../src/diagnosis/diagnose.ts'
import { stepsOf } from '../../src/report/words/steps.ts'
import type { Pod } from '../../src/snapshot/pod.ts'
import { NODE } from '../advice/situation.ts'
import { container, pod, snapshot, waiting } from '../diagnosis/snapshots.ts'
import { HERE as invocation } from './samples.ts'
import { heldOn } from './texts-of.ts'

const LATE = 'dial tcp 203.0.113.7:443: i/o timeout'
const CUT = 'failed to copy: read tcp 10.0.0.1:5->203.0.113.7:443: read: connection reset by peer'
const controller = { apiVersion: 'apps/v1', kind: 'ReplicaSet', name: 'shop', uid: 'shop' }

interface Failure {
  /** The image; its registry is the host that is asked. */
  image: string
  node?: string
  why?: string
  pod?: Partial<Pod>
}

/** Returns the steps for the first failure, where `nodes` run all images. */
function stepsFor(failures: Failure[], nodes = ['node-2', 'node-3']): string[] {
  const pods = failures.map(({ image, node = 'node-1', why = LATE, pod: fields }, index) => {
    const host = image.slice(0, image.indexOf('/'))
    const error = why.startsWith('manifest')
      ? `reading ${why} in ${image.replace(/:1$/, '')}: manifest unknown`
      : `failed to do request: Head "https://${host}/v2/a/manifests/1": ${why}`
    const uid = `${index}`
    const containers = [container({ image, state: waiting('ErrImagePull', error) })]
    return pod({ node, name: `shop-${index}`, uid, controller, containers, ...fields })
  })
  const heldImages = failures.map(({ image }) => heldOn(image, nodes))
  const { findings } = diagnose(
    snapshot({ pods, heldImages, nodes: [{ ...NODE, runtime: 'containerd://2.1.4' }] }),
  )
  const first = findings.find(each => each.pod === 'shop-0')
  if (first === undefined) throw new Error('no finding')
  return stepsOf([withSteps(first)], invocation).map(({ text, command }) => `${text} ${command ?? ''}`)
}

const ONE = { image: 'ghcr.io/acme/a:1' }
const TWO = { image: 'quay.io/acme/b:1' }

test("what serves a loopback address on other nodes can be a mirror of the runtime's, or nothing", () => {
  const why = 'dial tcp 127.0.0.1:5001: connect: connection refused'
  const serve = (node?: string) => stepsFor([{ image: 'localhost:5001/a:1', why, ...(node && { node }) }])[0]
  expect(serve()).toMatch(
    /a mirror in the runtime's settings\. If nothing does, the image was most likely loaded/,
  )
  expect(serve()).not.toMatch(/kind/)
  expect(serve('kind-worker')).toMatch(/with kind, give the node .*localhost:5001\/hosts\.toml/)
})

describe('a node that alone reaches neither of two registries', () => {
  test('has to be looked at, and not the rules for each of them', () => {
    const [first, ...others] = stepsFor([ONE, TWO])
    expect(first).toMatch(
      /^Check the way out of node node-1 .* neither ghcr\.io nor quay\.io, .* \(node-2 and node-3\)/,
    )
    expect(others.join('\n')).not.toMatch(/allow the nodes to reach/)
  })

  test('is left only if a test on another node works, which may have pulled before all nodes lost their way', () => {
    const steps = stepsFor([ONE, TWO])
    expect(steps.findIndex(text => text.includes('run the same test on node node-2'))).toBeGreaterThan(0)
    expect(steps.join('\n')).toMatch(/^If only node node-1 is affected, cordon it .*kubectl cordon node-1/m)
  })

  test('is looked at for its DNS servers, if it does not find their names', () => {
    const why = 'dial tcp: lookup ghcr.io on 10.0.0.2:53: server misbehaving'
    const [first] = stepsFor([
      { ...ONE, why },
      { ...TWO, why: why.replace('ghcr', 'quay') },
    ])
    expect(first).toMatch(/^Check the DNS servers of node node-1/)
  })

  test('is not left by pods that every node has', () => {
    const ofSet = { controller: { ...controller, apiVersion: 'apps/v1', kind: 'DaemonSet' } }
    expect(stepsFor([{ ...ONE, pod: ofSet }, TWO]).join()).not.toContain('cordon')
  })
})

test.each<[string, Failure[], string[]]>([
  ['another node does not reach one of them either', [ONE, { ...ONE, node: 'node-2' }, TWO], ['node-3']],
  ['no other node runs the images', [ONE, TWO], []],
  ['only the node itself runs them', [ONE, TWO], ['node-1']],
  [
    'downloads from them had begun',
    [
      { ...ONE, why: CUT },
      { ...TWO, why: CUT },
    ],
    ['node-2'],
  ],
  ['the hosts are those of one registry', [ONE, { image: 'ghcr.io/acme/b:1' }], ['node-2']],
  ['they are on one machine', [{ image: 'cache.lan:5001/a:1' }, { image: 'cache.lan:5002/b:1' }], ['node-2']],
  [
    'a third one answers the node',
    [ONE, TWO, { image: 'registry.example/c:1', why: 'manifest 1' }],
    ['node-2'],
  ],
])('nothing is said of the way out of a node if %s', (_which, failures, nodes) => {
  expect(stepsFor(failures, nodes).join('\n')).not.toMatch(/way out|cordon/)
})

describe('a registry that one node alone does not reach', () => {
  test('is tested from a node that has an image of it', () => {
    const steps = stepsFor([ONE])
    expect(steps[0]).toMatch(/^Test the connection/)
    expect(steps[1]).toMatch(
      /^If that fails, run the same test on node node-2, where pods run an image of ghcr\.io/,
    )
  })

  test('is looked up on both, where its name led to an address', () => {
    const [, compare] = stepsFor([{ ...ONE, why: 'dial tcp 10.1.0.15:443: i/o timeout' }])
    expect(compare).toMatch(
      /compare what `.*getent.* ghcr\.io` finds on both \(the failed pull went to 10\.1\.0\.15\)/,
    )
    const [, ofName] = stepsFor([
      { image: '10.1.0.15:5000/acme/a:1', why: 'dial tcp 10.1.0.15:5000: i/o timeout' },
    ])
    expect(ofName).toMatch(/on node node-2/)
    expect(ofName).not.toMatch(/finds on both/)
  })

  test.each<[string, Failure[], string[]]>([
    ['two nodes do not reach it', [ONE, { ...ONE, node: 'node-2' }], ['node-3']],
    ['no other node has one', [ONE], []],
  ])('is not tested elsewhere if %s', (_which, failures, nodes) => {
    expect(stepsFor(failures, nodes).join('\n')).not.toMatch(/same test/)
  })
})
