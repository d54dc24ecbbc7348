/** Digits that YAML read as a number, mostly in values for Helm, and wrote back with an exponent: `1.7e+11.dkr.ecr…`, `app:2.4e+06`. */

/** Whether the image's name contains such a number; no valid name has a plus sign. */
export function hasUnquotedNumber(image: string): boolean {
  return /\d(?:\.\d+)?e\+\d+/i.test(image)
}
