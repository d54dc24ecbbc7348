/**
 * Compares three independent readings of names and pull secrets: Kubernetes 1.34.2, whose own packages (util/parsers,
 * credentialprovider) gave the answers in the two JSON files, the simulated kubelet, and the product.
 */
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { lookUpCredentials } from '../../src/dockerconfig/kubelet-lookup.ts'
import { readDockerConfigJson, readDockercfg } from '../../src/dockerconfig/kubelet-view.ts'
import { fullName, parseReference } from '../../src/image/reference.ts'
import { Redacted } from '../../src/secrecy/redacted.ts'
import { parseImageName } from '../../src/simulator/kubelet/image-name.ts'
import { lookUp } from '../../src/simulator/kubelet/keyring.ts'
import { entriesOf } from '../../src/simulator/kubelet/secret-content.ts'
import NAMES from './upstream-names.json' with { type: 'json' }
import SECRETS from './upstream-secrets.json' with { type: 'json' }

type Read = { error: string } | { repository: string; reference: string; tried: string[] }

/** The simulated kubelet's reading of a name and the keys that it would try. */
function simulated(image: string, keys: string[]): Read {
  try {
    const { registry, repository, reference } = parseImageName(image)
    const name = `${registry}/${repository}`
    const tried = lookUp(
      name,
      keys.map(key => ({ key })),
    )
    return { repository: name, reference, tried: tried.map(({ key }) => key) }
  } catch (error) {
    const { message } = error as Error
    return { error: message.slice(message.lastIndexOf('": ') + 3) }
  }
}

/** The product's reading, which words errors differently. */
function diagnosed(image: string, keys: string[]): Read {
  const read = parseReference(image)
  if (read === null) return { error: '' }
  const { registry, repository, tag, digest } = read
  const { tried } = lookUpCredentials(
    read,
    keys.map(key => ({ key })),
  )
  const reference = digest ?? tag ?? 'latest'
  return { repository: `${registry}/${repository}`, reference, tried: tried.map(({ key }) => key) }
}

const wordless = (read: Read): Read => ('error' in read ? { error: '' } : read)

describe('an image name and the keys of pull secrets', () => {
  test.each(NAMES.map(row => [row.image, row.keys ?? [], row] as const))('%j with %j', (image, keys, row) => {
    const { repository = '', reference = '', tried = [] } = row
    const expected: Read = row.error === undefined ? { repository, reference, tried } : { error: row.error }
    expect(simulated(image, [...keys])).toEqual(expected)
    expect(diagnosed(image, [...keys])).toEqual(wordless(expected))
  })

  const HOSTS = 'docker.io index.docker.io ghcr.io reg.example localhost:5000 [::1]:5000 A_b'.split(' ')
  const PARTS = [...HOSTS, ...'a B 1 / // : @ . _ - * sha256:'.split(' '), 'a'.repeat(64)]
  const ODD = [...'v1 /v1/ /v2/ ? # % %41 %2f %25 é ^ u:p@ https:// HTTP://'.split(' '), ' ']
  const text = (parts: string[]) =>
    fc.array(fc.constantFrom(...parts), { maxLength: 7 }).map(all => all.join(''))
  const image = fc.oneof(
    text(PARTS),
    fc.tuple(fc.constantFrom(...HOSTS), text(PARTS)).map(all => all.join('/')),
  )

  test('are read the same way by the simulated kubelet and the product, for any input', () => {
    fc.assert(
      fc.property(image, fc.uniqueArray(text([...PARTS, ...ODD]), { maxLength: 4 }), (name, keys) => {
        expect(diagnosed(name, keys)).toEqual(wordless(simulated(name, keys)))
        const read = parseReference(name)
        if (read?.digest === null) expect(fullName(read)).toBe(parseImageName(name).full)
      }),
      { numRuns: 200 },
    )
  })
})

describe('the content of a pull secret', () => {
  test.each(SECRETS)('of type $type at $key: $content', ({ type, key, content, tried, error }) => {
    const secret = {
      apiVersion: 'v1',
      kind: 'Secret',
      metadata: { name: 's', uid: 'u', resourceVersion: '1', creationTimestamp: '' },
      type,
      data: { [key]: Buffer.from(content).toString('base64') },
    }
    const read = () =>
      lookUp('docker.io/library/nginx', entriesOf(secret)).map(
        ({ username, password }) => `${username}:${password}`,
      )
    if (error === undefined) expect(read()).toEqual(tried)
    else expect(read).toThrow(error)
  })

  const readers = new Map([
    ['kubernetes.io/dockerconfigjson .dockerconfigjson', readDockerConfigJson],
    ['kubernetes.io/dockercfg .dockercfg', readDockercfg],
  ])
  const readable = SECRETS.filter(({ type, key, content }) => readers.has(`${type} ${key}`) && content !== '')

  test.each(readable)(
    'is valid or broken for the product as for Kubernetes: $content',
    ({ type, key, ...row }) => {
      const read = readers.get(`${type} ${key}`)?.(new Redacted(row.content))
      if (!read || row.error !== undefined) return expect(read).toHaveProperty('malformedAt')
      if ('malformedAt' in read) return expect(read).not.toHaveProperty('malformedAt')
      const { tried } = lookUpCredentials(
        { registry: 'docker.io', repository: 'library/nginx' },
        read.entries,
      )
      expect(tried.map(({ username }) => username)).toEqual(row.tried?.map(login => login.split(':')[0]))
    },
  )
})
