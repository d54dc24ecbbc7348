/** The anonymous part of Docker Hub's web API (hub.docker.com): public repositories, and the platforms of their tags. */

import { type HubRequest, type HubResponse, jsonAnswer } from './answers.ts'
import type { Catalog } from './catalog.ts'

const NOT_FOUND = () => jsonAnswer(404, { message: 'object not found', errinfo: {} })

/** The response; undefined if the path belongs to the registry. Private repositories are not found. */
export function hubApiAnswer(request: HubRequest, catalog: Catalog): HubResponse | undefined {
  const match = /^\/v2\/namespaces\/([^/]+)\/repositories(?:\/([^/]+)(?:\/tags\/([^/]+))?)?$/.exec(
    request.path,
  )
  if (match === null || request.method !== 'GET') return undefined
  const [, namespace = '', name, tag] = match
  if (name === undefined) return listing(request, namespace, catalog)
  const repository = catalog.repository(`${namespace}/${name}`)
  if (repository === undefined || repository.owner !== undefined) return NOT_FOUND()
  if (tag === undefined) return jsonAnswer(200, { namespace, name, is_private: false })
  const platforms = repository.platforms.get(tag)
  if (platforms === undefined) return NOT_FOUND()
  const images = platforms.map(platform => {
    const [os, architecture] = platform.split('/')
    return { os, architecture, variant: null }
  })
  return jsonAnswer(200, { name: tag, images })
}

function listing({ query }: HubRequest, namespace: string, catalog: Catalog): HubResponse {
  const names = catalog.publicNames(namespace)
  if (names.length === 0) return NOT_FOUND()
  const size = Number(query.get('page_size') ?? 10)
  const from = (Number(query.get('page') ?? 1) - 1) * size
  const page = names.slice(from, from + size)
  if (page.length === 0) return NOT_FOUND()
  return jsonAnswer(200, { count: names.length, results: page.map(name => ({ namespace, name })) })
}
