/** A registry name that means something else, or nothing, to a node than it does to people or pods. */

import { DOCKER_HUB, isDockerHubHost } from '../../image/docker-hub.ts'
import { isLocal, isServiceName, withoutPort } from '../../image/host.ts'
import { misspelledRegistry } from '../../image/mistakes/similar-names.ts'
import { parseReference, type Reference } from '../../image/reference.ts'
import { isOpenShiftRegistry } from '../../image/registries.ts'
import type { AuditSeverity, Fix, RuleArguments } from '../finding.ts'
import { perImage } from '../rule.ts'

type How = RuleArguments['ambiguous-reference']['how']

const SEVERITY: Record<How, AuditSeverity> = {
  website: 'error',
  capitals: 'error',
  // Whoever has such a name gets the pulls, and serves them or asks for a login.
  misspelled: 'error',
  'hub-alias': 'warning',
  'service-name': 'warning',
  // On single-node clusters the registry might be there.
  loopback: 'info',
}

export const ambiguousReference = perImage<'ambiguous-reference'>('warning', ({ image }) => {
  const reference = parseReference(image)
  const how = reference === null ? null : howOf(reference.registry)
  if (reference === null || how === null) return null
  const { registry: host } = reference
  const meant = how === 'misspelled' ? typoOf(host) : null
  return {
    arguments: { how, host, ...(meant !== null && { meant }) },
    severity: SEVERITY[how],
    fix: fixOf(how, image, reference),
  }
})

function howOf(registry: string): How | null {
  const host = withoutPort(registry.toLowerCase())
  if (host === 'hub.docker.com' || host === 'www.docker.com' || host === 'docker.com') return 'website'
  if (registry !== host && !/[.:]/.test(registry)) return 'capitals'
  if (host !== DOCKER_HUB && isDockerHubHost(host)) return 'hub-alias'
  if (host === 'registry.hub.docker.com') return 'hub-alias'
  // OpenShift's nodes can resolve the names of its own registry.
  if (isOpenShiftRegistry(host)) return null
  if (typoOf(host) !== null) return 'misspelled'
  if (isServiceName(host)) return 'service-name'
  return isLocal(host) ? 'loopback' : null
}

/** Only plain typos: nothing shows whether a host with another name exists. */
function typoOf(host: string): string | null {
  return misspelledRegistry(host, { swapped: true })
}

/** Logins for Docker Hub don't match its other names, so the plain name is always better. */
function fixOf(how: How, image: string, { registry, repository }: Reference): Fix | null {
  if (how !== 'hub-alias') return null
  const place = repository.includes('/') ? '' : 'library/'
  return { code: 'image', to: `${DOCKER_HUB}/${place}${image.slice(registry.length + 1)}`, proven: true }
}
