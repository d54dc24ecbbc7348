/** Text that tries to break out of every output, for this room's property tests. */
import fc from 'fast-check'
import { anyText } from '../any-text.ts'

const PIECES = [
  '\u001b[2J',
  '\u009b31m',
  '\u001b]0;title\u0007',
  '\r\n',
  '\n',
  '\u2028',
  '\u0085',
  '\v',
  '\0',
  '\u007f',
  '::error::',
  '::set-output name=x::',
  '##[error]',
  '##vso[task.setvariable]',
  '##teamcity[x',
  '%0A::warning::',
  '\u202e',
  '\u2066',
  '\u200b',
  '\u200f',
  '\ufeff',
  '\u00ad',
  '\ud800',
  '\udc00',
  '\ue000',
  '\u{e0041}',
  '\uffff',
  '\u3164',
  '|',
  '`',
  '``',
  '\\',
  '\\|',
  '<script>',
  '</failure>',
  ']]>',
  '&amp;',
  '"',
  "'",
  '@team',
  '#1',
  'www.evil.example',
  'https://evil.example',
  '[x](y)',
  '![x](y)',
  '$(reboot)',
  ';',
  ' ',
  '  ',
  '\t',
  '\u00a0',
  '漢字',
  'e\u0301',
  '👩‍👩‍👧',
  'name',
  'a/b:c',
  '- ',
  '--- ',
  '? ',
  'null',
]

/** Anything from a name to an attack, including empty text. */
export const hostile = fc.oneof(
  fc.array(fc.constantFrom(...PIECES), { maxLength: 8 }).map(parts => parts.join('')),
  anyText(30),
)

/**
 * Characters that must not appear in text for people: controls (LF separates lines), format characters, private use, lone surrogates, CI
 * commands.
 */
export const FORBIDDEN = /[\p{Cf}\p{Co}\p{Cs}\p{Zl}\p{Zp}\p{Noncharacter_Code_Point}]|(?!\n)\p{Cc}|##\w*\[/u

/** A line that GitHub's runner would execute. */
export const WORKFLOW_COMMAND = /^\s*::/
