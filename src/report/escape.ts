/** One escaper per sink. Each sanitizes raw text and escapes it, so that the sink displays it as plain text. */

import { sanitizeLine } from './sanitize.ts'

/** The text of an empty cell, as in kubectl. */
const NONE = '<none>'

/** A cell of plain columns: never empty, and without two consecutive blanks, which separate columns. */
export function cell(text: string | null): string {
  const shown = sanitizeLine(text ?? '').replace(/ {2,}/g, ' ')
  return shown === '' ? NONE : shown
}

/**
 * Prose in Markdown. Escapes HTML and structure; breaks mentions, issue numbers, and bare links with an empty comment, because GitHub and
 * GitLab look for them after resolving backslashes and entities.
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

/** A name or command in Markdown: a code span, whose content is not interpreted. A pipe would end a table cell even there. */
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

/** Text or an attribute in XML; the sanitizer already escaped the characters that XML 1.0 forbids. */
export function xml(text: string): string {
  return sanitizeLine(text).replace(/[&<>"']/g, mark => XML_ENTITIES[mark] ?? '')
}

/** The message of a GitHub workflow command, with lines joined by the runner's own escape. */
export function workflowMessage(lines: string[]): string {
  return lines.map(line => sanitizeLine(line).replaceAll('%', '%25')).join('%0A')
}

/** A property of a GitHub workflow command, such as its title. */
export function workflowProperty(text: string): string {
  return sanitizeLine(text).replaceAll('%', '%25').replaceAll(':', '%3A').replaceAll(',', '%2C')
}

/** A word of a command line for pasting into a shell. */
export function shellWord(text: string): string {
  const shown = sanitizeLine(text)
  return /^[\w@%+=:,./-]+$/.test(shown) ? shown : `'${shown.replaceAll("'", `'\\''`)}'`
}

/**
 * Splits a command line into words as the shell does, leaving each as written: quoted or escaped characters belong to their word. Joined by
 * blanks, the words form the same command.
 */
export function shellWords(command: string): string[] {
  return command.match(/(?:[^\s'"\\]|'[^']*(?:'|$)|"(?:[^"\\]|\\[\s\S])*(?:"|$)|\\(?:[\s\S]|$))+/g) ?? []
}
