/**
 * Paths that no repository of a registry has: at Docker Hub, each has two parts, an account and a name (docs.docker.com/docker-hub/repos, create a
 * repository), and at Artifact Registry three or more (docs.cloud.google.com/artifact-registry, names).
 */

import { isDockerHub } from '../docker-hub.ts'
import { OFFICIAL_IMAGES } from '../official-images.ts'
import { parseReference } from '../reference.ts'
import { isFixedHost } from '../registries.ts'

/** A path that the registry can't have. */
export interface ImpossiblePath {
  /** As in the name. */
  path: string
  /** What is most likely meant; null if nothing shows it. */
  likely: string | null
  /** Whether nothing else can be meant. */
  certain: boolean
  /** It begins like the address of a request to the registry's API. */
  ofApi?: true
}

/** The path that the name has at Docker Hub, if Docker Hub has no such paths; null for any other name. @param reference the full name */
export function impossibleAtHub(reference: string | null): ImpossiblePath | null {
  const { registry = '', repository: path = '' } = parseReference(reference ?? '') ?? {}
  const [account = '', ...names] = path.split('/')
  if (!isDockerHub(registry) || names.length < 2 || /[.:]/.test(account)) return null
  // Publishers' images of the former Docker Store, which want an account that accepted their terms (docker/docs#5307).
  if (account === 'store' && names.length === 2) return null
  const certain = account === 'library' && names.length === 2
  return { path, likely: certain ? names.join('/') : withoutDouble([account, ...names]), certain }
}

/** The name with the account twice, or with the project and an image that is named after it, as charts do that put values together. */
function withoutDouble(parts: string[]): string | null {
  const [account = '', second = '', last = '', fourth] = parts
  if (parts.length === 4) return account === last && second === fourth ? `${account}/${second}` : null
  const isDouble = account === second || last === second || last.startsWith(`${second}-`)
  return parts.length === 3 && isDouble ? `${account}/${last}` : null
}

/** The same of a name at Artifact Registry, which lacks the project, the repository, or the image. @param reference the full name */
export function impossibleAtArtifactRegistry(reference: string | null): ImpossiblePath | null {
  const { registry = '', repository: path = '' } = parseReference(reference ?? '') ?? {}
  const parts = path.split('/').length
  return registry.endsWith('-docker.pkg.dev') && parts < 3 ? { path, likely: null, certain: false } : null
}

/** Registries whose paths do not begin with an account's name, so that none can be that of a version. */
const WITHOUT_ACCOUNTS =
  /^(?:dhi\.io|registry\.k8s\.io|k8s\.gcr\.io|mcr\.microsoft\.com|registry\.(?:access\.)?redhat\.(?:com|io))$/

/**
 * A path that somebody took over from the URL of a request, where the version of the API stands before it (k0sproject/k0s#3713); an account of
 * Docker Hub may have that name. @param reference the full name
 */
export function pathOfApi(reference: string | null): ImpossiblePath | null {
  const { registry = '', repository: path = '' } = parseReference(reference ?? '') ?? {}
  const [, likely] = /^v[12]\/(.+)$/.exec(path) ?? []
  // A project of Google Cloud has an ID of six characters or more, and Artifact Registry has an image in a repository of a project.
  const isGoogle = registry.endsWith('-docker.pkg.dev')
  // Whoever runs a registry may have a project of that name, and GitHub or Quay an account.
  const parts = isGoogle ? 3 : WITHOUT_ACCOUNTS.test(registry) ? 1 : 2
  if (likely === undefined || likely.split('/').length < parts) return null
  return { path, likely, certain: isGoogle || isFixedHost(registry), ofApi: true }
}

/** How caches of Docker Hub are named. */
const OF_HUB = /^docker-?hub$|^docker\.io$/

/**
 * The same of a name at a cache whose upstream refused it: official images are the only ones under library/ (aws/containers-roadmap#2354,
 * #2211). @param reference the full name
 */
export function impossibleUpstream(reference: string | null): ImpossiblePath | null {
  const { registry = '', repository = '' } = parseReference(reference ?? '') ?? {}
  if (isDockerHub(registry)) return null
  const [, path, name] = /(?:^|\/)(library\/([^/]+\/[^/]+))$/.exec(repository) ?? []
  if (path !== undefined && name !== undefined) return { path, likely: name, certain: true }
  const [prefix = '', official = '', ...more] = repository.split('/')
  return OF_HUB.test(prefix) && more.length === 0 && OFFICIAL_IMAGES.includes(official)
    ? { path: repository, likely: `${prefix}/library/${official}`, certain: true }
    : null
}
