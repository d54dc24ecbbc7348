/** The words of pulls that a registry, or a rule around it, refused. */

import { clueOf, hasClue } from '../../../diagnosis/clues/clue.ts'
import type { DenialSubcause, Finding } from '../../../diagnosis/finding.ts'
import { cloudOf } from '../../../image/cloud-registries.ts'
import { isDockerHub } from '../../../image/docker-hub.ts'
import { isEntitled, isOpenMirror, isPublic } from '../../../image/registries.ts'
import {
  type CauseContext,
  type CauseWords,
  isOfMirror,
  leads,
  PAGE,
  type Sentence,
  sentenceFor,
} from '../cause-words.ts'
import { isPartlyAnonymous } from '../credential/credential.ts'
import { faultedLogin, isOfGitLab } from '../credential/registry-logins.ts'
import { roundedDown } from '../duration.ts'
import { capitalize, pluralize, registryLabel, responderLabel } from '../nouns.ts'
import { awsPolicyMeaning } from '../refusals/aws-policies.ts'
import { perimeterMeaning, perimeterOf, perimeterTitle } from '../refusals/perimeters.ts'
import {
  AT_NODE,
  CLOSED_MEANING,
  INACCESSIBLE,
  isAtNode,
  isInaccessible,
  isOpenImage,
  isUnasked,
  isUnidentified,
  mayBeSpoiled,
  notAllowed,
  OPEN_MEANING,
  ownReasonMeaning,
  providerMeaning,
  publicMeaning,
  spoiledMeaning,
  UNASKED,
  UNIDENTIFIED,
  UNREAD_LOGINS,
} from '../refusals/refusal-reasons.ts'
import { isSearched, SEARCHED } from '../searched.ts'
import {
  DENIAL_TITLE,
  isBroken,
  isMiswritten,
  isRefusedByEcr,
  perhapsNoLogin,
  wantsLogin,
} from './denial-titles.ts'

const isUsable = ({ credential }: Finding) => credential.status === 'usable'

function mirrorRefused({
  registry,
  clues,
  endpoint,
}: Pick<Finding, 'registry' | 'clues' | 'endpoint'>): string {
  const former = clueOf(clues, 'former-mirror')?.moved
  if (former !== undefined)
    return former.state === 'restricted'
      ? 'Unless the node is among those that the mirror still serves, neither a login nor another name changes that.'
      : 'Neither a login nor another name changes that.'
  if (isOpenMirror(endpoint?.host ?? ''))
    return `The mirror asks nobody for a login, so the pod's login is not the problem; the refusal says nothing about the image at ${registryLabel(registry)}.`
  if (clueOf(clues, 'peers-only')?.by === 'embedded-registry')
    return `The embedded registry of K3s or RKE2, which most likely answers there, knows the nodes of its cluster by their certificates, not by logins: the runtime sent no certificate that it accepts, and that says nothing about the image at ${registryLabel(registry)}.`
  return `The mirror requires a login and received none, refused the login that it received, or was refused by its own upstream: that says nothing about the image at ${registryLabel(registry)}.`
}

/** Returns that a login which is refused spoils pulls that need none; empty where every pull needs one. */
function evenPublic({ registry, evidence }: Pick<Finding, 'registry' | 'evidence'>): string {
  // The kubelet went on without a login, as the second of two errors shows.
  const isTriedWithout = /\bfetch anonymous token\b/i.test(evidence?.text ?? '')
  return cloudOf(registry) === 'ecr' || isEntitled(registry) || isTriedWithout
    ? ''
    : ' Even a public image fails while this login is sent.'
}

/** Whether a token server refused that answers 401 to a wrong login alone: what the account may not pull, it shows later, or with 403. */
function isOfLogin({ registry, clues, endpoint }: Finding): boolean {
  const isKnown = isDockerHub(registry ?? '') || registry === 'registry.gitlab.com'
  return isKnown && endpoint?.role === 'token' && hasClue(clues, 'unauthorized')
}

/** Whether the registry takes no password from this account; GitLab says so of any wrong login. */
function wantsToken(finding: Finding): boolean {
  return hasClue(finding.clues, 'token-wanted') && !isOfGitLab(finding)
}

const isOnNode = ({ clues }: Pick<Finding, 'clues'>) => hasClue(clues, 'on-node')

const ASKED_AGAIN =
  'The image is on the node, but the kubelet asks the registry again for a pod without a verified credential for it (KEP-2535, from Kubernetes 1.35 on by default).'

const NEWER =
  'the pull secret that the pod names was created or changed after the last attempt, so the next one sends the login that it has now.'

