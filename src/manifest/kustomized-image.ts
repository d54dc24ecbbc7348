/** Changes an image as a kustomization's `images` does (kustomize, api/filters/imagetag and api/internal/image). */

/** One entry of `images`. Empty: the field is not there. */
export interface ImageRule {
  name: string
  newName: string
  newTag: string
  digest: string
  tagSuffix: string
}

/** What may follow the name: a tag, which may have placeholders in braces, and a digest. */
const REST = /^(?::[\w.{}-]*)?(?:@[A-Za-z0-9]+(?:[+._-][A-Za-z0-9]+)*:[\w.{}-]*)?$/

/** The image as kustomize writes it; null if the rule is not about it. */
export function kustomizedImage(image: string, rule: ImageRule): string | null {
  if (!image.startsWith(rule.name) || !REST.test(image.slice(rule.name.length))) return null
  const { name, ...version } = partsOf(image)
  const { tag, digest } = versionAfter(version, rule)
  return `${rule.newName || name}${tag && `:${tag}`}${digest && `@${digest}`}`
}

interface Version {
  tag: string
  digest: string
}

function partsOf(image: string): Version & { name: string } {
  const [tagged = '', digest = ''] = image.split('@', 2)
  const colon = tagged.indexOf(':', tagged.indexOf('/') + 1)
  if (colon < 0) return { name: tagged, tag: '', digest }
  return { name: tagged.slice(0, colon), tag: tagged.slice(colon + 1), digest }
}

/** A new tag or digest replaces both. */
function versionAfter(before: Version, { newTag, digest, tagSuffix }: ImageRule): Version {
  if (newTag !== '' || digest !== '') return { tag: newTag, digest }
  return tagSuffix === '' ? before : { tag: before.tag + tagSuffix, digest: '' }
}
