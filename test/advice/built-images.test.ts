/** Images that were built on a machine and pushed nowhere: how they get into the node, by the cluster that it belongs to. */
import { describe, expect, test } from 'vitest'
import { codesIn, pulled, type Situation, stepsIn } from './situation.ts'

const DENIED =
  'pull access denied, repository does not exist or may require authorization: server message: insufficient_scope: authorization failed'
const own = (more: Partial<Situation>): Situation => ({
  image: 'my-app:1',
  error: pulled('docker.io/library/my-app:1', DENIED),
  ...more,
})

describe('an image that no registry has', () => {
  test.each<[string, Partial<Situation>, string]>([
    ['kind', { node: { provider: 'kind' } }, 'kind'],
    ['minikube', { node: { labels: { 'minikube.k8s.io/name': 'minikube' } } }, 'minikube'],
    ['k3d', { pod: { node: 'k3d-dev-agent-0' } }, 'k3d'],
    [
      'Rancher Desktop',
      {
        pod: { node: 'lima-rancher-desktop' },
        node: { name: 'lima-rancher-desktop', runtime: 'containerd://1.7.21-k3s2' },
      },
      'nerdctl',
    ],
    [
      'Colima',
      { pod: { node: 'colima' }, node: { name: 'colima', runtime: 'containerd://1.7.22' } },
      'nerdctl',
    ],
  ])('is first loaded into a node of %s', (_name, more, tool) => {
    expect(stepsIn(own(more))[0]).toEqual({ code: 'load-image', image: 'my-app:1', tool })
  })

  test('is not loaded into a node whose Docker it was built with', () => {
    const situation = own({
      pod: { node: 'colima' },
      node: { name: 'colima', kubelet: 'v1.31.2+k3s1', runtime: 'docker://27.1.1' },
    })
    expect(codesIn(situation)).not.toContain('load-image')
    expect(codesIn(situation)).not.toContain('import-image')
  })

  test.each(['v1.30.5+k3s1', 'v1.30.5+rke2r1', 'v1.32.3+k0s'])(
    'may have been built beside a node of %s, once the name is checked',
    kubelet => {
      const codes = codesIn(own({ node: { kubelet, runtime: 'containerd://1.7.21' } }))
      expect(codes.slice(0, 2)).toEqual(['check-name', 'import-image'])
    },
  )

  test('is not imported into the nodes of a cloud, which come and go', () => {
    const codes = codesIn(own({ node: { kubelet: 'v1.30.4-eks-a737599', provider: 'aws' } }))
    expect(codes).not.toContain('import-image')
  })

  test('may be a typo of one that Docker Hub has', () => {
    const error = pulled('docker.io/library/ngnix:1', DENIED)
    const codes = codesIn({ image: 'ngnix:1', error, node: { provider: 'kind' } })
    expect(codes.slice(0, 3)).toEqual(['near-official', 'load-image', 'check-name'])
  })
})

describe('a bare name that goes on after that of an official image', () => {
  const codes = (image: string) =>
    codesIn({ image, error: pulled(`docker.io/library/${image}`, DENIED), node: { provider: 'kind' } })

  test.each(['spark-hadoop:3.0.0', 'redis_custom:1'])('is that of an image built on it: %s', image => {
    expect(codes(image).slice(0, 3)).toEqual(['load-image', 'check-name', 'near-official'])
  })

  test.each(['nginx-latest', 'redis-alpine', 'postgres-15:1'])('is one with a tag: %s', image => {
    expect(codes(image).slice(0, 3)).toEqual(['near-official', 'load-image', 'check-name'])
  })
})

describe('on a node of kind, an image', () => {
  const kind = { node: { provider: 'kind' } } as const
  const refused = 'unexpected status code [manifests 1]: 401 Unauthorized'

  test.each<[string, Situation]>([
    [
      'that the pod has a login for',
      { image: 'gcr.io/acme/app:1', error: pulled('gcr.io/acme/app:1', refused), login: 'gcr.io' },
    ],
    [
      'that everyone can pull',
      { image: 'registry.k8s.io/pausee:3', error: pulled('registry.k8s.io/pausee:3', 'not found') },
    ],
    [
      'that a digest names, which it would lose',
      { image: `acme/app@sha256:${'a'.repeat(64)}`, error: pulled('docker.io/acme/app', DENIED) },
    ],
    [
      'that has moved',
      { image: 'k8s.gcr.io/pause:3', error: pulled('k8s.gcr.io/pause:3', 'manifest unknown') },
    ],
  ])('%s is not loaded', (_name, situation) => {
    expect(codesIn({ ...situation, ...kind })).not.toContain('load-image')
  })
})
