/** Steps for pulls that were too many: for a registry, or for the kubelet itself. */

import { clueOf, hasClue } from '../diagnosis/clues/clue.ts'
import { usableAttempts, usableSecrets } from '../diagnosis/credential/pod-credential.ts'
import type { Finding } from '../diagnosis/finding.ts'
import { isRemoteMirror } from '../diagnosis/text/endpoint.ts'
import { cloudOf } from '../image/cloud-registries.ts'
import { DOCKER_HUB, isDockerHub, isDockerHubHost } from '../image/docker-hub.ts'
import { isLocal } from '../image/host.ts'
import { isInLibrary } from '../image/official-images.ts'
import { countsAtHub, isOpenMirror } from '../image/registries.ts'
import { cacheRuleSteps } from './closed-access.ts'
import { stepsIf } from './conditions.ts'
import { ofMirror } from './host.ts'
import { loginSteps, seeWhy } from './login.ts'
import { loadPulledSteps } from './node-steps.ts'
import { hubNameSteps, misplacedLoginSteps, nearSecretSteps, unnamedSecretSteps } from './pod-secrets.ts'
import type { Step } from './step/step.ts'

/** The steps for a registry's rate limit. */
export function limitSteps(finding: Finding): Step[] {
  return limitOfCache(finding) ?? limitOfAll(finding) ?? limitOfAccounts(finding)
}

/** A mirror or cache that asks on behalf of all nodes, so that its own login counts; null if none answered. */
function limitOfCache(finding: Finding): Step[] | null {
  const { endpoint, registry } = finding
  if (registry === null) return null
  const account = clueOf(finding.clues, 'limited-account')?.name
  if (isRemoteMirror(endpoint)) {
    if (isOfPod(finding)) return null
    // Nobody here can raise it, and the registry, which the runtime asks next, has a limit of its own.
    if (isOpenMirror(endpoint.host))
      return [
        ...(countsByAccount(finding) ? loginForLimit(finding, 'limit') : []),
        ...otherRegistrySteps(finding),
        { code: 'wait', for: 'limit' },
        ...ofMirror(finding, endpoint),
        { code: 'use-cache' },
      ]
    return [
      {
        code: 'mirror-limit',
        host: endpoint.host,
        registry,
        rewrites: false,
        ...(account !== undefined && { account }),
      },
      ...ofMirror(finding, endpoint),
      { code: 'wait', for: hasClue(finding.clues, 'per-second') ? 'minute' : 'limit' },
    ]
  }
  const ofRule = cacheRuleSteps(finding, 'limit')
  if (ofRule.length > 0) return [...ofRule, { code: 'wait', for: 'limit' }]
  const upstream = clueOf(finding.clues, 'relays')?.upstream
  const host = endpoint?.host ?? registry
  if (upstream === undefined && hasClue(finding.clues, 'passes-hub-limit'))
    return [
      { code: 'mirror-limit', host, registry, rewrites: false, perhaps: true },
      { code: 'use-behind', registry, behind: DOCKER_HUB, login: 'perhaps' },
      { code: 'wait', for: 'hub-limit' },
    ]
  if (upstream === undefined && !hasClue(finding.clues, 'upstream-limit')) return null
  const rewrites = upstream !== undefined && isLocal(host)
  return [
    { code: 'mirror-limit', host, registry: upstream ?? registry, rewrites },
    { code: 'wait', for: 'limit' },
  ]
}

/** Whether the limit is that of the pod's own login, which a mirror has passed on. */
function isOfPod({ clues, credential }: Finding): boolean {
  const account = clueOf(clues, 'limited-account')?.name
  return usableAttempts(credential).some(({ username }) => username === account)
}

/** For a limit that was hit again and again: to wait is no step then. */
const FIND_LASTING: Step = { code: 'find-askers', lasts: true }

