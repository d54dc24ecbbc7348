/** The words of images that a plan leaves unchanged. */

import { shellWord } from '../../escape.ts'
import { pluralize } from '../count.ts'
import { objectName } from '../plan.ts'
import { type DeclinedWords, kubectl, rerunFix } from './declined-words.ts'

export const IMAGES = {
  'latest-needs-pin': {
    title: (_first, count) =>
      `With IfNotPresent, each node would keep whichever \`latest\` it pulled first (${pluralize(count, 'container')})`,
    detail: ({ container, image }) => `${container}: ${image}`,
    next: (_first, context) => rerunFix('Pin them as well', context, '--pin --pull-policy IfNotPresent'),
  },
  'no-digest': {
    title: (_first, count) => `Can't pin ${pluralize(count, 'image')}: no digest found`,
    detail: ({ container, image, detail }) =>
      `${container}: ${image}${detail === null ? '' : ` (${detail})`}`,
    next: () => ({
      text: 'Log in to the registry, or check that the image exists, then run the fix again',
    }),
  },
  'several-digests': {
    title: (_first, count) =>
      `${pluralize(count, 'image')} to pin ${count === 1 ? 'runs' : 'run'} as several digests, so none is chosen`,
    detail: ({ container, image, digests }) => `${container}: ${image} runs as ${digests.join(' and ')}`,
    next: ({ target, container, image, digests: [digest] }, context) => ({
      text: 'Choose one of them, such as',
      command: kubectl(
        context,
        target.namespace,
        `set image ${shellWord(objectName(target))} ${shellWord(`${container}=${image}@${digest}`)}`,
      ),
    }),
  },
  'no-replacement': {
    title: ({ absent }, count) =>
      absent
        ? `${pluralize(count, 'image')} not found at the other registry`
        : `${pluralize(count, 'image')} could not be checked at the other registry`,
    detail: ({ container, image, asked, detail }) =>
      `${container}: ${image}, asked for ${asked.join(' and ')}${detail === null ? '' : ` (${detail})`}`,
    next: ({ image }, context) =>
      rerunFix('Name the replacement image', context, `--replace-registry ${shellWord(image)}=<image>`),
  },
} satisfies Partial<DeclinedWords>
