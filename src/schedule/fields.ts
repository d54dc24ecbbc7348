/** Parses the five fields of a schedule as Kubernetes does (robfig/cron v3 parser.go), and writes them so that any parser agrees. */

interface Bounds {
  least: number
  most: number
  names: readonly string[]
}

const MONTHS = ['jan', 'feb', 'mar', 'apr', 'may', 'jun', 'jul', 'aug', 'sep', 'oct', 'nov', 'dec']
const DAYS = ['sun', 'mon', 'tue', 'wed', 'thu', 'fri', 'sat']
const FIELDS: readonly Bounds[] = [
  { least: 0, most: 59, names: [] },
  { least: 0, most: 23, names: [] },
  { least: 1, most: 31, names: [] },
  { least: 1, most: 12, names: MONTHS },
  { least: 0, most: 6, names: DAYS },
]

/** The names of schedules; upper case is refused. */
const NAMED = new Map([
  ['@yearly', '0 0 1 1 *'],
  ['@annually', '0 0 1 1 *'],
  ['@monthly', '0 0 1 * *'],
  ['@weekly', '0 0 * * 0'],
  ['@daily', '0 0 * * *'],
  ['@midnight', '0 0 * * *'],
  ['@hourly', '0 * * * *'],
])

/**
 * The schedule with each field as `*` or a list of numbers; null if Kubernetes refuses the schedule. A step of one leaves a star a star, which
 * matters for days: they have to match both fields if one is a star, else either.
 */
export function plainSchedule(expression: string): string | null {
  const fields = (NAMED.get(expression) ?? expression).split(/\s+/).filter(text => text !== '')
  if (fields.length !== FIELDS.length) return null
  const plain = FIELDS.map((bounds, index) => plainField(fields[index] ?? '', bounds))
  return plain.includes(null) ? null : plain.join(' ')
}

function plainField(field: string, bounds: Bounds): string | null {
  const ranges = field
    .split(',')
    .filter(part => part !== '')
    .map(part => rangeOf(part, bounds))
  const numbers = new Set<number>()
  for (const range of ranges) {
    if (range === null) return null
    for (let number = range.start; number <= range.end; number += range.step) numbers.add(number)
  }
  if (ranges.some(range => range?.isStar)) return '*'
  return numbers.size === 0 ? null : [...numbers].sort((one, other) => one - other).join(',')
}

interface Range {
  start: number
  end: number
  step: number
  isStar: boolean
}

/** `*`, `?`, `3`, `3-9`, each with a step behind a slash; `3/5` runs from 3 to the end. */
function rangeOf(part: string, bounds: Bounds): Range | null {
  const [text = '', stepText, ...more] = part.split('/')
  const [low = '', high, ...others] = text.split('-')
  const step = stepText === undefined ? 1 : numberIn(stepText)
  if (more.length > 0 || step === null || step === 0) return null
  if (low === '*' || low === '?') return { start: bounds.least, end: bounds.most, step, isStar: step === 1 }
  const start = numberIn(low, bounds.names, bounds.least)
  const written = high === undefined ? start : numberIn(high, bounds.names, bounds.least)
  const end = high === undefined && stepText !== undefined ? bounds.most : written
  if (others.length > 0 || start === null || end === null) return null
  const isWithin = bounds.least <= start && start <= end && end <= bounds.most
  return isWithin ? { start, end, step, isStar: false } : null
}

function numberIn(text: string, names: readonly string[] = [], first = 0): number | null {
  const index = names.indexOf(text.toLowerCase())
  if (index !== -1) return index + first
  return /^\+?\d{1,9}$/.test(text) ? Number(text) : null
}
