/** Steps for an image that is missing or whose name can't be read, and those that follow from what `--check-images` found out. */

import { clueOf } from '../diagnosis/clue.ts'
import { hidesMissing } from '../diagnosis/denial.ts'
import type { Finding } from '../diagnosis/finding.ts'
import { isDockerHub } from '../image/docker-hub.ts'
import { OFFICIAL_IMAGES } from '../image/official-images.ts'
import { isHosted, isOpenShiftRegistry, isPublic } from '../image/registries.ts'
import { similarNames } from '../image/similar-names.ts'
import type { ImageVerdict } from '../snapshot/image-verdict.ts'
import { loginSteps, repositoryOf, usableSecrets } from './login.ts'
import type { Step } from './step.ts'

/** Steps for clues in the name. They come first: neither another tag nor a login helps a placeholder. */
export function nameClueSteps(finding: Finding): Step[] {
  const { clues, image } = finding
  const placeholder = clueOf(clues, 'placeholder')
  return [
    ...(clueOf(clues, 'unquoted-number') === undefined ? [] : [{ code: 'quote-number', image } as const]),
    ...(placeholder?.of === 'istio' ? [{ code: 'inject-sidecar' } as const] : []),
    ...(placeholder?.of === 'template' ? [{ code: 'fill-placeholder', image } as const] : []),
    ...(clueOf(clues, 'image-id') === undefined ? [] : [{ code: 'name-not-id', image } as const]),
    ...(clueOf(clues, 'reference-scheme') === undefined ? [] : [{ code: 'drop-scheme', image } as const]),
    ...(clueOf(clues, 'web-site') === undefined ? [] : [{ code: 'registry-not-site' } as const]),
  ]
}

/** How to check the name, depending on what its registry shows to anonymous callers. */
export function checkNameSteps(finding: Finding): Step[] {
  const { registry, reference } = finding
  if (registry === null) return []
  if (reference?.startsWith('docker.io/library/') === true) {
    const name = repositoryOf(finding).replace('library/', '')
    if (OFFICIAL_IMAGES.includes(name)) return [{ code: 'existing-official' }]
    const names = similarNames(name, OFFICIAL_IMAGES, 3)
    if (names.length > 0)
      return [
        { code: 'near-official', names },
        { code: 'check-name', how: 'official' },
      ]
  }
  const how = isPublic(finding.reference)
    ? isDockerHub(registry)
      ? 'official'
      : 'public'
    : hidesMissing(registry)
      ? 'hidden'
      : 'plain'
  return [{ code: 'check-name', how }]
}

/** Steps for an image that the registry or a mirror does not have. */
export function missingSteps(finding: Finding): Step[] {
  const { endpoint, registry } = finding
  if (
    finding.subcause === 'not-in-mirror' &&
    endpoint !== null &&
    endpoint.role !== 'proxy' &&
    registry !== null
  )
    return [
      {
        code: 'mirror-lacks-image',
        host: endpoint.host,
        registry,
        source: clueOf(finding.clues, 'source-blocked') === undefined ? 'other' : 'blocked',
      },
      { code: 'check-name', how: 'plain' },
      { code: 'ask-registry' },
      ...(endpoint.role === 'mirror'
        ? ([{ code: 'mirror-settings', host: endpoint.host, registry, about: 'endpoint' }] as const)
        : []),
    ]
  const host = endpoint?.host ?? registry
  if (clueOf(finding.clues, 'missing-child') !== undefined && host !== null)
    return [
      { code: 'missing-child', host },
      { code: 'set-image', known: 'repository' },
    ]
  if (clueOf(finding.clues, 'missing-layer') !== undefined && host !== null)
    return [
      { code: 'missing-layer', host },
      { code: 'set-image', known: 'repository' },
    ]
  // The next reconciliation would replace any other tag.
  const made = clueOf(finding.clues, 'tag-of-node')
  if (made !== undefined)
    return [
      { code: 'driver-for-node', from: made.from, value: made.value },
      { code: 'ask-registry' },
      { code: 'check-name', how: 'plain' },
    ]
  const versioned: Step[] = asksForLatest(finding) ? [{ code: 'name-version', image: finding.image }] : []
  // The registry says what is missing, so the name is right.
  if (clueOf(finding.clues, 'no-latest') !== undefined)
    return [...versioned, { code: 'set-image', known: 'repository' }]
  const page = clueOf(finding.clues, 'web-page') !== undefined
  // A registry that others run for everyone answers with JSON at this address, unless it is down or something else answers.
  if (page && registry !== null && isHosted(host ?? registry))
    return [
      { code: 'status-page', host: host ?? registry, registry, role: 'registry' },
      { code: 'show-proxy' },
      { code: 'check-name', how: 'plain' },
      { code: 'ask-registry' },
    ]
  const harbor = clueOf(finding.clues, 'harbor') !== undefined && host !== null
  return [
    ...(page ? [{ code: 'other-port' } as const] : versioned),
    ...imageStream(finding),
    { code: 'check-name', how: finding.reference?.includes('@') === true ? 'digest' : 'plain' },
    ...(harbor ? [{ code: 'proxy-project', host } as const] : []),
    { code: 'ask-registry' },
    { code: 'set-image', known: 'repository' },
  ]
}

