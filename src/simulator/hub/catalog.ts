/** What a registry contains: repositories with their tags, manifests, and blobs. */

import { buildImage, type Content, type Image, type ImageDraft } from './image.ts'

export interface Repository {
  /** The only account that may pull; undefined for a public repository. */
  owner: string | undefined
  unmetered: boolean
  tags: Map<string, Content>
  /** By tag: the image's platforms. */
  platforms: Map<string, string[]>
  manifests: Map<string, Content>
  blobs: Map<string, Content>
  /** Digests of the manifests under an index: pulling them is part of the index's pull. */
  parts: Set<string>
}

export class Catalog {
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

  /** Public names in the namespace, sorted. */
  publicNames(namespace: string): string[] {
    const names = [...this.#repositories].flatMap(([name, { owner }]) =>
      owner === undefined && name.startsWith(`${namespace}/`) ? name.slice(namespace.length + 1) : [],
    )
    return names.sort()
  }

  /** A missing repository and another account's private one look the same. */
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
