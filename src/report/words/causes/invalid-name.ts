/** The words of image names that can't be read, or that a registry does not accept. */

import { clueOf, hasClue } from '../../../diagnosis/clues/clue.ts'
import type { Finding } from '../../../diagnosis/finding.ts'
import { readReference } from '../../../image/reference.ts'
import type { CauseWords } from '../cause-words.ts'
import { responderLabel } from '../nouns.ts'

/** Shared by all causes that a name of this kind can have. */
export const IMAGE_ID =
  'The name has the form of an image ID, as clients list it: an ID identifies an image on one machine, and no registry knows an image by it.'

export const invalidReference: CauseWords = {
  short: [
    ['placeholder', 'placeholders in image names'],
    ['tag-and-digest', 'image names with both a tag and a digest'],
    [isRejected, 'image names that a registry does not accept'],
    'invalid image names',
  ],
  title: [
    ['unquoted-number', 'The image name contains a number in scientific notation'],
    ['image-id', 'The image is named by its ID, not by its name'],
    ['placeholder', 'The image name still contains a placeholder'],
    ['short-name', "The node doesn't complete the short image name"],
    ['surplus-tag', surplusTitle],
    ['tag-and-digest', 'The image name has both a tag and a digest'],
    [isRejected, { does: "does not accept the image's name" }],
    'The image name is invalid',
  ],
  meaning: [
    [
      'unquoted-number',
      "A number without quotes in a YAML file or in chart values was read as a float and became something like 1.7e+11; no part of an image's name can contain a plus sign.",
    ],
    ['image-id', IMAGE_ID],
    [
      ({ clues }) => (clueOf(clues, 'placeholder')?.of ?? 'template') !== 'template',
      'The manifest was applied straight from the source code: its build tool should have replaced the name with that of the image it built.',
    ],
    ['placeholder', 'A variable or template value was never filled in.'],
    // A timestamp may contain spaces.
    ['surplus-tag', surplusMeaning],
    [
      'stray-character',
      first =>
        `The name contains ${straySign(first)}, which most likely came from the template or the values that it was rendered from.`,
    ],
    [
      'short-name',
      "The node's runtime takes short names only from registries that it is configured to search, and this one is ambiguous or in none of them.",
    ],
    [
      'tag-and-digest',
      'Kubernetes and most runtimes accept such a name and use only its digest, but the program that reads it here refuses it, as the signature check of CRI-O 1.31.0 does (cri-o/cri-o#8603).',
    ],
    [
      isRejected,
      first =>
        `The name follows the rules of image names, but not those of ${responderLabel(first)}, which may require a certain number of parts or allow fewer characters.`,
    ],
    [
      first => refusalOf(first) !== null,
      first => `The name breaks the rules of image names: ${refusalOf(first)}.`,
    ],
    'The name breaks the rules of image names (uppercase letters, spaces, a scheme, a stray colon or slash), or is too short to be unique.',
  ],
}

/** Why the name can't be read, as a clause; null if it can. */
function refusalOf({ image }: Pick<Finding, 'image'>): string | null {
  const read = readReference(image)
  return 'refused' in read ? read.refused : null
}

/** Whether the registry refused a name that parses. */
function isRejected({ clues, reference }: Pick<Finding, 'clues' | 'reference'>): boolean {
  return reference !== null && hasClue(clues, 'rejected-name')
}

const surplusOf = ({ clues }: Pick<Finding, 'clues'>) => clueOf(clues, 'surplus-tag')

function surplusTitle(finding: Pick<Finding, 'clues'>): string {
  const found = surplusOf(finding)
  switch (found?.kind) {
    case 'after-digest':
      return 'The image name has a tag after its digest'
    case 'digest-as-tag':
      return 'The image name has a digest in place of a tag'
    case 'colon':
      return 'The image name ends in a colon'
    case 'timestamp':
      return 'The image name has a timestamp in place of its tag'
    default:
      return found?.kept === found?.surplus
        ? 'The image name has its tag twice'
        : 'The image name has two tags'
  }
}

function surplusMeaning(finding: Pick<Finding, 'clues'>): string {
  const found = surplusOf(finding)
  switch (found?.kind) {
    case 'digest-as-tag':
      return 'A digest follows an "@"; after a colon, a tag is expected, and no tag contains a colon.'
    case 'timestamp':
      return `The tag is a date, ${found.kept}: without quotes, YAML reads that as a point in time, and whatever rendered the name wrote it with the time of day. No tag contains a colon.`
    default:
      return 'Most often, a chart or template adds ":" and a tag to a value that has a tag or digest already.'
  }
}

/** Returns what does not belong in a name. */
function straySign({ clues }: Pick<Finding, 'clues'>): string {
  const stray = clueOf(clues, 'stray-character')
  return stray?.sign === 'quote' ? 'quotation marks' : 'whitespace'
}
