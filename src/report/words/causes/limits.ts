/** The words of excessive pulls: the limit of a registry, and that of the kubelet itself. */

import { clueOf, hasClue } from '../../../diagnosis/clues/clue.ts'
import type { Finding, RateLimitSubcause } from '../../../diagnosis/finding.ts'
import { DOCKER_HUB, isDockerHub } from '../../../image/docker-hub.ts'
import { countsAtHub, isOpenMirror, registryBehind } from '../../../image/registries.ts'
import { type CauseContext, type CauseWords, isOfMirror, type Sentence, sentenceFor } from '../cause-words.ts'
import { capitalize, hostLabel, isRedirectedTo, registryLabel, responderLabel } from '../nouns.ts'

/** Returns whose limit it is: Docker Hub's, if its own words say so about a name that does not parse, or that only leads to it. */
function limiterLabel({
  registry,
  endpoint,
  clues,
}: Pick<Finding, 'registry' | 'endpoint' | 'clues'>): string {
  const ofHub = registry === null && hasClue(clues, 'hub-limit')
  if (ofHub || countsAtHub(registry ?? '')) return registryLabel(DOCKER_HUB)
  return endpoint !== null && isRedirectedTo(endpoint, registry)
    ? hostLabel(endpoint, registry)
    : registryLabel(registry)
}

/** Returns that the image's registry is only another name of Docker Hub; empty for any other. */
function otherName({ registry }: Pick<Finding, 'registry'>): string {
  return registry !== null && registryBehind(registry) === DOCKER_HUB
    ? ` (${registry} is another name of it)`
    : ''
}

/** Whether another host has limited requests for Docker Hub's images, which Docker Hub itself limits over hours. */
const isInPlaceOfHub = ({ registry, clues }: Finding) =>
  isDockerHub(registry ?? '') && hasClue(clues, 'per-second')

/** The host whose limit it is: a mirror or a token server has its own. */
const limitedHost = ({ findings: [first] }: CauseContext) =>
  isOfMirror(first) ? responderLabel(first) : limiterLabel(first)

const TITLE: Record<RateLimitSubcause, Sentence> = {
  anonymous: ({ findings: [first] }) =>
    `${capitalize(limiterLabel(first))}'s limit for anonymous pulls is used up${first.endpoint?.role === 'mirror' ? ` (answered through ${first.endpoint.host})` : otherName(first)}`,
  account: ({ findings: [first] }) => {
    const account = accountOfMirror(first)
    const [whose, how] =
      account === undefined
        ? ['the account', otherName(first)]
        : [`account ${account}`, ` (answered through ${first.endpoint?.host})`]
    return `${capitalize(limiterLabel(first))}'s pull limit for ${whose} is used up${how}`
  },
  abuse: [
    [
      'failed-logins',
      ({ registry }) =>
        `${capitalize(registryLabel(registry))} refuses this account or address for now, after too many failed logins`,
    ],
    ['token-limit', tokenTitle],
    { does: 'received too many requests at once' },
  ],
  unspecified: [
    [isOfOpenMirror, { does: 'refused the pull: it received too many requests' }],
    [isOfMirror, { does: 'refused the pull: it received too many requests, or its upstream limits it' }],
    [
      first => relayedBy(first) !== null && hasClue(first.clues, 'bare-limit'),
      first =>
        `${capitalize(registryLabel(first.registry))} answers 429: it received too many requests, or ${registryLabel(relayedBy(first))}, which it fetches from, limits it`,
    ],
    [
      'relays',
      first =>
        `${capitalize(registryLabel(relayedBy(first)))} limits the pulls of ${registryLabel(first.registry)}, the cache that the image's name goes through`,
    ],
    [
      'upstream-limit',
      ({ registry }) =>
        `${capitalize(registryLabel(registry))} is a cache whose upstream registry limits its pulls`,
    ],
    [
      'passes-hub-limit',
      ({ registry }) => `${capitalize(registryLabel(registry))} relays Docker Hub's limit on pulls`,
    ],
    ['token-limit', tokenTitle],
    [isInPlaceOfHub, 'What answered in place of Docker Hub received too many requests'],
    [
      'volume-limit',
      ({ registry }) => `${capitalize(registryLabel(registry))}'s limit on downloaded data is used up`,
    ],
    ['per-second', { does: 'received too many requests within a second or a minute' }],
    [
      'bare-limit',
      ({ registry }) => `${capitalize(registryLabel(registry))} answers 429: too many pulls or requests`,
    ],
    first => `${capitalize(limiterLabel(first))}'s pull rate limit is used up${otherName(first)}`,
  ],
}

/** Whether a mirror answered that Google or DaoCloud runs. */
function isOfOpenMirror({ endpoint }: Pick<Finding, 'endpoint'>): boolean {
  return endpoint?.role === 'mirror' && isOpenMirror(endpoint.host)
}

/** The account that a mirror uses, if the limit is that one's. */
const accountOfMirror = ({ steps }: CauseContext['findings'][0]) =>
  steps.find(step => step.code === 'mirror-limit')?.account

function tokenTitle({ registry }: Pick<Finding, 'registry'>): string {
  return `The token server of ${registryLabel(registry)} answers 429: it received too many requests`
}

const TOKEN_LIMIT =
  'The token server refused, before any pull was counted: it limits requests for tokens, and failed logins, over minutes. The answer says nothing about the login that was sent, nor about the limit on pulls.'

