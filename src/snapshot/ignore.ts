/** How people exempt objects from rules: in an annotation, or in a comment beside or above the value. */

/** The annotation, on an object or its pod template. */
export const IGNORE_ANNOTATION = 'pullguard.dev/ignore'

/** Returns the rules named in an annotation's value or a comment: `no-tag, no-digest`; `all` means every rule. */
export function ignoredRules(text: string): string[] {
  return text.split(/[\s,]+/).filter(word => word !== '')
}
