/** The words of what a registry depends on, where that is switched off or overdue: what is wrong, what it means, and whom to ask. */

import type { StepOf } from '../../../advice/step/step.ts'
import { clueOf } from '../../../diagnosis/clues/clue.ts'
import type { Finding } from '../../../diagnosis/finding.ts'
import type { Lapse } from '../../../diagnosis/refusal/lapse.ts'
import { registryLabel } from '../nouns.ts'

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
  key: {
    state: () =>
      "the key that encrypts what it stores can't be used, such as after a change in its key vault",
    remedy: 'let the registry use its encryption key again',
  },
  license: { state: () => 'its license has expired or is not valid', remedy: 'renew its license' },
  account: {
    state: owner => `${owner} is suspended or disabled`,
    remedy: 'resolve why it is suspended or disabled',
  },
  plan: {
    state: owner =>
      `${owner} has no plan or subscription that covers the pull, has used it up, or owes a payment`,
    remedy: 'get a plan or subscription that covers the pull, or to settle what is overdue',
  },
}

/** Returns what is switched off or overdue, as a clause; empty if nothing is. */
export function lapseText({ clues }: Pick<Finding, 'clues'>): string {
  const lapsed = clueOf(clues, 'lapsed')
  if (lapsed === undefined) return ''
  const { what, project, ofCaller } = lapsed
  if (ofCaller) return LAPSES[what].state('the account that asked')
  const kind = what === 'api' || what === 'project' ? 'the project' : 'the account or project'
  return LAPSES[what].state(project === null ? `${kind} behind it` : `project ${project}`)
}

/** Returns what that means. */
export function lapseMeaning({ clues, credential }: Pick<Finding, 'clues' | 'credential'>): string {
  const lapsed = clueOf(clues, 'lapsed')
  if (lapsed?.ofCaller === true)
    return 'That is for the owner of that account to resolve; the login of another account may be allowed to pull.'
  // Registries charge the owner of the image, or whoever pulls it.
  return lapsed?.what === 'plan' && credential.status === 'usable'
    ? 'That is for the owner of the account or project to resolve, or for the owner of the account that pulls, if the registry charges that one.'
    : 'That is for the owner of the account or project to resolve: another login, a role, or another tag changes nothing.'
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
      : what === 'license' || what === 'key'
        ? name
        : `the account or project behind this image at ${name}`
  return `the owner of ${owner} to ${remedy}${what === 'plan' ? '' : ': neither another login nor a role at the registry changes that'}`
}

type Restore = StepOf<'restore-service'>
