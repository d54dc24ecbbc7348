/** The words of what a plan leaves alone about logins and the objects that hold or name them. */

import { shellWord } from '../../escape.ts'
import { loginCommand } from '../commands.ts'
import { counted } from '../count.ts'
import { registryName } from '../hosts.ts'
import { managerName, managerStep } from '../managers.ts'
import { repairSecret } from '../steps/logins.ts'
import { again, type DeclinedWords, nothing, type Of } from './declined-words.ts'

export const LOGINS = {
  managed: {
    title: (_first, count) =>
      `${counted(count, 'object')} kept as something else wants ${count === 1 ? 'it' : 'them'}: a change would be undone`,
    says: ({ change }) => (change.managedBy === null ? '' : managerName(change.managedBy)),
    next: ({ change }) =>
      change.managedBy === null ? null : managerStep(change.managedBy, change.target.namespace),
  },
  'foreign-secret': {
    title: ({ target }, count) =>
      `Secret ${target.name} is there already in ${counted(count, 'namespace')}, and pullguard did not make it`,
    says: ({ type }) => type ?? 'no type',
    next: (first, place) =>
      first.type === 'kubernetes.io/dockerconfigjson'
        ? again(
            'Choose another name, or add the login to it with --overwrite-secret',
            place,
            otherName(first),
          )
        : again('Choose another name', place, otherName(first)),
  },
  'immutable-secret': {
    title: ({ target }, count) =>
      `Secret ${target.name} is immutable in ${counted(count, 'namespace')}, so no login can be put into it`,
    says: nothing,
    next: (first, place) => again('Choose another name', place, otherName(first)),
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
        'If that login may be read in the namespaces whose pods need it, name its registry',
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
      `${counted(count, 'namespace')} coming to an end: nothing new can be made there`,
    says: nothing,
    next: () => null,
  },
} satisfies Partial<DeclinedWords>

function otherName({ target }: Of<'foreign-secret' | 'immutable-secret'>): string {
  return `--secret-name ${shellWord(`${target.name}-pullguard`)}`
}
