/** Says what keeps a text from being an image reference. Only called for texts that the grammar has refused already. */

import { isSupportedDigest, LONGEST_REPOSITORY, splitRegistry } from './grammar.ts'

interface Parts {
  text: string
  registry: string
  path: string
  /** null where there is no colon or at sign at all; empty where nothing follows it. */
  tag: string | null
  digest: string | null
}

/** Tried in order; the first that speaks is the reason. */
const RULES: ((parts: Parts) => string | false)[] = [
  ({ text }) => text === '' && 'it is empty',
  ({ text }) => /\$[{(\w]|\{\{/.test(text) && 'a placeholder in it has not been filled in',
  ({ text }) => /\s/.test(text) && 'it has white space in it',
  ({ text }) => /[^\x21-\x7e]/.test(text) && 'it has characters other than plain ASCII',
  ({ text }) => /^[a-z]+:\/\//i.test(text) && 'it starts with a scheme; write it from the registry on',
  ({ text }) => /^[a-f0-9]{64}$/.test(text) && 'a name of 64 hexadecimal digits is kept for image IDs',
  ({ digest }) => digest !== null && digestRefusal(digest),
  ({ path }) => path === '' && 'the repository is missing',
  ({ path }) =>
    path.toLowerCase() !== path && `the repository must be lower case: "${path.replace(/^library\//, '')}"`,
  ({ path }) =>
    path.length > LONGEST_REPOSITORY &&
    `the repository has ${path.length} characters; at most ${LONGEST_REPOSITORY} are allowed`,
  ({ path }) => componentRefusal(path),
  ({ tag }) => tag !== null && tagRefusal(tag),
  ({ registry }) => `"${registry}" is not a registry host`,
]

/** One clause without a full stop. */
export function explainRefusal(text: string): string {
  const parts = partsOf(text)
  for (const rule of RULES) {
    const said = rule(parts)
    if (said !== false) return said
  }
  return 'it does not fit the grammar of image references'
}

function partsOf(text: string): Parts {
  const { registry, remainder } = splitRegistry(text)
  const [named = '', ...digest] = remainder.split('@')
  const colon = named.indexOf(':', named.lastIndexOf('/') + 1)
  const full = colon === -1 ? named : named.slice(0, colon)
  return {
    text,
    registry,
    path: full === 'library/' ? '' : full,
    tag: colon === -1 ? null : named.slice(colon + 1),
    digest: digest.length === 0 ? null : digest.join('@'),
  }
}

function digestRefusal(digest: string): string | false {
  if (isSupportedDigest(digest)) return false
  if (digest === '') return 'nothing follows the @; a digest such as sha256:… belongs there'
  const [algorithm = '', hex = ''] = digest.split(':')
  if (!['sha256', 'sha384', 'sha512'].includes(algorithm)) {
    return `the digest "${digest}" is not of a known algorithm (sha256, sha384, sha512)`
  }
  return /^[0-9a-f]*$/.test(hex)
    ? `the digest has ${hex.length} digits, which is not the length of a ${algorithm}`
    : 'the digest must be hexadecimal, in lower case'
}

function componentRefusal(path: string): string | false {
  const wrong = path.split('/').find(part => !/^[a-z0-9]+(?:(?:[._]|__|-+)[a-z0-9]+)*$/.test(part))
  if (wrong === undefined) return false
  if (wrong === '') return 'it has an empty part between slashes'
  return `the part "${wrong}" may only have letters, digits and, between them, ".", "_", "__" or "-"`
}

function tagRefusal(tag: string): string | false {
  if (tag === '') return 'nothing follows the colon; a tag belongs there'
  if (tag.length > 128) return `the tag has ${tag.length} characters; at most 128 are allowed`
  return !/^\w[\w.-]*$/.test(tag) && `the tag "${tag}" may only have letters, digits, "_", "." and "-"`
}
