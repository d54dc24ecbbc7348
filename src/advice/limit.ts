/** Steps for pulls that were too many: a login where its own limit would count, the cache's login where the cache is limited. */

import { isLocal } from '../diagnosis/endpoint.ts'
import type { Finding, RateLimitSubcause } from '../diagnosis/finding.ts'
import { isDockerHub } from '../image/docker-hub.ts'
import { loginSteps } from './login.ts'
import type { Step } from './step.ts'

/** What to do about a registry's limit. */
export function limitSteps(finding: Finding): Step[] {
  const { endpoint, registry } = finding
  const subcause = (finding.subcause ?? 'unspecified') as RateLimitSubcause
  if (endpoint?.role === 'mirror' && registry !== null && !isLocal(endpoint.host))
    return [
      { code: 'mirror-limit', host: endpoint.host, registry },
      { code: 'mirror-settings', host: endpoint.host, registry, about: 'endpoint' },
      { code: 'wait', for: 'limit' },
    ]
  if (subcause === 'abuse') return [{ code: 'wait', for: 'burst' }, ...elsewhere(finding)]
  if (!countsByAccount(finding))
    return [{ code: 'wait', for: 'minute' }, ...loginSteps(finding, 'limit'), { code: 'use-cache' }]
  const login = loginSteps(finding, subcause === 'account' ? 'account-limit' : 'limit')
  const steps: Step[] = [...login, ...elsewhere(finding)]
  // The node's own loopback passes on what Docker Hub says; where no login of the pod can help, that of the mirror may.
  if (endpoint?.role === 'mirror' && login.length === 0 && registry !== null)
    steps.unshift({ code: 'mirror-limit', host: endpoint.host, registry })
  const { quota } = finding
  return [...steps, { code: 'wait', for: 'limit', ...(quota && { quota }) }, { code: 'use-cache' }]
}

/** Whether who is logged in has a limit of his own there: Docker Hub, ECR Public, and who says so. Others count all requests by the minute. */
function countsByAccount({ registry, subcause }: Finding): boolean {
  return (
    isDockerHub(registry ?? '') ||
    registry === 'public.ecr.aws' ||
    subcause === 'anonymous' ||
    subcause === 'account'
  )
}

/** At most one more way, for who has no login or no quota left: official images are published at a second place. */
function elsewhere({ remedies, reference }: Finding): Step[] {
  const official = reference?.startsWith('docker.io/library/') === true
  return official && remedies.includes('replace-registry') ? [{ code: 'replace-registry' }] : []
}

/** The kubelet's own throttle. */
export function kubeletQpsSteps(): Step[] {
  return [{ code: 'wait', for: 'kubelet' }, { code: 'raise-kubelet-qps' }]
}
