/** What a report says about one failing pull: its title, its meaning, and its steps with their commands. */
import { expect } from 'vitest'
import { withSteps } from '../../src/advice/add-steps.ts'
import { meaningOf, shortOf, titleOf } from '../../src/report/words/causes.ts'
import { stepsOf } from '../../src/report/words/steps.ts'
import type { HeldImage } from '../../src/snapshot/held-image.ts'
import type { Container } from '../../src/snapshot/pod.ts'
import { findingOf, type Situation } from '../advice/situation.ts'
import { container, waiting } from '../diagnosis/snapshots.ts'

/** What has to be in the first step, what in the summary, what anywhere, and what nowhere. */
export interface Expected {
  short?: RegExp
  first?: RegExp
  says?: RegExp
  never?: RegExp
}

/** Returns the title, meaning, and steps with their commands; `first` is the first step alone, `short` what the summary calls it. */
export function textsOf(situation: Situation): { all: string; first: string; short: string } {
  const advised = withSteps(findingOf({ reason: 'ErrImagePull', node: {}, ...situation }))
  const invocation = { program: 'pullguard', flags: [], fromDump: false }
  const context = { invocation, findings: [advised] as [typeof advised] }
  const steps = stepsOf([advised], invocation).map(({ text, command }) => `${text} ${command ?? ''}`)
  return {
    all: [titleOf(context), meaningOf(context), ...steps].join('\n'),
    first: steps[0] ?? '',
    short: shortOf(context),
  }
}

/** Expects of a report on the pull only what is given. */
export function expectReport(situation: Situation, { short, first, says, never }: Expected): void {
  const texts = textsOf(situation)
  if (short !== undefined) expect(texts.short).toMatch(short)
  if (first !== undefined) expect(texts.first).toMatch(first)
  if (says !== undefined) expect(texts.all).toMatch(says)
  if (never !== undefined) expect(texts.all).not.toMatch(never)
}

/** A row of a table of reports: a pull by its image and its error, what else is known of it, and what is expected; or a whole situation. */
export type Row =
  | [name: string, image: string, error: string, expected: Expected]
  | [name: string, image: string, error: string, more: Partial<Situation>, expected: Expected]
  | [name: string, situation: Situation, expected: Expected]

/** Expects of the report on a row's pull what the row says. */
export function expectRow(...row: Row): void {
  if (row.length === 3) {
    expectReport(row[1], row[2])
  } else {
    const [, image, error] = row
    const [more, expected] = row.length === 4 ? [{}, row[3]] : [row[3], row[4]]
    expectReport({ image, error, ...more }, expected)
  }
}

/** An image that a pod of namespace web runs on other nodes. */
export function heldOn(reference: string, nodes = ['node-2'], pullSecrets: string[] = []): HeldImage {
  const by = [{ namespace: 'web', pullSecrets, nodes }]
  return { reference, pods: nodes.length, nodes, architectures: [], otherLogins: [], by }
}

/** A pod's sandbox, whose pause image fails so. */
export const sandboxOf = (image: string, error: string): Container =>
  container({ kind: 'sandbox', name: 'sandbox', image, state: waiting('ErrImagePull', error) })
