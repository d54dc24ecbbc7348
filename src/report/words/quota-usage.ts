/** The words of `quota --usage`: why a workload pulls, whether the pulls last, what saves some, and how it was counted. */

import type { Outlook, Saving, SavingCode, SpendReason, Usage, WorkloadName } from '../../quota/spending.ts'
import { shellWord } from '../escape.ts'
import { type Invocation, kubectlCommand, ownCommand } from '../invocation.ts'
import { amount, counted, someOf } from './count.ts'
import { spell } from './duration.ts'
import { identityText, needsNames } from './quota.ts'

/** `cronjob/backup`. */
export function workloadText({ kind, name }: WorkloadName): string {
  return `${kind.toLowerCase()}/${name}`
}

type Code = SpendReason['code']
type ReasonWords = { [C in Code]: (reason: Extract<SpendReason, { code: C }>) => string }

const REASONS: ReasonWords = {
  waiting: ({ pods }) => `${counted(pods, 'pod')} ${pods === 1 ? 'waits' : 'wait'} for an image`,
  rollout: ({ pods }) => `rollout in progress, ${counted(pods, 'pod')} to go`,
  restarts: ({ pods, everySeconds }) =>
    `policy Always, ${counted(pods, 'pod')} restarting${pods === 1 ? '' : ', the fastest'} every ${spell(everySeconds)}`,
  schedule: ({ runs, schedule, byPolicy }) =>
    `runs ${counted(runs, 'time')} (${schedule})${byPolicy > 0 ? ', policy Always' : ', on nodes that may not have the image'}`,
  rollouts: ({ perHour }) => `rolled out ${counted(perHour, 'time')} in the last hour`,
}

/** Why a workload pulls. */
export function spendReasonText(reason: SpendReason): string {
  return (REASONS[reason.code] as (of: SpendReason) => string)(reason)
}

/** `36`, or `up to 36`. */
export function pullsText(pulls: number, atMost: boolean): string {
  return atMost ? `up to ${amount(pulls)}` : amount(pulls)
}

/** Whether the pulls of an identity last, such as `up to 120 expected: they run out in about 3 hours`. */
export function outlookText({ pulls, now, atMost, fits, runsOutAfter }: Outlook, window: number): string {
  const time = spell(window)
  if (pulls === 0) return `no pulls expected in the next ${time}`
  const expected = `${pullsText(pulls, atMost)} expected in the next ${time}${now > 0 && now < pulls ? `, ${amount(now)} of them now` : ''}`
  if (fits === null) return `${expected}; nobody knows how many are left`
  if (fits) return `${expected}: enough are left`
  return `${expected}: ${runsOutAfter === 0 ? 'too few are left for what is due now' : `they run out in about ${roughly(runsOutAfter ?? 0)}`}`
}

/** The moment is an estimate: five minutes, or half an hour of many, are exact enough. */
function roughly(seconds: number): string {
  const minutes = Math.ceil(seconds / 60)
  if (minutes <= 10) return counted(minutes, 'minute')
  if (minutes < 180) return counted(Math.round(minutes / 5) * 5, 'minute')
  return `${Math.round(minutes / 30) / 2} hours`
}

/** What the numbers come to, after what is left of them; null where the pulls last, or nobody knows. */
export function shortageText({ outlooks, window }: Usage): string | null {
  const short = outlooks.filter(({ fits }) => fits === false)
  if (short.length === 0) return null
  const named = needsNames(outlooks.map(({ quota }) => quota))
  const who = someOf(
    short.map(({ quota }) => identityText(quota, named)),
    3,
  )
  return `They may not last for the next ${spell(window)}: ${who}.`
}

interface SavingWords {
  text: (saving: Saving) => string
  /** Null where no single command does it. */
  command: (saving: Saving, invocation: Invocation, everywhere: boolean) => string | null
}

const at = ({ workload }: Saving) =>
  workload === null ? '' : `${workloadText(workload)} in ${workload.namespace}`

const SAVINGS: Record<SavingCode, SavingWords> = {
  'keep-image': {
    text: saving => `set policy IfNotPresent for ${at(saving)}: its tag is fixed`,
    command: (saving, invocation) => patchCommand(saving, invocation),
  },
  pin: {
    text: saving => `pin the image of ${at(saving)} to a version, then set policy IfNotPresent`,
    command: () => null,
  },
  'stop-crashing': {
    text: saving => `find out why ${at(saving)} crashes`,
    command: ({ workload, containers: [container], pod }, invocation) =>
      workload === null || pod === null || container === undefined
        ? null
        : kubectlCommand(
            invocation,
            `logs ${shellWord(pod)} -c ${shellWord(container.name)} --previous`,
            workload.namespace,
          ),
  },
  'other-registry': {
    text: saving => `pull the official image of ${at(saving)} from Amazon's public registry`,
    command: ({ workload }, invocation) =>
      workload === null
        ? null
        : ownCommand(
            invocation,
            `fix -n ${shellWord(workload.namespace)} --replace-registry docker.io=public.ecr.aws/docker`,
          ),
  },
  'log-in': {
    text: () => 'let the pods pull with a login that has enough pulls left',
    command: (_saving, invocation, everywhere) =>
      ownCommand(invocation, `fix ${everywhere ? '--all-namespaces ' : ''}--registry docker.io`),
  },
}

/** One change, such as `Saves 36: set policy IfNotPresent for cronjob/backup in ops: its tag is fixed.` */
export function savingText(saving: Saving): string {
  return `saves ${amount(saving.pulls)}: ${SAVINGS[saving.code].text(saving)}`
}

/** @param everywhere whether all namespaces were looked at */
export function savingCommand(saving: Saving, invocation: Invocation, everywhere: boolean): string | null {
  return SAVINGS[saving.code].command(saving, invocation, everywhere)
}

function patchCommand({ workload, containers }: Saving, invocation: Invocation): string | null {
  if (workload === null) return null
  const policies = (isInit: boolean) =>
    containers
      .filter(({ kind }) => (kind === 'init' || kind === 'sidecar') === isInit)
      .map(({ name }) => ({ name, imagePullPolicy: 'IfNotPresent' }))
  const [init, main] = [policies(true), policies(false)]
  const spec = {
    ...(main.length > 0 ? { containers: main } : {}),
    ...(init.length > 0 ? { initContainers: init } : {}),
  }
  const template = { template: { spec } }
  const patch = workload.kind === 'CronJob' ? { jobTemplate: { spec: template } } : template
  const name = `${workload.kind.toLowerCase()} ${shellWord(workload.name)}`
  return kubectlCommand(
    invocation,
    `patch ${name} -p ${shellWord(JSON.stringify({ spec: patch }))}`,
    workload.namespace,
  )
}

/** What the numbers rest on. */
export function countedText({ workloads, images }: Usage): string {
  return (
    `Looked at ${counted(workloads, 'workload')} with ${counted(images, 'image')} from Docker Hub. ` +
    "A pull is a GET of a manifest, once for each node and image; a node's architecture makes no difference. " +
    'A restart of a container with policy Always costs nothing on containerd and on Docker Engine 20.10 or later as long as its tag means the same image, and one pull on CRI-O. ' +
    'Not counted: tags that change their meaning, images that a node removes and pulls again, and pods that come and go without a workload. ' +
    "If nodes pull through a mirror, the pulls are the mirror's."
  )
}

/** @param unread pods that were restarted and not looked at */
export function unreadRestartsText(unread: number): string {
  return `${counted(unread, 'more pod')} restarted in that time and ${unread === 1 ? 'is' : 'are'} not counted.`
}
