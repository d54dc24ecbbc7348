/** Recognizes a registry's demands for one repository (a login, terms, another host). They override what pullguard knows of the registry. */

const HOST =
  '((?:[a-z0-9-]{1,63}\\.){1,6}[a-z]{2,24}(?::\\d{1,5})?)(?:/([a-z0-9][a-z0-9._/-]{0,200}[a-z0-9]))?(?![\\w@-])'
const PLACE = '(?:on|at|from|in|via|through|under)'
const HELD = '(?:available|served|hosted|published)'
/** Red Hat: `This repo requires terms acceptance and is only available on registry.redhat.io` (rhdh-local#20, fuse-online-install#139). */
const SERVED_AT = [
  `\\b(?:only|exclusively|now) ${HELD} ${PLACE} ${HOST}`,
  `\\b${HELD} (?:only|exclusively|now) ${PLACE} ${HOST}`,
  `\\b(?:has|have|was|were)(?: been)? (?:moved|migrated|relocated) to ${HOST}`,
  `\\b(?:please )?(?:use|pull (?:it )?from) ${HOST} instead\\b`,
].map(words => new RegExp(words, 'i'))
/** Sites for people, which serve no images. */
const SITE =
  /^(?:www|docs?|help|learn|blog|developers?|portal|console|access|catalog|support|hub|aka)\.|^git(?:hub|lab)\.com$/i

/** Where the registry says that the image is. */
export interface OtherPlace {
  host: string
  /** null if the text names only the host. */
  repository: string | null
}

/** The registry at which this one says that the image is, instead; null if it names no other. */
export function servedAt(text: string, registry: string | null): OtherPlace | null {
  const [, place, repository = null] =
    SERVED_AT.map(words => words.exec(text)).find(found => found !== null) ?? []
  const host = place?.toLowerCase()
  return host === undefined || SITE.test(host) || host === registry ? null : { host, repository }
}

const TERMS =
  /\bterms acceptance\b|\b(?:accept|agree to|agreed to|accepted|accepting) (?:\S{1,40} ){0,6}(?:terms|licen[cs]es?|eula|agreements?)\b|\b(?:terms|licen[cs]e|eula|agreement) (?:\S{1,40} ){0,4}(?:not |be )?accepted\b/i

/** Whether the registry gives the image only to accounts that have accepted its terms or its license. */
export function demandsTerms(text: string): boolean {
  return TERMS.test(text)
}

/** "Authentication required" is what registries say of any 401, and Docker's "may require 'docker login'" is of any refusal. */
const LOGIN =
  /\bplease (?:log ?in|sign in|authenticate)\b|\blogin (?:is )?required\b|(?<!\bmay )\brequires? (?:an? )?(?:\w+ )?(?:login|log-?in|subscription|entitlement|registration)\b|\bmust (?:be logged in|log ?in|sign in|authenticate)\b/i

/** Whether the registry says that this repository needs a login. */
export function demandsLogin(text: string): boolean {
  return LOGIN.test(text) || demandsTerms(text)
}
