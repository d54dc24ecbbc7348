/**
 * The parts of JUnit XML, for every report that has this format. Follows the strictest reader's schema (junit-10.xsd of Jenkins' xUnit
 * plugin). GitLab shows the text of a failure, not its message.
 */

import { xml } from '../sanitize.ts'

interface SuiteFacts {
  command: string
  failures: number
  errors: number
  /** The number of skipped cases; absent for a command that skips none. */
  skipped?: number
  /** ISO 8601. */
  takenAt: string
  seconds?: number
}

/** Returns the whole document: one suite of cases, which `testCase` creates. */
export function junitDocument(
  cases: readonly string[],
  { command, failures, errors, skipped = 0, takenAt, seconds = 0 }: SuiteFacts,
): string {
  const counts = `tests="${cases.length}" failures="${failures}" errors="${errors}" time="${seconds}"`
  return [
    '<?xml version="1.0" encoding="UTF-8"?>',
    `<testsuites name="pullguard" ${counts}>`,
    `  <testsuite name="pullguard ${command}" ${counts}${skipped === 0 ? '' : ` skipped="${skipped}"`} timestamp="${xml(takenAt.slice(0, 19))}">`,
    ...cases,
    '  </testsuite>',
    '</testsuites>',
    '',
  ].join('\n')
}

export function testCase(className: string, name: string, body: string): string {
  return `    <testcase classname="${xml(className)}" name="${xml(name)}" time="0">${body}</testcase>`
}

export function problem(
  element: 'failure' | 'error',
  type: string,
  message: string,
  lines: string[],
): string {
  const text = [message, ...lines].map(xml).join('\n')
  return `<${element} type="${xml(type)}" message="${xml(message)}">${text}</${element}>`
}

export function output(lines: string[]): string {
  return `<system-out>${lines.map(xml).join('\n')}</system-out>`
}

export function skipped(why: string): string {
  return `<skipped message="${xml(why)}">${xml(why)}</skipped>`
}
