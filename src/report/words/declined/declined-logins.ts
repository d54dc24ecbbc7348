/** The words of logins that a plan does not distribute, and of the objects that it leaves unchanged. */

import type { UnprovenLogin } from '../../../plan/plan.ts'
import { kubectlCommand, ownCommand } from '../../invocation.ts'
import { shellWord } from '../../sanitize.ts'
import { loginCommand } from '../credential/registry-logins.ts'
import type { DeclinedContext, DeclinedOf, DeclinedWords } from '../declined.ts'
import { managerName, managerStep } from '../edits/managers.ts'
import { summarizeGaps } from '../gaps.ts'
import { objectName, pluralize, registryLabel } from '../nouns.ts'
import { rerunFix, scopeFlags } from '../plan/plan.ts'
import type { StepText } from '../step-words.ts'
import { repairSecret } from '../steps/malformed-secret.ts'

const UNPROVEN: Record<UnprovenLogin['why'], (image: string) => string> = {
  'wrong-credential': () => 'the registry does not accept it',
  'no-access': image => `it can't pull ${image}`,
  withheld: () => 'the registry sends logins to another site, so it was not tried',
  'not-asked-for': () => 'the registry never asks for one',
  'rate-limited': () => 'the registry is limiting requests from here',
  unreachable: () => "the registry can't be reached from here",
  'server-error': () => 'the registry returned a server error',
  'used-up': () => 'its account has no pulls left',
}

export const LOGINS = {
  managed: {
    title: ({ change: { managedBy } }, count) =>
      `${pluralize(count, 'object')} ${count === 1 ? 'is' : 'are'} managed by ${managedBy === null ? 'another tool' : managerName(managedBy)}, which would revert the change`,
    next: ({ change: { managedBy, target } }, { invocation }) =>
      managedBy === null ? null : managerStep(managedBy, target.namespace, invocation),
  },
  'foreign-secret': {
    title: ({ target, owner }, count) =>
      owner === null
        ? `Secret ${target.name} already exists in ${pluralize(count, 'namespace')} and wasn't created by pullguard`
        : `Secret ${target.name} already exists in ${pluralize(count, 'namespace')} and is managed by ${managerName(owner)}`,
    detail: ({ type }) => type ?? 'no type',
    next: (first, context) =>
      first.type === PULL_SECRET && first.owner === null
        ? rerunWithSecretName(
            'Choose another name, or add the login to it with --overwrite-secret',
            first,
            context,
          )
        : rerunWithSecretName('Choose another name', first, context),
  },
  'immutable-secret': {
    title: ({ target }, count) =>
      `Secret ${target.name} is immutable in ${pluralize(count, 'namespace')}, so no login can be added to it`,
    next: (first, context) => rerunWithSecretName('Choose another name', first, context),
  },
  'ending-object': {
    title: ({ target: { kind } }, count) =>
      `${pluralize(count, kind === 'Secret' ? 'secret' : 'service account')} ${count === 1 ? 'is' : 'are'} being deleted, so nothing is added to ${count === 1 ? 'it' : 'them'}`,
    next: ({ target }, { invocation }) => ({
      text: 'Run the fix again once the finalizers that hold the deletion are gone; this shows them',
      command: kubectlCommand(
        invocation,
        `get ${shellWord(objectName(target))} -o jsonpath='{.metadata.finalizers}'`,
        target.namespace,
      ),
    }),
  },
  'unread-account': {
    title: (_first, count) =>
      count === 1
        ? "1 service account can't be read, so the pull secret can't be attached to it"
        : `${pluralize(count, 'service account')} can't be read, so the pull secret can't be attached to them`,
    next: ({ gap: { why } }, { plan }) => {
      const gaps = plan.declined.flatMap(one =>
        one.code === 'unread-account' && one.gap.why === why ? [one.gap] : [],
      )
      const remedy = summarizeGaps(gaps)[0]?.remedy ?? 'run the fix again'
      const text = `To read service accounts, ${remedy}`
      return { text: why === 'forbidden' ? `${text}, then run the fix again` : text }
    },
  },
  'no-credential': {
    title: ({ registry }) => `No login for ${registryLabel(registry)} on this machine`,
    detail: ({ detail }) => detail ?? '',
    next: ({ registry }) => ({
      text: 'Log in, or give --username with an access token on --password-stdin, then run the fix again',
      command: loginCommand(registry),
    }),
  },
  'unnamed-registry': {
    title: ({ registry }) =>
      `The login for ${registryLabel(registry)} is distributed only if --registry names it`,
    next: ({ registry }, context) =>
      rerunFix(
        'To allow that login to be read in the namespaces whose pods need it, name its registry',
        context,
        `--registry ${shellWord(registry)}`,
      ),
  },
  'unneeded-login': {
    title: ({ registry, username }) =>
      `No failing pod needs the login of ${username} for ${registryLabel(registry)}, so it is not distributed`,
    next: ({ registry }) => ({
      text: `To prepare a namespace for it, name both: -n and --registry ${shellWord(registry)}`,
    }),
  },
  'unproven-login': {
    title: ({ registry, username }) =>
      `The login of ${username} for ${registryLabel(registry)} is not distributed`,
    detail: ({ why, image }) => UNPROVEN[why](image ?? 'any image asked for'),
    next: ({ registry, why }) =>
      why === 'unreachable' || why === 'server-error' || why === 'rate-limited' || why === 'used-up'
        ? { text: 'Run the fix again later, or from where the registry answers' }
        : {
            text: 'Log in with an account that can pull it, then run the fix again',
            command: loginCommand(registry),
          },
  },
  'malformed-secret': {
    title: ({ secret }) => `Secret ${secret} is malformed, and one such secret fails every image of a pod`,
    next: ({ target, secret }, { invocation }) =>
      repairSecret(invocation, { namespace: target.namespace, secret }),
  },
  'same-account-limited': {
    title: ({ username }) => `The limit of account ${username} itself is used up, so its login does not help`,
    next: () => ({ text: 'Log in with an account that has pulls left', command: loginCommand(null) }),
  },
  'terminating-namespace': {
    title: (_first, count) =>
      `${pluralize(count, 'namespace')} ${count === 1 ? 'is' : 'are'} terminating; nothing can be created ${count === 1 ? 'in it' : 'in them'}`,
    next: () => null,
  },
} satisfies Partial<DeclinedWords>

const PULL_SECRET = 'kubernetes.io/dockerconfigjson'

/**
 * Suggests --secret-name only if the name is taken: otherwise, the Secret is in place, and a second one would spread the login needlessly.
 */
function rerunWithSecretName(
  text: string,
  { code, target }: DeclinedOf<'foreign-secret' | 'immutable-secret'>,
  { plan, invocation }: DeclinedContext,
): StepText {
  const taken = plan.declined.flatMap(one =>
    one.code === code && 'target' in one ? one.target.namespace : [],
  )
  const namespaces = [target.namespace]
  const many = new Set(taken).size > 1 ? ' in each of these namespaces, such as' : ''
  const name = `--secret-name ${shellWord(`${target.name}-pullguard`)}`
  return {
    text: `${text}${many}`,
    command: ownCommand(
      invocation,
      `fix ${scopeFlags({ ...plan.scope, namespaces, affected: false, excluded: [] })} ${name}`,
    ),
  }
}
