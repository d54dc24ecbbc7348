/** The words of images that a plan leaves as they are written. */

import { shellWord } from '../../escape.ts'
import { counted } from '../count.ts'
import { objectName } from '../plan.ts'
import { again, type DeclinedWords, kubectl } from './declined-words.ts'

export const IMAGES = {
  'latest-needs-pin': {
    title: (_first, count) =>
      `With IfNotPresent, each node would keep whichever \`latest\` it pulled first (${counted(count, 'container')})`,
    says: ({ container, image }) => `${container}: ${image}`,
    next: (_first, place) => again('Pin them as well', place, '--pin --pull-policy IfNotPresent'),
  },
  'no-digest': {
    title: (_first, count) => `Can't pin ${counted(count, 'image')}: no digest found`,
    says: ({ container, image, detail }) => `${container}: ${image}${detail === null ? '' : ` (${detail})`}`,
    next: () => ({ say: 'Log in to the registry, or check that the image is there, then run the fix again' }),
  },
  'several-digests': {
    title: (_first, count) =>
      `${counted(count, 'image')} to pin ${count === 1 ? 'runs' : 'run'} as several digests, so none is chosen`,
    says: ({ container, image, digests }) => `${container}: ${image} runs as ${digests.join(' and ')}`,
    next: ({ target, container, image, digests: [digest] }, place) => ({
      say: 'Choose one of them, such as',
      command: kubectl(
        place,
        target.namespace,
        `set image ${shellWord(objectName(target))} ${shellWord(`${container}=${image}@${digest}`)}`,
      ),
    }),
  },
  'no-replacement': {
    title: ({ absent }, count) =>
      absent
        ? `${counted(count, 'image')} not found at the other registry`
        : `${counted(count, 'image')} could not be checked at the other registry`,
    says: ({ container, image, asked, detail }) =>
      `${container}: ${image}, asked for ${asked.join(' and ')}${detail === null ? '' : ` (${detail})`}`,
    next: ({ image }, place) =>
      again('Name the replacement image', place, `--replace-registry ${shellWord(image)}=<image>`),
  },
} satisfies Partial<DeclinedWords>
