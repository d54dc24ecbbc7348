/** The URL of a registry: its own host, or the user's override. */

import { UsageError } from '../errors.ts'
import { canonicalRegistry, DOCKER_HUB, DOCKER_HUB_HOST } from '../image/docker-hub.ts'
import { isLoopback } from './network-rules.ts'

/** Registry name → the origin to contact instead. */
export type EndpointOverrides = ReadonlyMap<string, URL>

/**
 * Reads `--registry-endpoint docker.io=http://127.0.0.1:15000` (repeatable) and, from the environment, the comma-separated
 * PULLGUARD_REGISTRY_ENDPOINTS; the flag wins.
 * @throws UsageError, which never repeats the URL because it may contain a password
 */
export function parseEndpoints(
  flags: readonly string[],
  env: Readonly<Record<string, string | undefined>>,
): EndpointOverrides {
  const overrides = new Map<string, URL>()
  const fromVariable = (env.PULLGUARD_REGISTRY_ENDPOINTS ?? '').split(',').filter(text => text.trim() !== '')
  for (const text of fromVariable) setOverride(overrides, text, 'PULLGUARD_REGISTRY_ENDPOINTS')
  for (const text of flags) setOverride(overrides, text, '--registry-endpoint')
  return overrides
}

function setOverride(overrides: Map<string, URL>, text: string, input: string) {
  const split = text.indexOf('=')
  const name = text.slice(0, Math.max(split, 0)).trim()
  if (!/^[\w.-]+(:\d+)?$|^\[[\da-fA-F:]+\](:\d+)?$/.test(name)) {
    throw new UsageError(`${input} needs REGISTRY=URL, such as docker.io=http://127.0.0.1:15000`)
  }
  const address = text.slice(split + 1).trim()
  const url = URL.canParse(address) ? new URL(address) : null
  if (url === null || !/^https?:$/.test(url.protocol)) {
    throw new UsageError(`${input}: the value for ${name} is not an http or https URL`)
  }
  if (url.username !== '' || url.password !== '') {
    throw new UsageError(`${input}: the URL for ${name} contains a login; credentials come from docker login`)
  }
  if (url.pathname !== '/' || url.search !== '' || url.hash !== '') {
    throw new UsageError(`${input}: the URL for ${name} must end after the host and port`)
  }
  overrides.set(canonicalRegistry(name), url)
}

/**
 * The URL to contact. Docker Hub is served by registry-1.docker.io. Plain http only for this machine's own addresses, or in an override.
 * @throws UsageError if the name is not a host
 */
export function endpointOf(registry: string, overrides: EndpointOverrides): URL {
  const name = canonicalRegistry(registry)
  const override = overrides.get(name)
  if (override) return override
  const host = name === DOCKER_HUB ? DOCKER_HUB_HOST : name
  const text = `https://${host}/`
  const url = URL.canParse(text) ? new URL(text) : null
  if (url === null || url.pathname !== '/' || url.username !== '') {
    throw new UsageError(`${JSON.stringify(registry)} is not the host of a registry`)
  }
  if (isLoopback(url.hostname)) return new URL(`http://${host}/`)
  return url
}
