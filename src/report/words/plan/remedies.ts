/** The words of each remedy: as a choice at the terminal, as a flag, and as the reason for a change. */

import type { Finding, Remedy } from '../../../diagnosis/finding.ts'
import { isFixedImage } from '../../../image/fixed-tag.ts'
import { isInLibrary } from '../../../image/official-images.ts'
import type { EditingRemedy } from '../../../plan/change.ts'

interface RemedyWords {
  /** The label of the checkbox at the terminal. */
  choice: string
  /** What its flag does, for the help; for the two remedies that are on by default, what `--no-…` does. */
  help: string
}

interface EditWords extends RemedyWords {
  /** Why a template is changed, as a clause. */
  reason: string
  /** The flags of `fix` that do only this for a finding. */
  flags(finding: Finding): string
}

/** Switches official images to Amazon's public registry, which has those and no others; distributes no login. */
export const OFFICIAL_ELSEWHERE = '--replace-registry docker.io=public.ecr.aws/docker --no-authenticate'

export const REMEDY_WORDS: Record<Exclude<Remedy, EditingRemedy>, RemedyWords> &
  Record<EditingRemedy, EditWords> = {
  authenticate: {
    choice: "distribute this machine's login, and recreate the stuck pods",
    help: "don't distribute a login",
  },
  recreate: {
    choice: 'recreate the stuck pods: new ones get a login that is already there',
    help: "don't recreate stuck pods",
  },
  'pull-policy': {
    choice: "set pull policy IfNotPresent, so that nodes pull only images they don't have",
    help: 'set this pull policy',
    reason: 'the kubelet then pulls only images that are not on the node',
    flags: ({ reference }) =>
      `${isFixedImage(reference ?? '') ? '' : '--pin '}--pull-policy IfNotPresent --no-authenticate`,
  },
  pin: {
    choice: 'pin images to digests',
    help: 'pin images to their current digests',
    reason: 'tags can move between starts; a digest always names the same image',
    flags: () => '--pin --no-authenticate',
  },
  'replace-registry': {
    choice: 'pull Docker official images from public.ecr.aws',
    help: 'pull from elsewhere, such as docker.io=quay.io/x',
    reason: "the same image is available there, under another registry's limit",
    flags: ({ reference }) =>
      isInLibrary(reference) ? OFFICIAL_ELSEWHERE : '--no-authenticate --replace-registry docker.io=<mirror>',
  },
}
