/** Image names as the kubelet reads them, with its errors (distribution/reference, pkg/util/parsers). */

export interface ImageName {
  /** `docker.io`, `ghcr.io`, `localhost:5000`. */
  registry: string
  /** With `library/` where Docker Hub implies it. */
  repository: string
  /** The tag or the digest to ask the registry for. */
  reference: string
  /** `docker.io/library/nginx:latest`: what the runtime calls it. */
  full: string
}

const PATH = /^[a-z0-9]+(?:(?:[._]|__|-+)[a-z0-9]+)*(?:\/[a-z0-9]+(?:(?:[._]|__|-+)[a-z0-9]+)*)*$/
const DOMAIN =
  /^(?:[a-zA-Z0-9](?:[a-zA-Z0-9-]*[a-zA-Z0-9])?)(?:\.[a-zA-Z0-9](?:[a-zA-Z0-9-]*[a-zA-Z0-9])?)*(?::\d+)?$/
const TAG = /^\w[\w.-]{0,127}$/
const DIGEST = /^sha256:[0-9a-f]{64}$/

/** The name with its defaults. Throws an Error in the kubelet's words if it does not parse. */
export function parseImageName(image: string): ImageName {
  const refuse = (why: string) => new Error(`couldn't parse image name ${JSON.stringify(image)}: ${why}`)
  if (/^[a-f0-9]{64}$/.test(image))
    throw refuse(`invalid repository name (${image}), cannot specify 64-byte hexadecimal strings`)
  const { registry, rest } = splitDomain(image)
  const [named = '', digest] = cut(rest, '@')
  const [repository = '', tag] = cut(named, ':')
  if (repository.toLowerCase() !== repository)
    throw refuse(`invalid reference format: repository name (${repository}) must be lowercase`)
  const wellFormed =
    DOMAIN.test(registry) &&
    PATH.test(repository) &&
    (tag === undefined || TAG.test(tag)) &&
    (digest === undefined || DIGEST.test(digest))
  if (!wellFormed) throw refuse('invalid reference format')
  if (repository.length > 255) throw refuse('repository name must not be more than 255 characters')
  const reference = digest ?? tag ?? 'latest'
  const full = `${registry}/${repository}${digest ? `@${digest}` : `:${reference}`}`
  return { registry, repository, reference, full }
}

function splitDomain(image: string): { registry: string; rest: string } {
  const [first = '', rest] = cut(image, '/')
  const isDomain =
    rest !== undefined && (/[.:]/.test(first) || first === 'localhost' || first !== first.toLowerCase())
  const registry = isDomain ? first.replace(/^index\.docker\.io$/, 'docker.io') : 'docker.io'
  const path = isDomain ? rest : image
  return { registry, rest: registry === 'docker.io' && !path.includes('/') ? `library/${path}` : path }
}

function cut(text: string, separator: string): [string, string | undefined] {
  const at = text.indexOf(separator)
  return at < 0 ? [text, undefined] : [text.slice(0, at), text.slice(at + separator.length)]
}
