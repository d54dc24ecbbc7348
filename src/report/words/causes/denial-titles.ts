/** The titles of refused pulls, and what in a refusal both its title and its meaning depend on. */

import { hasClue } from '../../../diagnosis/clues/clue.ts'
import type { DenialSubcause, Finding } from '../../../diagnosis/finding.ts'
import { cloudOf } from '../../../image/cloud-registries.ts'
import { isEntitled, isPublic } from '../../../image/registries.ts'
import { isOfMirror, leads, type Sentence } from '../cause-words.ts'
import { registryLabel } from '../nouns.ts'
import {
  CLOSED_TITLE,
  isAtNode,
  isInaccessible,
  isOpenImage,
  isUnasked,
  isUnexplained,
  isUnidentified,
  mayBeSpoiled,
  openTitle,
  providerTitle,
} from '../refusals/refusal-reasons.ts'

/** The pod names a pull secret that the kubelet can't use. */
export const isBroken = ({ credential }: Finding) => credential.status === 'broken'

/** The pod's login can be sent, but something in it shows a mistake. */
export const isMiswritten = leads(
  'cut-user-name',
  'foreign-user-name',
  'padded-login',
  'write-password',
  'overridden-login',
)

/** Its pull secrets are only for other images of the registry, or for the registry in other regions. */
const isForOthers = ({ credential: { status, attempts } }: Finding) =>
  status === 'broken' && attempts.every(({ problem }) => problem === 'other-registry')

export const DENIAL_TITLE: Record<DenialSubcause, Sentence> = {
  ...CLOSED_TITLE,
  'no-credential-sent': [
    ['credential-provider', providerTitle],
    [isForOthers, { does: "refused a pull without a login: the pod's pull secret is not for this image" }],
    [isBroken, { does: "refused a pull without a login: the pod's pull secret can't be used" }],
    { does: 'refused a pull without a login' },
  ],
  'credential-refused': [
    [perhapsNoLogin, { does: 'received no login, or refused the one that was sent' }],
    { does: 'refused the login that was sent' },
  ],
  'not-permitted': [
    [first => isOfMirror(first) || isUnidentified(first), { does: 'refused the pull' }],
    [isUnexplained, { does: 'refused the pull, although a login was sent' }],
    { does: 'does not allow this identity to pull the image' },
  ],
  'denied-or-missing': [
    [isOfMirror, { does: 'refused the pull' }],
    [
      isInaccessible,
      ({ registry }) => `Azure Container Instances can't access the image at ${registryLabel(registry)}`,
    ],
    [isOpenImage, openTitle],
    [
      ({ reference }) => isPublic(reference),
      ({ registry }) => `${registryLabel(registry)} has no such image, or hides that it has none`,
    ],
    [isBroken, { does: "denied the pull, and the pod's pull secret can't be used" }],
    [isMiswritten, { does: "denied the pull, and the login in the pod's pull secret looks wrong" }],
    [wantsLogin, { does: 'received no login that it accepts' }],
    [
      isRefusedByEcr,
      { does: "refused the login in the pod's pull secret, or does not let it pull the image" },
    ],
    [isAtNode, { does: 'on the node itself refused the pull' }],
    [
      mayBeSpoiled,
      { does: 'denied the pull: the image is private or does not exist, or a login has expired' },
    ],
    ['runs-elsewhere', { does: 'denied the pull of an image that other pods run' }],
    { does: 'denied the pull: the image is private or does not exist' },
  ],
  unspecified: [
    [
      'basic-demanded',
      ({ registry }) =>
        `A mirror or proxy answered in place of ${registryLabel(registry)}, and requires a login`,
    ],
    ['node-login-file', "The file with the node's own logins can't be used"],
    ['unsent-login', ({ registry }) => `The login for ${registryLabel(registry)} can't be read or sent`],
    [isUnasked, ({ registry }) => `A pull secret can't be used, so ${registryLabel(registry)} was not asked`],
    [isBroken, { does: "refused the pull, and the pod's pull secret can't be used" }],
    ['content-trust', "The server for the image's signatures (Notary) refused Docker's client"],
    ['own-reason', { does: 'refused the pull for a reason of its own' }],
    { does: 'refused the pull' },
  ],
}

/** Whether the refusal is about the login alone: a 401 of a cloud's registry, or any refusal where every image needs a login. */
export function wantsLogin({ registry, clues, credential }: Finding): boolean {
  const cloud = cloudOf(registry)
  const isRefused = (cloud === 'ecr' || cloud === 'acr') && hasClue(clues, 'unauthorized')
  return isRefused || (isEntitled(registry) && credential.status !== 'usable')
}

/** Whether ECR refused the pod's own login: what it does not have, it answers with 404. */
export function isRefusedByEcr({ registry, credential, endpoint }: Finding): boolean {
  return cloudOf(registry) === 'ecr' && credential.status === 'usable' && endpoint?.role !== 'mirror'
}

/** Whether the text does not show that a login was sent, and the pod had none to send. */
export function perhapsNoLogin({ credential, clues }: Pick<Finding, 'credential' | 'clues'>): boolean {
  const { status } = credential
  return hasClue(clues, 'ambiguous-refusal') && (status === 'none' || status === 'broken')
}
