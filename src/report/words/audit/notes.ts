/** The words of notes about the files of an audit: what was not read, and which ignore comments have no effect. */

import { sanitizeLine } from '../../sanitize.ts'

/** `at` is the line of a pullguard:ignore comment, counted from 1. */
export type FileNote =
  | { code: 'ignores-nothing'; path: string; at: number }
  | { code: 'unknown-rule'; path: string; at: number; rule: string }
  | { code: 'folders-not-read'; path: string }
  | { code: 'template'; path: string }

const WORDS: { [Code in FileNote['code']]: (note: Extract<FileNote, { code: Code }>) => string } = {
  'ignores-nothing': ({ path, at }) =>
    `${path}:${at}: this pullguard:ignore comment names no rule, so it has no effect.`,
  'unknown-rule': ({ path, at, rule }) =>
    `${path}:${at}: this pullguard:ignore comment names the unknown rule ${rule}.`,
  'folders-not-read': ({ path }) => `The folders in ${path} were not read: add -R.`,
  template: ({ path }) =>
    `${path} is a template: render it first, as in \`helm template . | pullguard audit -f -\`.`,
}

/** Returns one note as a line. */
export function fileNoteText<Note extends FileNote>(note: Note): string {
  return sanitizeLine((WORDS[note.code] as (note: Note) => string)(note))
}
