/** Renders a pull-through cache as objects to apply: YAML with instructions in a comment, or one JSON list. */

import { stringify } from 'yaml'
import { DOCKER_HUB } from '../../image/docker-hub.ts'
import type { Cache, EmittedCache } from '../../mirror/cache.ts'
import type { MirrorFormat } from '../formats.ts'
import { type Invocation, kubectlCommand, ownCommand } from '../invocation.ts'
import { toJson } from '../machine/data.ts'
import { shellWord } from '../sanitize.ts'
import { wrap } from '../screen/layout.ts'
import { registryLabel } from '../words/nouns.ts'

const MEASURE = 100
const SEPARATOR = '---\n'

/** Returns text for `kubectl apply -f`. */
export function renderCaches(
  caches: readonly EmittedCache[],
  format: MirrorFormat,
  invocation: Invocation,
): string {
  if (format === 'json') {
    return toJson({ apiVersion: 'v1', kind: 'List', items: caches.flatMap(({ objects }) => objects) })
  }
  return caches
    .flatMap(({ cache, objects }) => [
      comment(cacheNotes(cache, invocation)),
      ...objects.map(object => stringify(object, { lineWidth: 0, aliasDuplicateObjects: false })),
    ])
    .join(SEPARATOR)
}

/** Says where the objects were written, and how to apply them. @param path relative to the working folder if the file is below it */
export function writtenCacheText(path: string, invocation: Invocation): string {
  const apply = kubectlCommand(invocation, `apply -f ${shellWord(path)}`)
  return `Written: ${path}. Read the comments in it, then apply it:\n  ${apply}\n`
}

/** Wraps prose; an indented line is a command and is not wrapped. */
function comment(paragraphs: readonly string[]): string {
  const lines = paragraphs.flatMap(paragraph => [
    ...paragraph.split('\n').flatMap(line => (line.startsWith(' ') ? [line] : wrap(line, MEASURE))),
    '',
  ])
  return lines
    .slice(0, -1)
    .map(line => `${`# ${line}`.trimEnd()}\n`)
    .join('')
}

/** Returns paragraphs for the comment before the objects. */
function cacheNotes(cache: Cache, invocation: Invocation): string[] {
  const { registry, secret, port, image, product } = cache
  const label = registryLabel(registry)
  const create = (flags: string) => kubectlCommand(invocation, `create secret generic ${secret} ${flags}`)
  return [
    `A pull-through cache for ${label}: ${image}. It serves one upstream: each other registry needs another cache.`,
    product === 'distribution'
      ? `Login for ${label}, optional; without it the cache pulls anonymously, from one address for all nodes:\n  ${create('--from-literal=username=<name> --from-file=password=<file>')}`
      : `Login for ${label}; for anonymous pulls the file holds {}:\n  ${create('--from-file=credentials.json=<file>')}\nThe file: {"${registry === DOCKER_HUB ? 'index.docker.io' : registry}": {"username": "…", "password": "…"}}`,
    `With a login, anyone who can reach the cache can pull the private images that this login can read: restrict the port with a network policy or firewall, and use a login with read access only.`,
    product === 'distribution'
      ? `Content expires after 168 hours (REGISTRY_PROXY_TTL). Each pull of a tag still asks ${label} by HEAD whether the tag has moved, which costs no pull; if ${label} can't be reached, the cached tag is served.`
      : `Content stays until it is removed. Each pull of a tag asks ${label} whether the tag has moved.`,
    `The Service speaks plain HTTP on port ${port} of every node. For production, put TLS in front of it (an ingress or a load balancer with a name that nodes resolve).`,
    `It runs once, on one volume: while it is down, nodes ask ${label} themselves. Its own image does not come from Docker Hub, so it starts even if the limit is used up.`,
    `Then print what the nodes need:\n  ${ownCommand(invocation, `mirror --plain-http${registry === DOCKER_HUB ? '' : ` --registry ${registry}`} --to 'http://<node-address>:${port}'`)}`,
  ]
}