/** The registry behind a cache that the image's name goes through. */
function relayedBy({ clues }: Pick<Finding, 'clues'>): string | null {
  return clueOf(clues, 'relays')?.upstream ?? null
}

const MEANING: Record<RateLimitSubcause, Sentence> = {
  anonymous: ({ findings: [first] }) =>
    `Anonymous pulls are limited per IP address, shared with everyone behind it. ${capitalize(limiterLabel(first))} refuses more until the limit resets.`,
  account: ({ findings: [first] }) =>
    `${capitalize(limiterLabel(first))} accepted the login${accountOfMirror(first) === undefined ? '' : `, which is most likely ${responderLabel(first)}'s own`}, but its account has no pulls left; more are refused until the limit resets.`,
  abuse: [
    [
      'failed-logins',
      'The limit is on logins that failed, not on pulls: a login that is wrong or was revoked, of these pods or of something else with the same account or address, was tried again and again, and each retry counts.',
    ],
    ['token-limit', TOKEN_LIMIT],
    {
      does: 'throttles an address that sends too many requests, with or without a login; the block clears within minutes once the requests stop.',
    },
  ],
  unspecified: [
    [
      isOfOpenMirror,
      ({ endpoint }) =>
        `The limit is that of ${endpoint?.host}, which others run: no login and no setting here changes it.`,
    ],
    [
      isOfMirror,
      "The limit belongs to the mirror or to its own upstream login, shared by all nodes behind it; the pods' logins don't matter.",
    ],
    [
      'relays',
      first =>
        `The limit is for the address or login with which the cache asks ${registryLabel(relayedBy(first))}.`,
    ],
    [
      'upstream-limit',
      "The limit is that of the cache's own address or login, shared by all nodes behind it; the pods' logins don't matter.",
    ],
    [
      'passes-hub-limit',
      ({ registry }) =>
        `${capitalize(registryLabel(registry))} is a cache, and the limit is that of its own address or login, or it is another name of Docker Hub, and the limit is that of the nodes' address or the pods' login.`,
    ],
    ['token-limit', TOKEN_LIMIT],
    [
      isInPlaceOfHub,
      'The limit in the text is per second or minute, and Docker Hub limits pulls over hours: a mirror, or another registry that the name resolves to on this node, answered.',
    ],
    [
      ({ clues, registry }) => isDockerHub(registry ?? '') && hasClue(clues, 'bare-limit'),
      'Docker Hub limits pulls in six hours (by address, or by account with a login) and requests at once (by address); this answer has no message that shows which limit was hit.',
    ],
    ['volume-limit', volumeMeaning],
    [
      ({ registry }) => registry === 'quay.io',
      ({ clues }) =>
        `quay.io limits the requests per second from one address, not the number of pulls${hasClue(clues, 'limit-lasts') ? '' : ', so it answers again soon'}.`,
    ],
    [
      'retry-soon',
      first => {
        const { wait = '', allowed = null } = clueOf(first.clues, 'retry-soon') ?? {}
        const limit = allowed === null ? '' : `, and names a limit of ${allowed}`
        return `${capitalize(limiterLabel(first))} asks to wait ${wait} only${limit}: others' requests may have used it up, and the next attempt is likely to succeed.`
      },
    ],
    // docs.aws.amazon.com/AmazonECR/latest/public/public-service-quotas.html
    [
      first => first.registry === 'public.ecr.aws' && hasClue(first.clues, 'per-second'),
      'ECR Public allows 1 pull a second without a login, which all nodes behind one address (such as a NAT gateway) share, and 10 with one.',
    ],
    first =>
      `${capitalize(limiterLabel(first))} received too many pulls, requests, or bytes and refuses more until its limit resets.`,
  ],
}

function volumeMeaning({ clues }: Pick<Finding, 'clues'>): string {
  const period = clueOf(clues, 'volume-limit')?.period ?? null
  return `The limit is on the amount of data${period === null ? '' : ` per ${period}`} (pull traffic), not on the number of pulls; more is refused until it resets or is raised.`
}

const subcauseOf = ({ findings: [{ subcause }] }: CauseContext) =>
  (subcause ?? 'unspecified') as RateLimitSubcause

export const rateLimited: CauseWords = {
  credentials: 'used',
  short: context =>
    relayedBy(context.findings[0]) !== null
      ? `${registryLabel(relayedBy(context.findings[0]))}'s rate limit, which ${registryLabel(context.findings[0].registry)} relays`
      : subcauseOf(context) === 'unspecified' && isOfMirror(context.findings[0])
        ? `the limit of ${limitedHost(context)}`
        : isInPlaceOfHub(context.findings[0])
          ? "a limit on requests for Docker Hub's images"
          : `${limiterLabel(context.findings[0])}'s ${hasClue(context.findings[0].clues, 'volume-limit') ? 'limit on data' : 'rate limit'}`,
  title: context => sentenceFor(context, TITLE[subcauseOf(context)]),
  meaning: context => sentenceFor(context, MEANING[subcauseOf(context)]),
}

export const kubeletQps: CauseWords = {
  short: () => "the kubelet's own throttle",
  title: () => 'The kubelet throttles its own pulls (pull QPS exceeded)',
  meaning: () =>
    'Too many pods are starting on the node at once. No registry refused anything, and the backlog clears on its own.',
}
