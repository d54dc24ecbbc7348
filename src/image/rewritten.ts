/** Whether a pod's image can be its template's, rewritten at admission: webhooks and policies for mirrors and pinned digests do that. */

import { placeholderIn } from './mistakes/placeholder.ts'
import { effectiveTag, parseReference, type Reference } from './reference.ts'

/** What Zarf's webhook adds to the tag: a CRC of 32 bits, which nearly always has six digits or more (zarf-dev/zarf, src/pkg/transform/image.go). */
const ZARF = /-zarf-\d{6,10}(?=$|@)/

/** Whether Zarf's webhook gave the image its name, which is at Zarf's registry. */
export function isOfZarf(image: string): boolean {
  return ZARF.test(image)
}

/**
 * Whether a webhook can have made the image of this template's: another registry and folder, more in front of the path, and an added digest.
 * Also true for the same image, and for a placeholder, such as Istio's `auto`, for which a webhook writes any name. If one of the names does not
 * parse, the image's has to end with the template's.
 */
export function couldBeRewritten(image: string, template: string): boolean {
  if (placeholderIn(template) !== null) return true
  const [of, from] = [parseReference(image.replace(ZARF, '')), parseReference(template)]
  if (of === null || from === null) return image.endsWith(template)
  if (!endsLike(of, from)) return false
  if (from.digest !== null) return of.digest === from.digest
  return of.digest !== null && of.tag === null
    ? true
    : effectiveTag({ ...of, digest: null }) === effectiveTag(from)
}

/** Whether the paths end in the same way. For another registry, a rule may map folders as it likes, or join them to one name. */
function endsLike(of: Reference, from: Reference): boolean {
  const path = from.repository.replace(/^library\//, '')
  // A first part in capitals counts as a host, too.
  if (of.registry === from.registry || !/[.:]|^localhost$/.test(of.registry))
    return `/${of.repository}`.endsWith(`/${path}`)
  const last = path.slice(path.lastIndexOf('/') + 1)
  return of.repository.endsWith(last) && /^$|[/_-]$/.test(of.repository.slice(0, -last.length))
}
