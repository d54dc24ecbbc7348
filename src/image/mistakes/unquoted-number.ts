/** Digits that YAML read as a number, mostly in values for Helm, and wrote back with an exponent: `1.7e+11.dkr.ecr…`, `app:2.4e+06`. */

/** After letters that a commit's hash can have, such digits are the end of one, before a plus sign that no name can have either. */
const NUMBER = /(?<![\da-f])\d+(?:\.\d+)?e\+\d{1,3}(?!\d)/i

/** Whether the image's name contains such a number. */
export function hasUnquotedNumber(image: string): boolean {
  return NUMBER.test(image)
}
