/** Steps for the pods of Jobs, whose templates can't change: the Job has to be replaced for another login or image to reach them. */

import { clueOf } from '../diagnosis/clue.ts'
import type { Finding } from '../diagnosis/finding.ts'
import type { Step } from './step.ts'

/** What has to follow these steps if the pod is a Job's. */
export function jobSteps(finding: Finding, steps: Step[]): Step[] {
  return [...recreatedJob(finding, steps), ...runSteps(finding, steps)]
}

/** A login on a Job's service account only helps pods that it creates afterward, and its template is immutable. */
function recreatedJob({ workload }: Finding, steps: Step[]): Step[] {
  if (workload?.kind !== 'Job') return []
  const helps = steps.some(({ code }) => code === 'distribute-login' || code === 'recreate-pods')
  return helps ? [{ code: 'recreate-job' }] : []
}

/** The CronJob may have the correct image by now, but not the Job that it created before. */
function runSteps({ clues, workload }: Finding, steps: Step[]): Step[] {
  const run = clueOf(clues, 'run-of-cron-job')
  const edited = steps.some(
    ({ code }) => code === 'set-image' || code === 'set-tag' || code === 'use-replacement',
  )
  return run === undefined || workload === null || !edited
    ? []
    : [{ code: 'delete-run', job: run.job, cronJob: workload.name }]
}
