/** Tables whose rows have titles. */

/** The rows for `test.each`, each with its title in front. */
export function titled<Row extends unknown[]>(table: Record<string, Row>): [string, ...Row][] {
  return Object.entries(table).map(([title, row]) => [title, ...row])
}
