/** A host that was searched for a name without a registry is told from one that is set in place of Docker Hub. */
import { expect, test } from 'vitest'
import { relevantSearch, searchedRegistries } from '../../src/diagnosis/text/searched-registries.ts'
import { titled } from '../titled.ts'

test.each([
  ['nginx', 'initializing source docker://quay.io/nginx:latest: EOF', ['quay.io'], true],
  [
    'nginx',
    'reading manifest latest in registry.access.redhat.com/nginx: name unknown',
    ['registry.access.redhat.com'],
    true,
  ],
  ['team/api', 'Error reading manifest latest in quay.io/team/api: unauthorized', ['quay.io'], true],
  ['nginx', 'reading manifest latest in registry.example/nginx: unauthorized', ['registry.example'], true],
  [
    'team/api',
    'reading manifest latest in registry.example/team/api: unauthorized',
    ['registry.example'],
    false,
  ],
  ['nginx', 'pinging container registry quay.io: Get "https://quay.io/v2/": EOF', ['quay.io'], true],
  [
    'nginx',
    'pinging container registry registry.example:5000: Get "https://registry.example:5000/v2/": EOF',
    ['registry.example:5000'],
    false,
  ],
  ['nginx', 'pinging docker registry returned: Get https://quay.io/v2/: EOF', ['quay.io'], true],
  ['centos', 'reading manifest latest in quay.io/centos/centos: manifest unknown', ['quay.io'], true],
] as const)('%s: %s', (image, text, hosts, certain) => {
  expect(searchedRegistries(text, image)).toEqual({ hosts, certain })
})

test.each(
  titled<[image: string, text: string]>({
    'a name with its registry': [
      'docker.io/team/api',
      'reading manifest latest in quay.io/team/api: unauthorized',
    ],
    'Docker Hub alone': [
      'nginx',
      'pinging container registry registry-1.docker.io: Get "https://registry-1.docker.io/v2/": EOF',
    ],
    'a path with library/': ['nginx', 'reading manifest latest in quay.io/library/nginx: unauthorized'],
    'a path of a cache': [
      'team/api',
      'reading manifest latest in registry.example/hub/team/api: unauthorized',
    ],
    'a mirror before Docker Hub': [
      'nginx',
      '(Mirrors also failed: [quay.io/nginx:latest: reading manifest latest in quay.io/nginx: unauthorized]): docker.io/library/nginx:latest: EOF',
    ],
    'Docker Hub in the full name, which another host is set for': [
      'team/api',
      'initializing source docker://docker.io/team/api:latest: reading manifest latest in quay.io/team/api: unauthorized',
    ],
    'something on the node': [
      'nginx',
      'pinging container registry localhost:5000: Get "https://localhost:5000/v2/": EOF',
    ],
  }),
)('there was no search with %s', (_name, image, text) => {
  expect(searchedRegistries(text, image)).toBeNull()
})

test.each([
  ['image-not-found', true],
  ['network-timeout', true],
  ['rate-limited', true],
  ['proxy', false],
  ['disk-full', false],
] as const)('it matters to %s: %s', (cause, matters) => {
  expect(relevantSearch({ hosts: ['quay.io'], certain: true }, cause) !== null).toBe(matters)
})

test('a limit that a cache in place of Docker Hub may pass on is not blamed on a search', () => {
  expect(relevantSearch({ hosts: ['registry.example'], certain: false }, 'rate-limited')).toBeNull()
})
