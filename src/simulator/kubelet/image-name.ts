/** Image names as the kubelet and containerd take them, refused in the parser's own words (distribution/reference, pkg/util/parsers). */

import { splitRegistry } from '../../image/grammar.ts'
import { parseReference } from '../../image/reference.ts'

export interface ImageName {
  /** `docker.io`, `ghcr.io`, `localhost:5000`. */
  registry: string
  /** With `library/` where Docker Hub implies it. */
  repository: string
  /** The tag or the digest to ask the registry for. */
  reference: string
  /** `docker.io/library/nginx:latest`: what the runtime calls it; of tag and digest the digest remains. */
  full: string
}

/** The name with its defaults. Throws an Error if it does not parse. */
export function parseImageName(image: string): ImageName {
  const parsed = parseReference(image)
  if (!parsed) throw new Error(`couldn't parse image name ${JSON.stringify(image)}: ${refusal(image)}`)
  const { registry, repository, tag, digest } = parsed
  const reference = digest ?? tag ?? 'latest'
  return {
    registry,
    repository,
    reference,
    full: `${registry}/${repository}${digest === null ? ':' : '@'}${reference}`,
  }
}

function refusal(image: string): string {
  if (/^[a-f0-9]{64}$/.test(image))
    return `invalid repository name (${image}), cannot specify 64-byte hexadecimal strings`
  const [repository = ''] = splitRegistry(image).remainder.split(/[@:]/)
  if (repository.toLowerCase() !== repository)
    return `invalid reference format: repository name (${repository}) must be lowercase`
  return repository.length > 255
    ? 'repository name must not be more than 255 characters'
    : 'invalid reference format'
}
