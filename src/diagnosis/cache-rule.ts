/**
 * What Azure Container Registry says of a rule of its artifact cache, by which it fetches an image from another registry (Azure/acr#599, #754,
 * #772, #892): it took the login of the node or pod, and its own request failed.
 */

/** Matches masked texts, too. */
export const OF_CACHE_RULE = /\bfor cache rule\b/i

const RULE = /(?:\bfrom source ['"]([^\s'"]{1,300})['"] )?\bfor cache rule ['"]([\w-]{1,100})['"]/i

/** The rule by its name, and the repository that it asked for, with its registry; null if the text names none. */
export interface CacheRule {
  rule: string
  source: string | null
}

/** The rule whose request failed; null if the text is about none. */
export function cacheRuleIn(text: string): CacheRule | null {
  const [, source = null, rule] = RULE.exec(text) ?? []
  return rule === undefined ? null : { rule, source }
}
