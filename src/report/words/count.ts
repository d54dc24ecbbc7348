/** Numbers in sentences: thousands are parted, nouns agree, long lists end early. */

/** `1,234`, whatever the machine's language. */
export function formatNumber(count: number): string {
  return String(count).replace(/\B(?=(\d{3})+$)/g, ',')
}

/** `1 pod`, `2 pods`, `50,000 pods`. */
export function pluralize(count: number, noun: string): string {
  return `${formatNumber(count)} ${noun}${count === 1 ? '' : 's'}`
}

/** The first few, and how many there are besides. */
export function shortList(names: readonly string[], shown: number): string {
  const rest = names.length - shown
  // "and 1 more" takes as much room as the one.
  if (rest <= 1) return names.join(', ')
  return `${names.slice(0, shown).join(', ')} and ${formatNumber(rest)} more`
}
