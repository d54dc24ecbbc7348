/** The order of texts in everything that is printed or saved: by UTF-16 code units, which is the same on every machine. */

/** For `sort`. */
export function compareText(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0
}

/** For `sort` by one text of each item. */
export function byText<Item>(textOf: (item: Item) => string): (a: Item, b: Item) => number {
  return (a, b) => compareText(textOf(a), textOf(b))
}

/** For `sort` of what has a name and no namespace. */
export const byName = byText<{ name: string }>(({ name }) => name)
