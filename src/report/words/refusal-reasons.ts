/** The words of the reasons that a registry gives for a refusal: what is switched off or overdue, and its own sentence. */

import type { Step } from '../../advice/step.ts'
import type { Finding } from '../../diagnosis/finding.ts'
import type { Lapse } from '../../diagnosis/lapse.ts'
import { clip } from '../screen/layout.ts'
import { registryLabel } from './nouns.ts'

interface LapseWords {
  /** What is wrong with it. */
  state(owner: string): string
  /** What its owner has to do. */
  remedy: string
}

const LAPSES: Record<Lapse, LapseWords> = {
  billing: {
    state: owner => `billing of ${owner} is not enabled, or a payment is overdue`,
    remedy: 'enable its billing again, or to settle what is overdue',
  },
  api: {
    state: owner => `the registry's API is not enabled in ${owner}`,
    remedy: "enable the registry's API there",
  },
  project: {
    state: owner => `${owner} is suspended or was deleted`,
    remedy: 'restore the project, or to resolve why it is suspended',
  },
  subscription: {
    state: owner => `the subscription of ${owner} is disabled or has expired`,
    remedy: 'reactivate its subscription',
  },
  license: { state: () => 'its license has expired or is not valid', remedy: 'renew its license' },
  account: {
    state: owner => `${owner} is suspended or disabled`,
    remedy: 'resolve why it is suspended or disabled',
  },
}

/** Returns what is switched off or overdue, as a clause; empty if nothing is. */
export function lapseText({ clues }: Pick<Finding, 'clues'>): string {
  const lapsed = clues.find(clue => clue.code === 'lapsed')
  if (lapsed === undefined) return ''
  const { what, project, ofCaller } = lapsed
  if (ofCaller) return LAPSES[what].state('the account that asked')
  const kind = what === 'api' || what === 'project' ? 'the project' : 'the account or project'
  return LAPSES[what].state(project === null ? `${kind} behind it` : `project ${project}`)
}

/** Returns what that means. */
export function lapseMeaning({ clues }: Pick<Finding, 'clues'>): string {
  return clues.some(clue => clue.code === 'lapsed' && clue.ofCaller)
    ? 'That is for the owner of that account to resolve; the login of another account may be allowed to pull.'
    : 'That is for the owner of the account or project to resolve: another login, a role, or another name changes nothing.'
}

/** Returns whom to ask, for what, and why nothing else helps, as in "Ask …". */
export function restoreText({ what, project, registry, ofCaller }: Omit<Restore, 'code'>): string {
  const name = registryLabel(registry)
  const { remedy } = LAPSES[what]
  if (ofCaller)
    return `the owner of the account that pulls from ${name} to ${remedy}, or use the login of another account`
  const owner =
    project !== null
      ? `project ${project}`
      : what === 'license'
        ? name
        : `the account or project behind this image at ${name}`
  return `the owner of ${owner} to ${remedy}: neither another login nor a role at the registry changes that`
}

type Restore = Extract<Step, { code: 'restore-service' }>

/** The most characters of a registry's own sentence that a report quotes outside the evidence. */
const MAX_QUOTE = 200

/** Returns the registry's own sentence in quotation marks. */
function quotedReason(reason: string): string {
  return `"${clip(reason, MAX_QUOTE)}"`
}

/** Returns what a refusal with such a sentence means. */
export function ownReasonMeaning({ clues }: Pick<Finding, 'clues'>): string {
  const reason = clues.find(clue => clue.code === 'own-reason')?.text ?? ''
  return `It answered: ${quotedReason(reason)}. Whether a login or another name helps depends on that.`
}

/** Returns what to read, as in "Read …". */
export function reasonToHeed({ registry, reason }: { registry: string; reason: string }): string {
  return `what ${registryLabel(registry)} answered, and ask its administrators if that is not clear: ${quotedReason(reason)}`
}
