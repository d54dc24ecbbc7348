/** The words of what a mirror's answers prove. */

import type { JudgedMirrorCheck, MirrorVerdict, Verification } from '../../../mirror/verification.ts'
import type { MirrorAnswer } from '../../../snapshot/mirror-check.ts'
import { pluralize } from '../nouns.ts'

const VERDICT: Record<MirrorVerdict, (check: JudgedMirrorCheck) => string> = {
  same: () => 'same digest as at the registry',
  unverified: ({ upstream }) => `served; not compared, because the registry ${answerText(upstream)}`,
  stale: () =>
    'a different digest than at the registry: an older image under this tag, or the cache converts images',
  'one-platform': () =>
    'a single image where the registry has an index of several platforms: other platforms will fail',
  'no-digest': () =>
    'served without the header Docker-Content-Digest, which runtimes need to pull by tag safely',
  'not-a-manifest': ({ mirror }) =>
    `answered with ${mirror.status === 'found' ? mirror.mediaType : 'something'}, which is not an image manifest`,
  'not-served': () =>
    '404, though the mirror serves other images: not cached and not fetched, or not allowed',
  'nothing-served': () =>
    "404, as for an image that certainly exists: check the mirror's path and its upstream (this is not a cache of the registry, or it can't reach it)",
  unsettled: () => '404, and the registry could not be asked whether the image exists',
  'without-library': () =>
    'found only without library/, which runtimes always ask for: the mirror has to serve official images below library/',
  missing: () => 'neither the mirror nor the registry has it',
  login: ({ mirror }) =>
    mirror.status === 'login' && mirror.sent
      ? "the mirror refuses this machine's login"
      : 'the mirror asks for a login: nodes need one too',
  private: () => 'not compared: the mirror and the registry both ask for a login, as for a private image',
  'rate-limited': () => 'the mirror answers 429: its own limit, or the one of its upstream login, is used up',
  'web-page': () =>
    'the mirror answers with a web page: the URL is a login portal, a proxy, or not the API of a registry',
  tls: ({ mirror }) =>
    `TLS fails (${detailOf(mirror)}): nodes fail the same way unless they know its authority: name the file with --ca`,
  unreachable: ({ mirror }) =>
    `no answer from this machine (${detailOf(mirror)}); nodes may have another route`,
  failed: ({ mirror }) =>
    `${detailOf(mirror)}: caches also answer like this if their upstream limits or refuses them (their log has the upstream's answer)`,
}

function detailOf(answer: MirrorAnswer): string {
  return 'detail' in answer ? answer.detail : answer.status
}

function answerText(answer: MirrorAnswer): string {
  switch (answer.status) {
    case 'found':
      return 'gave no digest'
    case 'missing':
      return 'no longer has this image'
    case 'login':
      return 'asks for a login'
    case 'rate-limited':
      return 'limits requests from this machine'
    case 'html':
      return 'answered with a web page'
    case 'unreachable':
    case 'failed':
      return `gave no answer (${answer.detail})`
  }
}

export function verdictText(check: JudgedMirrorCheck): string {
  return VERDICT[check.verdict](check)
}

/** Returns what was asked, and what it costs. */
export function verificationNote({ known, unasked }: Verification): string {
  return [
    'Asked by HEAD, which does not count as a pull; a cache may fetch what it was asked for, at its own cost.',
    ...(known === null ? [] : [`To settle a 404, the mirror was also asked for ${known.reference}.`]),
    ...(unasked === 0
      ? []
      : [`${pluralize(unasked, 'more image')} ${unasked === 1 ? 'was' : 'were'} not asked for.`]),
  ].join(' ')
}
