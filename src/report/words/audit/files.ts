/** The words of files that could not be read. */

import type { FileProblem, UnreadFile } from '../../../snapshot/audit-snapshot.ts'

const PROBLEM: Record<FileProblem, string> = {
  syntax: 'this is not valid YAML or JSON',
  aliases: 'its YAML aliases expand without end',
  nesting: 'it is nested too deeply',
  'not-text': 'it is not a text file',
  'too-large': 'it is larger than 32 MiB: audit the live cluster instead, or split the file',
  forbidden: 'permission denied',
  missing: 'there is no such file or folder',
  'link-out': 'this link leads out of the folder and is not followed',
  'link-loop': 'this link leads back to itself or to a folder above it',
  unreadable: 'it could not be read',
}

/** `deploy.yaml:7:3: this is not valid YAML or JSON`. */
export function problemSentence({ path, problem, line, column }: UnreadFile): string {
  const name = path === '-' ? 'standard input' : path
  const place = line === null ? name : `${name}:${line}:${column}`
  return `${place}: ${PROBLEM[problem]}`
}
