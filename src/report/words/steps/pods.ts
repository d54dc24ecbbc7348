/** The words of steps that replace the pod or its Job, or only look at it. */

import { kubectlCommand, ownCommand } from '../../invocation.ts'
import { shellWord } from '../../sanitize.ts'
import { shortList } from '../nouns.ts'
import type { StepWords } from '../step-words.ts'

/** The most Jobs that one command names. */
const MAX_JOBS = 10

export const podSteps: StepWords<
  'recreate-job' | 'delete-run' | 'restart-pull' | 'delete-outgoing-pod' | 'read-all' | 'look-again'
> = {
  'recreate-job': (_step, { findings: [{ workload }] }) => ({
    text: `Then delete and recreate job ${workload?.name ?? ''} (or run it again), unless it creates a new pod on its own: a Job's template is immutable`,
  }),
  'delete-run': ({ cronJob }, { invocation, findings }) => {
    const runs = findings.flatMap(({ clues }) => clues.find(clue => clue.code === 'run-of-cron-job') ?? [])
    const jobs = [...new Set(runs.map(({ job }) => job))]
    const one = jobs.length === 1
    const blocked = `no new run starts before ${one ? 'this one ends' : 'these end'}`
    const forbids = runs[0]?.forbidsOthers ?? null
    const effect =
      forbids === false
        ? ''
        : forbids
          ? `, and with concurrencyPolicy Forbid ${blocked}`
          : `; if its concurrencyPolicy is Forbid, ${blocked}`
    return {
      text: `Delete ${one ? 'job' : 'jobs'} ${shortList(jobs, MAX_JOBS)} once cronjob ${cronJob} has the correct image: the template of a Job can't be changed, so ${one ? 'its' : 'their'} pods keep the old image${effect}`,
      command: kubectlCommand(
        invocation,
        `delete job ${jobs.slice(0, MAX_JOBS).map(shellWord).join(' ')}`,
        findings[0].namespace,
      ),
    }
  },
  'restart-pull': (_step, { invocation, findings: [{ namespace, pod, workload }] }) => ({
    text:
      workload === null
        ? 'Wait for the next attempt: the kubelet retries the pull within five minutes'
        : 'Retry the pull now: delete the pod, and its controller creates a new one',
    ...(workload === null
      ? {}
      : { command: kubectlCommand(invocation, `delete pod ${shellWord(pod)}`, namespace) }),
  }),
  'delete-outgoing-pod': (_step, { invocation, findings: [{ namespace, pod, workload }] }) => ({
    text: `Delete the pod: it is of an older revision, and ${workload === null ? 'its StatefulSet' : `${workload.kind.toLowerCase()} ${workload.name}`} won't replace it until it is ready; the new pod gets the newest template`,
    brief: "Delete the pod: it is of an older revision, which its StatefulSet won't replace",
    command: kubectlCommand(invocation, `delete pod ${shellWord(pod)}`, namespace),
  }),
  'read-all': (_step, { invocation, findings: [{ namespace, pod }] }) => ({
    text: 'Read everything the kubelet reported',
    command: kubectlCommand(invocation, `describe pod ${shellWord(pod)}`, namespace),
  }),
  'look-again': (_step, { invocation, findings: [{ namespace }] }) => ({
    text: 'Run the command again in five minutes: the next attempt records a new event',
    command: ownCommand(invocation, `diagnose -n ${shellWord(namespace)}`),
  }),
}
