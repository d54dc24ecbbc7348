/** Finds the likely full name of an image that is written without a registry, by the images that are known to be elsewhere. */

import { compareText } from '../../order.ts'
import { isDockerHub } from '../docker-hub.ts'
import { OFFICIAL_IMAGES } from '../official-images.ts'
import { fullName, fullRepository, parseReference, type Reference } from '../reference.ts'
import { isPublic } from '../registries.ts'

/** A full name that an image without a registry may have. */
export interface NameBeside {
  /** With its registry, and with the tag and the digest as written. */
  name: string
  /** The known image that suggests this name, without tag and digest. */
  beside: string
  /** Whether both are the same repository, or only in one project. */
  same: boolean
}

/** First words of names that any project may have. */
const COMMON_WORDS =
  /^(?:.{0,3}|test|demo|node|base|java|main|hello|sample|example|simple|python|front(?:end)?|back(?:end)?|service|server|client|worker|proxy)$/

/**
 * Returns how to find the likely full name of an image that is written without a registry, by the images that are known to be elsewhere: one
 * with the same path, in the same project, or whose name begins with the same word (`acme-web` beside `acme-api`). Null if there is none, and
 * for official images. @param known full names, or names as written; asked once, when the first name is looked for
 */
export function namesBeside(known: () => Iterable<string>): (image: string) => NameBeside | null {
  let elsewhere: Reference[] | null = null
  const found = new Map<string, NameBeside | null>()
  return image => {
    const before = found.get(image)
    if (before !== undefined) return before
    elsewhere ??= [...new Set(known())]
      .flatMap(each => parseReference(each) ?? [])
      .filter(reference => !isDockerHub(reference.registry) && !isPublic(fullName(reference)))
    const name = nearest(image, elsewhere)
    found.set(image, name)
    return name
  }
}

function nearest(image: string, elsewhere: readonly Reference[]): NameBeside | null {
  const path = /^[a-z0-9][a-z0-9/_-]*(?=[:@]|$)/.exec(image)?.[0]
  const official = path !== undefined && OFFICIAL_IMAGES.includes(path)
  if (path === undefined || path.startsWith('localhost/') || official || parseReference(image) === null)
    return null
  const ranked = elsewhere.flatMap(known => {
    const full = besideOf(path, known.repository)
    if (full === null) return []
    const beside = fullRepository(known)
    const same = full === known.repository
    const name = `${known.registry}/${full}${image.slice(path.length)}`
    return [{ name, beside, same }]
  })
  const bySameness = (one: NameBeside, other: NameBeside) =>
    Number(other.same) - Number(one.same) || compareText(one.beside, other.beside)
  return ranked.sort(bySameness)[0] ?? null
}

/** The path that the image has if it is where the known repository is; null if nothing connects the two. */
function besideOf(path: string, known: string): string | null {
  if (known === path || known.endsWith(`/${path}`)) return known
  const [project = '', ...rest] = path.split('/')
  if (rest.length > 0) return known.startsWith(`${project}/`) ? path : null
  const folder = known.slice(0, known.lastIndexOf('/') + 1)
  const [word = ''] = path.split('-')
  const alike = path.includes('-') && known.slice(folder.length).startsWith(`${word}-`)
  const isCommon = COMMON_WORDS.test(word) || OFFICIAL_IMAGES.includes(word)
  return alike && folder !== '' && !isCommon ? folder + path : null
}