/** In OpenShift's own registry a tag that was never imported, or whose import failed, is missing like a misspelled one. */
function imageStream(finding: Finding): Step[] {
  const { registry, reference } = finding
  const [, tag] = /:([^:@/]+)(?:@.*)?$/.exec(reference ?? '') ?? []
  const [project, stream, ...more] = repositoryOf(finding).split('/')
  const known = registry !== null && isOpenShiftRegistry(registry) && more.length === 0
  return known && tag !== undefined && project !== undefined && stream !== undefined
    ? [{ code: 'see-image-stream', project, stream, tag }]
    : []
}

/** Whether the registry lacks the tag `latest`, which a name without a tag means: many repositories have versions only. */
function asksForLatest({ reference, subcause, clues }: Finding): boolean {
  const latest = reference?.endsWith(':latest') === true
  return latest && (subcause === 'tag' || clueOf(clues, 'no-latest') !== undefined)
}

/** Steps for a name that does not parse, or that the runtime does not resolve. */
export function unreadableNameSteps(finding: Finding): Step[] {
  const { clues, image } = finding
  const short = clueOf(clues, 'short-name') !== undefined
  return [
    ...(short ? [{ code: 'full-name', image } as const] : [{ code: 'read-name', image } as const]),
    { code: 'set-image', known: 'nothing' },
  ]
}

/** The steps for what a registry answered about the image; null if the finding's own steps are still right. */
const BY_VERDICT: Record<ImageVerdict, ((finding: Finding) => Step[]) | null> = {
  'opens-anonymously': () => [{ code: 'restart-pull' }],
  'opens-for-pod': () => [{ code: 'restart-pull' }],
  'opens-but-not-for-pod': removeLogin,
  'opens-for-machine': finding => loginSteps(finding, 'opens'),
  'no-such-tag': otherTag,
  'no-such-digest': () => [{ code: 'set-image', known: 'repository' }],
  'no-such-repository': otherRepository,
  'not-public': finding => [...otherRepository(finding), ...loginSteps(finding, 'private')],
  'not-found': () => [
    { code: 'check-name', how: 'plain' },
    { code: 'set-image', known: 'repository' },
  ],
  denied: null,
  'rate-limited': null,
  unreachable: null,
  failed: null,
  'not-asked': null,
}

/** The steps that the registry's answer leads to; null if it changes nothing. */
export function checkedSteps(finding: Finding): Step[] | null {
  if (finding.cause !== 'auth-required-or-denied' && finding.cause !== 'image-not-found') return null
  const steps = finding.check === null ? null : (BY_VERDICT[finding.check.verdict]?.(finding) ?? null)
  return steps !== null && steps.length > 0 ? steps : null
}

function otherTag({ check }: Finding): Step[] {
  const tags = check?.nearTags ?? []
  const near: Step[] =
    tags.length === 0 ? [] : [{ code: 'near-tags', likely: check?.likelyTag ?? null, tags }]
  const likely = check?.likelyTag ?? null
  return [
    ...near,
    likely === null ? { code: 'set-image', known: 'repository' } : { code: 'set-tag', tag: likely },
  ]
}

function otherRepository({ check }: Finding): Step[] {
  const names = check?.nearRepositories ?? []
  return [
    { code: 'near-repositories', names },
    { code: 'set-image', known: 'nothing' },
  ]
}

function removeLogin(finding: Finding): Step[] {
  const { namespace, registry } = finding
  if (registry === null) return []
  return [
    { code: 'remove-login', namespace, secrets: usableSecrets(finding), registry },
    ...loginSteps(finding, 'refused'),
  ]
}
