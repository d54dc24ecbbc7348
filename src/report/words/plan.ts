/** The words of a plan: what each change does, and why it is made. */

import type { Change, ChangeReason, EditingRemedy } from '../../plan/change.ts'
import type { Plan } from '../../plan/plan.ts'
import { pluralize, registryLabel } from './nouns.ts'
import { REMEDY_WORDS } from './remedies.ts'

type Reason<Code extends ChangeReason['code']> = Extract<ChangeReason, { code: Code }>

const REASONS: { [Code in Exclude<ChangeReason['code'], EditingRemedy>]: (reason: Reason<Code>) => string } =
  {
    'credential-needed': ({ registries }) =>
      `pods there can pull from ${[...new Set(registries)].map(registryLabel).join(' and ')} with a login`,
    'attach-default': () =>
      'new pods use this service account by default and get its pull secrets; existing entries keep their order',
    'attach-used': () =>
      'pods get the pull secrets of the service account that they name; existing entries keep their order',
    'template-has-own-secrets': ({ serviceAccount }) =>
      `the template names its own pull secrets, so those of service account ${serviceAccount} are not used`,
    stuck: () =>
      'pull secrets are added only when a pod is created; its controller will create a replacement',
    'backed-off': () =>
      'the kubelet may wait up to five minutes before it tries again; the replacement that its controller creates pulls at once',
    interrupted: ({ run }) => `run ${run} deleted it and ended before recreating it`,
  }

function isEditing(reason: ChangeReason): reason is { code: EditingRemedy } {
  return !Object.hasOwn(REASONS, reason.code)
}

/** Returns why a change is made, as a clause. */
export function reasonText(reason: ChangeReason): string {
  if (isEditing(reason)) return REMEDY_WORDS[reason.code].reason
  // Each code's words take that code's reason; the compiler can't follow the code through the union.
  return REASONS[reason.code](reason as never)
}

/** Why a pod without a controller is deleted and recreated. */
export const BARE_POD_REASON =
  'pull secrets are added only when a pod is created; it has no controller, so it is recreated from its own spec'

const NOUNS: [noun: string, actions: Change['action'][]][] = [
  ['secret', ['create-secret', 'update-secret']],
  ['service account', ['patch-serviceaccount']],
  ['template', ['patch-template']],
  ['pod', ['recreate-pod', 'recreate-bare-pod', 'restore-bare-pod']],
]

/** Returns, for example, `12 secrets, 14 service accounts, 3 pods`. */
export function changesByKind(changes: readonly { action: Change['action'] }[]): string {
  return NOUNS.flatMap(([noun, actions]) => {
    const count = changes.filter(({ action }) => actions.includes(action)).length
    return count === 0 ? [] : [pluralize(count, noun)]
  }).join(', ')
}

/** Returns a summary of the plan, in one sentence. */
export function planSentence({ changes, cost }: Plan): string {
  const namespaces = new Set(changes.map(({ target }) => target.namespace)).size
  const pulls = cost.pulls === 0 ? '' : `; at most ${pluralize(cost.pulls, 'Docker Hub pull')}`
  return `${pluralize(changes.length, 'change')} in ${pluralize(namespaces, 'namespace')}: ${changesByKind(changes)}${pulls}.`
}
