/** One escaper a sink. Each takes raw text, sanitizes it first, and gives back what the sink shows as plain text. */

import { sanitizeLine } from './sanitize.ts'

/** What an empty cell shows, as kubectl does. */
const NONE = '<none>'

/** A cell of plain columns: never empty, and without two blanks in a row, which part the columns. */
export function cell(text: string | null): string {
  const shown = sanitizeLine(text ?? '').replace(/ {2,}/g, ' ')
  return shown === '' ? NONE : shown
}

/**
 * Prose in Markdown. HTML and structure are escaped; mentions, issue numbers and bare links are broken by an empty comment,
 * because GitHub and GitLab look for them after backslashes and entities are resolved.
 */
export function markdownText(text: string): string {
  return sanitizeLine(text)
    .replace(/&/g, '&amp;')
    .replace(/</g, '&lt;')
    .replace(/>/g, '&gt;')
    .replace(/[\\`*_[\]|~$]/g, '\\$&')
    .replace(/^(\d*)([-+=#.)])/, '$1\\$2')
    .replace(/[@#]|:(?=\/\/)|www(?=\.)/gi, '$&<!-- -->')
}

/** A name or a command in Markdown: a code span, where nothing is obeyed. A pipe would end a table's cell even there. */
export function markdownCode(text: string): string {
  const shown = sanitizeLine(text).replaceAll('|', '\\u007c')
  const ticks = shown.match(/`+/g) ?? []
  const fence = '`'.repeat(1 + ticks.reduce((longest, run) => Math.max(longest, run.length), 0))
  const pad = /^`|`$/.test(shown) || shown === '' ? ' ' : ''
  return `${fence}${pad}${shown}${pad}${fence}`
}

const XML_ENTITIES: Record<string, string> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&apos;',
}

/** Text or attribute of XML; characters that XML 1.0 forbids are already spelled out. */
export function xml(text: string): string {
  return sanitizeLine(text).replace(/[&<>"']/g, mark => XML_ENTITIES[mark] ?? '')
}

/** The message of a GitHub workflow command; the lines are joined by the runner's own escape. */
export function workflowMessage(lines: string[]): string {
  return lines.map(line => sanitizeLine(line).replaceAll('%', '%25')).join('%0A')
}

/** A property of a GitHub workflow command, such as its title. */
export function workflowProperty(text: string): string {
  return sanitizeLine(text).replaceAll('%', '%25').replaceAll(':', '%3A').replaceAll(',', '%2C')
}

/** A word of a command line that somebody will paste into a shell. */
export function shellWord(text: string): string {
  const shown = sanitizeLine(text)
  return /^[\w@%+=:,./-]+$/.test(shown) ? shown : `'${shown.replaceAll("'", `'\\''`)}'`
}

/**
 * A command line cut into its words, each as it is written: what stands in quotes or behind a backslash belongs to its word, as the shell reads
 * it. Joined by blanks they are the same command.
 */
export function shellWords(command: string): string[] {
  return command.match(/(?:[^\s'"\\]|'[^']*(?:'|$)|"(?:[^"\\]|\\[\s\S])*(?:"|$)|\\(?:[\s\S]|$))+/g) ?? []
}