/** What the age of the pull secret says of the refusal; null if nothing. */
function ageMeaning({
  steps,
  credential: { cameLater, contradicted },
}: CauseContext['findings'][0]): string | null {
  if (cameLater && !contradicted) return `That says nothing about the pod's login yet: ${NEWER}`
  const token = steps.find(step => step.code === 'renew-token')
  return token === undefined
    ? null
    : `A token for this registry lasts ${pluralize(token.hours, 'hour')}, and secret ${token.secret} is ${roundedDown(token.seconds)} old: unless something has renewed it, the token in it has expired. Otherwise, its account isn't allowed to pull, or the image does not exist.`
}

const MEANING: Record<DenialSubcause, Sentence> = {
  ...CLOSED_MEANING,
  'no-credential-sent': [
    ['credential-provider', providerMeaning],
    [
      isBroken,
      'No login was sent: the pods name a pull secret, but the kubelet finds no usable login in it for this image.',
    ],
    [({ credential }) => credential.cameLater === true, `No login was sent: ${NEWER}`],
    [
      first => isUsable(first) && hasClue(first.clues, 'failed-otherwise'),
      'The attempt that was refused had no login. The pod has a pull secret that fits, so its login most likely met the server error, and nothing is known of the login itself.',
    ],
    [
      isUsable,
      "The registry saw no login, although the pod has a pull secret that fits: it was changed or added after the attempt, or the request went through a mirror or cache that doesn't use it.",
    ],
    noLoginMeaning,
  ],
  'credential-refused': [
    [
      perhapsNoLogin,
      'Both get the same answer (CRI-O says "invalid username/password" for every 401), and the pod has no login that fits; the node may have sent its own.',
    ],
    ['expired', first => `The login has expired.${evenPublic(first)}`],
    [
      wantsToken,
      first =>
        `${capitalize(registryLabel(first.registry))} asks this account for a personal access token in place of its password.${evenPublic(first)}`,
    ],
    ['faulted-login', first => `${faultedLogin(first)}${evenPublic(first)}`],
    [
      first => isUsable(first) && !isPublic(first.reference) && !isOfLogin(first),
      first =>
        `The login is wrong, expired, or revoked, or its account has no access to this image (a license or subscription may be needed).${evenPublic(first)}`,
    ],
    first => `The login is wrong, expired, or revoked.${evenPublic(first)}`,
  ],
  'not-permitted': context => {
    const [first] = context.findings
    const decided = clueOf(first.clues, 'aws-policy')
    const overrides = first.steps.some(({ code }) => code === 'lift-deny')
    if (decided !== undefined && overrides) return awsPolicyMeaning(decided.policy, decided.denies)
    if (isOfMirror(first)) return mirrorRefused(first)
    if (isUnidentified(first)) return UNIDENTIFIED
    return notAllowed(first)
  },
  'denied-or-missing': [
    [isOfMirror, mirrorRefused],
    [isInaccessible, INACCESSIBLE],
    [isOpenImage, OPEN_MEANING],
    [first => isOnNode(first) && !isUsable(first), ASKED_AGAIN],
    [({ reference }) => isPublic(reference), publicMeaning],
    [
      first => isUsable(first) && hasClue(first.clues, 'named-action'),
      'Harbor answers like this to an account that is not allowed to pull there (such as a robot account of another project), and to a login that it does not accept.',
    ],
    [
      first => isUsable(first) && hasClue(first.clues, 'runs-elsewhere'),
      'The account in the pull secret is not allowed to see the image, its login is no longer accepted, or the image was removed since other pods pulled it: the answer does not say which.',
    ],
    [
      first => isUsable(first) && first.registry === 'ghcr.io',
      'The image does not exist under this name, the account in the pull secret is not allowed to see it, or its token has expired or was revoked: ghcr.io gives the same answer for all three, and refuses even public images to such a token.',
    ],
    [
      isMiswritten,
      'Most likely, the registry refused the login because of a mistake in it; the image itself may be fine.',
    ],
    [
      isRefusedByEcr,
      'The login in the pull secret has expired (a token for ECR lasts for 12 hours), or its account is not allowed to pull the image: of an image that does not exist, ECR says so.',
    ],
    [
      first => isUsable(first) && hasClue(first.clues, 'unauthorized'),
      first =>
        `The image does not exist under this name, the account in the pull secret is not allowed to see it, or the login is wrong or expired: the answer of ${responderLabel(first)} (401) does not say which.`,
    ],
    [
      isUsable,
      first =>
        `The image does not exist under this name, or the account in the pull secret is not allowed to see it: ${responderLabel(first)} gives the same answer for both.`,
    ],
    [
      isBroken,
      first =>
        `The image is private or ${hasClue(first.clues, 'runs-elsewhere') ? 'was removed' : 'does not exist'}, and the kubelet finds no usable login in the pull secret that the pod names.`,
    ],
    [
      wantsLogin,
      'The registry refuses everyone until it receives a valid login; only then does its answer depend on the image.',
    ],
    [isAtNode, AT_NODE],
    [mayBeSpoiled, spoiledMeaning],
    [
      'runs-elsewhere',
      'The image is private, or it was removed since other pods pulled it; anonymous clients get the same answer for both.',
    ],
    'The image is private or does not exist; anonymous clients get the same answer for both.',
  ],
  unspecified: [
    [
      'basic-demanded',
      ({ registry }) =>
        `The answer asked for a user name and password, and ${registryLabel(registry)} itself only takes tokens: that says nothing about the image, or about the pod's login.`,
    ],
    ['node-login-file', UNREAD_LOGINS],
    [
      'unsent-login',
      'The runtime failed at the login itself, before the registry could refuse it: for example, it is not base64 of user:password, or contains a line break.',
    ],
    [
      'content-trust',
      "With Docker Content Trust, Docker's client asks a Notary server for the image's signatures before it pulls: its answer says nothing about the registry, the login, or the image.",
    ],
    ['own-reason', ownReasonMeaning],
    [isUnasked, UNASKED],
    [isBroken, 'The pods name a pull secret, but the kubelet finds no usable login in it for this image.'],
    'The registry does not say whether the login, the permission, or the name is the problem.',
  ],
}

