/** The words of what a plan leaves alone about logins and the objects that hold or name them. */

import type { UnprovenLogin } from '../../../plan/plan-input.ts'
import { shellWord } from '../../escape.ts'
import { ownCommand } from '../../invocation.ts'
import { loginCommand } from '../commands.ts'
import { counted } from '../count.ts'
import { registryName } from '../hosts.ts'
import { managerName, managerStep } from '../managers.ts'
import type { Said } from '../said.ts'
import { repairSecret } from '../steps/logins.ts'
import { again, type DeclinedPlace, type DeclinedWords, nothing, type Of } from './declined-words.ts'

const UNPROVEN: Record<UnprovenLogin['why'], (image: string) => string> = {
  'wrong-credential': () => 'the registry does not accept it',
  'no-access': image => `it does not open ${image}`,
  withheld: () => 'the registry sends logins to another site, so it was not tried',
  'not-asked-for': () => 'the registry never asks for one',
  'rate-limited': () => 'the registry takes no more requests now',
  unreachable: () => "the registry can't be reached from here",
  'server-error': () => 'the registry fails',
  'used-up': () => 'its own pulls are used up',
}

export const LOGINS = {
  managed: {
    title: (_first, count) =>
      `${counted(count, 'object')} ${count === 1 ? 'is' : 'are'} managed by another tool, which would revert the change`,
    says: ({ change }) => (change.managedBy === null ? '' : managerName(change.managedBy)),
    next: ({ change }) =>
      change.managedBy === null ? null : managerStep(change.managedBy, change.target.namespace),
  },
  'foreign-secret': {
    title: ({ target, owner }, count) =>
      owner === null
        ? `Secret ${target.name} already exists in ${counted(count, 'namespace')} and wasn't created by pullguard`
        : `Secret ${target.name} already exists in ${counted(count, 'namespace')} and is managed by ${managerName(owner)}`,
    says: ({ type }) => type ?? 'no type',
    next: (first, place) =>
      first.type === PULL_SECRET && first.owner === null
        ? againThere('Choose another name, or add the login to it with --overwrite-secret', first, place)
        : againThere('Choose another name', first, place),
  },
  'immutable-secret': {
    title: ({ target }, count) =>
      `Secret ${target.name} is immutable in ${counted(count, 'namespace')}, so no login can be added to it`,
    says: nothing,
    next: (first, place) => againThere('Choose another name', first, place),
  },
  'no-credential': {
    title: ({ registry }) => `No login for ${registryName(registry)} on this machine`,
    says: ({ detail }) => detail ?? '',
    next: ({ registry }) => ({
      say: 'Log in, or give --username with an access token on --password-stdin, then run the fix again',
      command: loginCommand(registry),
    }),
  },
  'unnamed-registry': {
    title: ({ registry }) =>
      `The login for ${registryName(registry)} is distributed only if --registry names it`,
    says: nothing,
    next: ({ registry }, place) =>
      again(
        'To allow that login to be read in the namespaces whose pods need it, name its registry',
        place,
        `--registry ${shellWord(registry)}`,
      ),
  },
  'unneeded-login': {
    title: ({ registry, username }) =>
      `No failing pod needs the login of ${username} for ${registryName(registry)}, so it is not distributed`,
    says: nothing,
    next: ({ registry }) => ({
      say: `To prepare a namespace for it, name both: -n and --registry ${shellWord(registry)}`,
    }),
  },
  'unproven-login': {
    title: ({ registry, username }) =>
      `The login of ${username} for ${registryName(registry)} is not distributed`,
    says: ({ why, image }) => UNPROVEN[why](image ?? 'any image asked for'),
    next: ({ registry, why }) =>
      why === 'unreachable' || why === 'server-error' || why === 'rate-limited' || why === 'used-up'
        ? { say: 'Run the fix again later, or from where the registry answers' }
        : {
            say: 'Log in with an account that can pull it, then run the fix again',
            command: loginCommand(registry),
          },
  },
  'malformed-secret': {
    title: ({ secret }) => `Secret ${secret} is malformed, and one such secret fails every image of a pod`,
    says: nothing,
    next: ({ target, secret }, { invocation }) => repairSecret(invocation, target.namespace, secret),
  },
  'same-account-limited': {
    title: ({ username }) => `The limit of account ${username} itself is used up, so its login does not help`,
    says: nothing,
    next: () => ({ say: 'Log in with an account that has pulls left', command: loginCommand(null) }),
  },
  'terminating-namespace': {
    title: (_first, count) =>
      `${counted(count, 'namespace')} ${count === 1 ? 'is' : 'are'} terminating; nothing can be created ${count === 1 ? 'in it' : 'in them'}`,
    says: nothing,
    next: () => null,
  },
} satisfies Partial<DeclinedWords>

const PULL_SECRET = 'kubernetes.io/dockerconfigjson'

/** Only where the name is taken: elsewhere the Secret is in place, and a second one would spread the login for nothing. */
function againThere(
  say: string,
  { code, target }: Of<'foreign-secret' | 'immutable-secret'>,
  { plan, invocation }: DeclinedPlace,
): Said {
  const taken = plan.declined.flatMap(one =>
    one.code === code && 'target' in one ? one.target.namespace : [],
  )
  const many = new Set(taken).size > 1 ? ', in each of these namespaces such as' : ''
  const name = `--secret-name ${shellWord(`${target.name}-pullguard`)}`
  return {
    say: `${say}${many}`,
    command: ownCommand(invocation, `fix -n ${shellWord(target.namespace)} ${name}`),
  }
}
