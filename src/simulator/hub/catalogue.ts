/** What a registry holds: repositories with their tags, manifests and blobs. */

import { buildImage, type Content, type Image, type ImageDraft } from './image.ts'

export interface Repository {
  /** The account that alone may pull; undefined for a public one. */
  owner: string | undefined
  unmetered: boolean
  tags: Map<string, Content>
  /** By tag: what the image was built for. */
  platforms: Map<string, string[]>
  manifests: Map<string, Content>
  blobs: Map<string, Content>
  /** Digests of the manifests behind an index: they belong to the index's pull. */
  parts: Set<string>
}

export class Catalogue {
  #repositories = new Map<string, Repository>()

  /** Adds the image under its tags and digests. */
  add(draft: ImageDraft): Image {
    const image = buildImage(draft)
    const repository = this.#repositories.get(draft.repository) ?? emptyRepository(draft)
    this.#repositories.set(draft.repository, repository)
    for (const tag of draft.tags ?? ['latest']) {
      repository.tags.set(tag, image.top)
      repository.platforms.set(tag, image.platforms)
    }
    for (const part of [image.top, ...image.manifests]) repository.manifests.set(part.digest, part)
    for (const part of image.manifests) if (part !== image.top) repository.parts.add(part.digest)
    for (const blob of image.blobs) repository.blobs.set(blob.digest, blob)
    return image
  }

  repository(name: string): Repository | undefined {
    return this.#repositories.get(name)
  }

  /** Names within the namespace that everybody may see, sorted. */
  publicNames(namespace: string): string[] {
    const names = [...this.#repositories].flatMap(([name, { owner }]) =>
      owner === undefined && name.startsWith(`${namespace}/`) ? name.slice(namespace.length + 1) : [],
    )
    return names.sort()
  }

  /** An absent repository and another's private one look the same. */
  mayPull(name: string, account: string | undefined): boolean {
    const repository = this.#repositories.get(name)
    return repository !== undefined && (repository.owner === undefined || repository.owner === account)
  }
}

const emptyRepository = (draft: ImageDraft): Repository => ({
  owner: draft.owner,
  unmetered: draft.unmetered ?? false,
  tags: new Map(),
  platforms: new Map(),
  manifests: new Map(),
  blobs: new Map(),
  parts: new Set(),
})