function noLoginMeaning({ registry, steps, clues, evidence }: CauseContext['findings'][0]): string {
  if (isPartlyAnonymous({ evidence }))
    return "The registry refused an attempt without a login. Another attempt of the same pull failed otherwise, perhaps one with the node's own login."
  const how = steps.find(step => step.code === 'check-name')?.how
  const answers =
    how === 'owner' ? 'usually gives this answer' : how === 'hidden' ? 'gives the same answer' : null
  const same = `${capitalize(registryLabel(registry))} ${answers} for an image that does not exist.`
  const asked = isOnNode({ clues }) ? ` ${ASKED_AGAIN}` : ''
  return `No login was sent: neither the pod's pull secrets nor the node provided one.${answers === null ? '' : ` ${same}`}${asked}`
}

const subcauseOf = ({ findings: [{ subcause }] }: CauseContext) =>
  (subcause ?? 'unspecified') as DenialSubcause

export const authRequiredOrDenied: CauseWords = {
  credentials: 'used',
  short: context => {
    const [first] = context.findings
    const subcause = subcauseOf(context)
    if (isPageInstead(context)) return PAGE.short(first)
    if (isSearched(first)) return 'images that none of the searched registries has'
    if (hasClue(first.clues, 'credential-provider')) return 'a failing credential provider on the nodes'
    if (hasClue(first.clues, 'node-login-file')) return 'unreadable login files on the nodes'
    if (subcause === 'blocked') return `pulls blocked by ${perimeterOf(first)?.name ?? responderLabel(first)}`
    if (leads('unlock-image')(first)) return `images that are locked at ${responderLabel(first)}`
    if (subcause === 'policy')
      return `${hasClue(first.clues, 'storage-quota') ? 'a storage quota at' : 'a policy of'} ${responderLabel(first)}`
    if (subcause === 'upstream') return `the upstream registry of ${responderLabel(first)}`
    return `access denied by ${responderLabel(first)}`
  },
  title: context => {
    const [first] = context.findings
    if (isSearched(first)) return SEARCHED.title(first)
    return isPageInstead(context)
      ? PAGE.title(first)
      : (perimeterTitle(first) ?? sentenceFor(context, DENIAL_TITLE[subcauseOf(context)]))
  },
  meaning: context => {
    const [first] = context.findings
    if (isSearched(first)) return SEARCHED.meaning(first)
    return isPageInstead(context)
      ? PAGE.meaning(first)
      : (perimeterMeaning(first) ?? ageMeaning(first) ?? sentenceFor(context, MEANING[subcauseOf(context)]))
  },
}

/** Whether a web page refused without a word of a reason: something in between answered. */
function isPageInstead(context: CauseContext): boolean {
  const { clues } = context.findings[0]
  return hasClue(clues, 'web-page') && !['blocked', 'policy', 'upstream'].includes(subcauseOf(context))
}