/** A limit of requests that no login changes; null for one that accounts have of their own. */
function limitOfAll(finding: Finding): Step[] | null {
  const { registry } = finding
  if (hasClue(finding.clues, 'failed-logins'))
    return [
      { code: 'stop-failed-logins', secrets: usableSecrets(finding.credential) },
      { code: 'wait', for: 'logins' },
    ]
  const lasting = hasClue(finding.clues, 'limit-lasts')
  if (finding.subcause === 'abuse')
    return lasting
      ? [FIND_LASTING, ...otherRegistrySteps(finding), { code: 'use-cache' }]
      : [{ code: 'wait', for: 'burst' }, { code: 'find-askers' }, ...otherRegistrySteps(finding)]
  // Docker Hub has no such limit, so something answered in its place.
  if (registry !== null && isDockerHub(registry) && hasClue(finding.clues, 'per-second'))
    return [
      { code: 'wait', for: 'minute' },
      { code: 'mirror-settings', host: null, registry, about: 'answered' },
      { code: 'use-cache' },
    ]
  // The image's name does not parse, but who limits its pulls is known.
  if (registry === null && isOfHub(finding))
    return [{ code: 'wait', for: 'hub-limit' }, { code: 'use-cache' }]
  const volume = countsByAccount(finding) ? undefined : clueOf(finding.clues, 'volume-limit')
  if (volume !== undefined && registry !== null)
    return [
      { code: 'raise-volume', registry, period: volume.period },
      { code: 'use-other-source', why: 'closed' },
      { code: 'use-cache' },
    ]
  // None of these registries is known to count requests by account, and no token server does.
  if (!countsByAccount(finding) || hasClue(finding.clues, 'token-limit')) {
    if (hasClue(finding.clues, 'retry-soon'))
      return [{ code: 'restart-pull' }, { code: 'find-askers' }, { code: 'use-cache' }]
    return [
      lasting ? FIND_LASTING : { code: 'wait', for: 'minute' },
      // Azure/AKS#1400; learn.microsoft.com/azure/container-registry/container-registry-skus
      ...(registry !== null && cloudOf(registry) === 'acr'
        ? [{ code: 'raise-tier' as const, registry }]
        : []),
      { code: 'use-cache' },
    ]
  }
  // ECR Public limits requests per second, for everyone, and data per month, for those without a login.
  if (registry !== 'public.ecr.aws' || !hasClue(finding.clues, 'per-second')) return null
  // Its logins end after hours, and the pulls with them, so the other ways come first.
  const first = lasting ? FIND_LASTING : ({ code: 'wait', for: 'minute' } as const)
  return [first, { code: 'use-cache' }, ...loginSteps(finding, 'limit')]
}

function limitOfAccounts(finding: Finding): Step[] {
  const { endpoint, registry, subcause, quota } = finding
  // The pod's login was sent, and the answer does not show whether its account is at its limit.
  const sent = (subcause === null || subcause === 'unspecified') && finding.credential.status === 'usable'
  const login = loginForLimit(finding, subcause === 'account' || sent ? 'account-limit' : 'limit')
  const wait: Step = { code: 'wait', for: 'limit', ...(quota && { quota }) }
  const steps: Step[] = [
    ...stepsIf(sent, wait),
    ...login,
    ...loadPulledSteps(finding),
    ...otherRegistrySteps(finding),
  ]
  // A mirror on the node's loopback relays Docker Hub's answer; if no login of the pod can help, the mirror's may.
  if (endpoint?.role === 'mirror' && login.length === 0 && registry !== null && !isOfPod(finding))
    steps.unshift({ code: 'mirror-limit', host: endpoint.host, registry, rewrites: false })
  return [...steps, ...stepsIf(!sent, wait), ...pullLess(finding), { code: 'use-cache' }]
}

function loginForLimit(finding: Finding, reason: 'account-limit' | 'limit'): Step[] {
  // The pod has a login by now, which the attempt did not send.
  if (finding.credential.contradicted === true) return [{ code: 'restart-pull' }, seeWhy('login')]
  return [
    ...otherNameSteps(finding),
    ...unnamedSecretSteps(finding),
    ...nearSecretSteps(finding),
    ...misplacedLoginSteps(finding),
    ...loginSteps(finding, reason),
  ]
}

/** The name of Docker Hub under which the pod's login is found, or a later one will be: one login for docker.io serves all its images. */
function otherNameSteps(finding: Finding): Step[] {
  const { registry, credential } = finding
  const known = hubNameSteps(finding)
  if (registry === null || known.length > 0 || isDockerHub(registry) || !countsAtHub(registry)) return known
  return credential.status === 'usable'
    ? []
    : [{ code: 'use-behind', registry, behind: DOCKER_HUB, login: 'only' }]
}

/** Whether Docker Hub answered, by its words or its host. */
function isOfHub(finding: Finding): boolean {
  return hasClue(finding.clues, 'hub-limit') || isDockerHubHost(finding.endpoint?.host ?? '')
}

/** Whether accounts have their own limit: at Docker Hub, at ECR Public, and if the message says so. Others limit requests per minute. */
function countsByAccount({ registry, subcause }: Finding): boolean {
  return (
    countsAtHub(registry ?? '') ||
    registry === 'public.ecr.aws' ||
    subcause === 'anonymous' ||
    subcause === 'account'
  )
}

/** With the policy Always, a tag that has moved is pulled again at the next start on every node (kguardian-dev/kguardian#1495). */
function pullLess({ remedies }: Finding): Step[] {
  return stepsIf(remedies.includes('pull-policy'), { code: 'pull-less' })
}

/** Official images are also published at another registry, for pulls without a login or quota. */
function otherRegistrySteps({ reference, workload, containerKind }: Finding): Step[] {
  const isFixed = workload?.kind === 'Node' || containerKind === 'ephemeral' || containerKind === 'sandbox'
  return stepsIf(isInLibrary(reference) && !isFixed, { code: 'replace-registry' })
}

/** The steps for the kubelet's own throttle. */
export function kubeletQpsSteps(): Step[] {
  return [{ code: 'wait', for: 'kubelet' }, { code: 'raise-kubelet-qps' }]
}
