/** The container runtime of all nodes: the images on each node, and how they are pulled. */

import type { RuntimeRelease } from '../stack.ts'
import type { ImageName } from './image-name.ts'
import { type PullCredential, PullError, type RegistryAddress, RegistryClient } from './registry-client.ts'

export interface LocalImage {
  /** `docker.io/library/nginx:latest`. */
  name: string
  /** `docker.io/library/nginx@sha256:…`. */
  id: string
  bytes: number
}

interface Descriptor {
  digest: string
  size: number
  platform?: { os: string; architecture: string }
}

export class Runtime {
  readonly #registries: Map<string, RegistryAddress>
  readonly #release: RuntimeRelease
  #images = new Map<string, Map<string, LocalImage>>()

  /** `registries` by the name that references use, such as `docker.io`; all others can't be reached. */
  constructor(registries: Map<string, RegistryAddress>, release: RuntimeRelease) {
    this.#registries = registries
    this.#release = release
  }

  /** The image on the node. */
  local(node: string, name: ImageName): LocalImage | undefined {
    return this.#images.get(node)?.get(name.full)
  }

  /** Deletes an image, or all of them, like a new node or the garbage collector. */
  forget(node: string, image?: string): void {
    if (image === undefined) this.#images.delete(node)
    else this.#images.get(node)?.delete(image)
  }

  /** Tries one credential after another, or none; the failure is one error, or several in brackets. Throws PullError or an aggregate. */
  async pull(node: string, name: ImageName, credentials: PullCredential[]): Promise<LocalImage> {
    const failures: string[] = []
    for (const credential of credentials.length > 0 ? credentials : [undefined]) {
      try {
        const image = this.#pullOnce(name, credential)
        const known = this.#images.get(node) ?? new Map<string, LocalImage>()
        this.#images.set(node, known.set(name.full, image))
        return image
      } catch (error) {
        if (!(error instanceof PullError)) throw error
        failures.push(error.message)
      }
    }
    const different = [...new Set(failures)]
    throw new Error(different.length === 1 ? different[0] : `[${different.join(', ')}]`)
  }

  #pullOnce(name: ImageName, credential: PullCredential | undefined): LocalImage {
    const address = this.#registries.get(name.registry)
    if (!address) throw unreachable(name, this.#release)
    const usable = credential && (credential.username || credential.password) ? credential : undefined
    const client = new RegistryClient(address, name.full, name.repository, usable, this.#release)
    const digest = client.resolve(name.reference)
    const top = JSON.parse(client.fetch(`manifests/${digest}`).toString()) as {
      manifests?: Descriptor[]
    }
    const part = top.manifests?.find(
      ({ platform }) => platform?.os === 'linux' && platform.architecture === 'amd64',
    )
    if (top.manifests && !part)
      throw new PullError('NotFound', name.full, `no match for platform in manifest: not found`)
    const manifest = part ? JSON.parse(client.fetch(`manifests/${part.digest}`).toString()) : top
    const { config, layers } = manifest as { config: Descriptor; layers: Descriptor[] }
    for (const blob of [config, ...layers]) client.fetch(`blobs/${blob.digest}`)
    const bytes = [config, ...layers].reduce((sum, { size }) => sum + size, 0)
    return { name: name.full, id: `${name.registry}/${name.repository}@${digest}`, bytes }
  }
}

/** A registry that is not simulated: a loopback port without a server, or a name that does not resolve. */
function unreachable(name: ImageName, release: RuntimeRelease): PullError {
  const { registry, repository, reference, full } = name
  const [host = '', port = '80'] = registry.split(':')
  const loopback = /^(localhost|127\.[\d.]+)$/.test(host)
  const url = `${loopback ? release.loopbackScheme : 'https'}://${registry}/v2/${repository}/manifests/${reference}`
  const why = loopback
    ? `dial tcp ${host === 'localhost' ? '127.0.0.1' : host}:${port}: connect: connection refused`
    : `dial tcp: lookup ${host} on 10.96.0.10:53: no such host`
  return new PullError(
    'Unknown',
    full,
    `${release.unresolved(full)}: failed to do request: Head "${url}": ${why}`,
  )
}
