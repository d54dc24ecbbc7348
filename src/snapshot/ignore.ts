/** How people say that a rule is not to be applied: in an annotation, or in a comment beside or above the value. */

/** The annotation of an object or its pod template. */
export const IGNORE_ANNOTATION = 'pullguard.dev/ignore'

/** The rules that an annotation's value or a comment names: `no-tag, no-digest`; `all` is every rule. */
export function ignoredRules(text: string): string[] {
  return text.split(/[\s,]+/).filter(word => word !== '')
}
