/** The words of what is wrong with a credential, to follow its secret's name or its key. */

import type { Attempt, AttemptProblem } from '../../../diagnosis/credential/credential-report.ts'
import type { KeyMismatch } from '../../../dockerconfig/key-mismatch.ts'
import { cloudOf } from '../../../image/cloud-registries.ts'
import type { StepText } from '../step-words.ts'

const keySuffix = (key: string | null) => (key === null ? '' : ` ${key}`)

/** Facts about an attempt in addition to its problem. */
type AttemptFacts = Pick<Attempt, 'key' | 'detail' | 'mismatch' | 'provenBy'> & { username?: string | null }

const PROVEN = {
  kubelet: ': the kubelet could not find it',
  dump: ": it is not among the dump's Secrets of its namespace",
}

const MISMATCH: Record<KeyMismatch, string> = {
  'port-missing': "lacks only the port of the image's registry",
  'port-extra': "has a port that the image's name does not have",
  'port-other': "has a different port than the image's registry",
  'slash-missing': 'lacks the trailing slash',
  'hub-alias': 'is a name that the kubelet never uses for Docker Hub',
  'web-site': 'is the host of the website, not of its registry',
  case: "differs from the image's name in upper or lower case",
  wildcard: 'has a * that matches only one part of a host name',
  unreadable: 'is not a URL',
  'odd-path': 'has a path that no repository has',
  path: 'is for another path of the registry',
  region: "is for a different region than the image's registry",
  misspelled: 'is almost, but not quite, the name of the registry',
  network: 'is another name of the same registry, so the login is valid for both',
}

const LAYOUTS = new Map([
  ['config.json', 'has a top-level key auths, which type kubernetes.io/dockercfg does not have'],
  ['dockercfg', 'lacks the top-level key auths, which type kubernetes.io/dockerconfigjson needs'],
])

/** The text after the secret's name; `detail` is the type, data key, or layout that is wrong. */
const PROBLEM: Record<AttemptProblem, (attempt: AttemptFacts) => string> = {
  'secret-missing': ({ provenBy }) => `does not exist${provenBy === undefined ? '' : PROVEN[provenBy]}`,
  'impossible-name': () => 'does not exist: no Secret can have such a name',
  'secret-forbidden': () => "can't be read with your permissions",
  'secret-unread': () => 'could not be read',
  'wrong-type': ({ detail }) => `has the wrong type${keySuffix(detail ?? null)}, so the kubelet ignores it`,
  'wrong-key': ({ detail }) =>
    `lacks the data key of its type${detail === undefined ? '' : ` (it has ${detail})`}, so the kubelet ignores it`,
  'wrong-layout': ({ detail }) =>
    `${LAYOUTS.get(detail ?? '') ?? 'has the layout of another type'}, so the kubelet finds no login in it`,
  malformed: ({ key }) =>
    `is malformed${key === null ? '' : ` at ${key}`}, which fails every image of the pod`,
  'creds-store-only': () => 'has no login, only the name of a credential helper',
  'no-entries': () => 'has no login',
  'key-never-matches': ({ key, mismatch }) =>
    `has the key${keySuffix(key)}, which ${mismatch === undefined ? 'never matches an image' : mismatchText(mismatch)}`,
  'other-registry': ({ key, mismatch }) =>
    mismatch === undefined
      ? `is for${keySuffix(key) || ' another registry'} only`
      : `has the key${keySuffix(key)}, which ${mismatchText(mismatch)}`,
  'empty-auth': ({ key }) =>
    `has an empty login for${keySuffix(key) || ' the registry'}, so the pull is anonymous`,
  'token-only': () => 'has only an identity token, which the kubelet does not read',
  half: ({ username }) =>
    username === undefined
      ? 'has only a user name or only a password'
      : username === null
        ? 'has a password, but no user name'
        : 'has a user name, but its password is empty',
  shadowed: () => 'is not tried: another login for the same registry comes first',
}

/** Returns why the kubelet does not match a key with the image, to follow the key. */
export function mismatchText(mismatch: KeyMismatch): string {
  return MISMATCH[mismatch]
}

/** Returns why an attempt can't be used, to follow the secret's name. */
export function problemText(problem: AttemptProblem, attempt: AttemptFacts): string {
  return PROBLEM[problem](attempt)
}

/** Returns what is known to leave a login in a secret without its password, to follow the problem; empty for other problems. */
export function emptiedBy(
  problem: AttemptProblem,
  { username }: AttemptFacts,
  registry: string | null,
): string {
  if (problem === 'empty-auth')
    return ', which happens when a credential store (credsStore in config.json) keeps the password'
  return problem === 'half' && username != null && cloudOf(registry) === 'ecr'
    ? ', which happens when `aws ecr get-login-password` fails in the job or script that writes the secret'
    : ''
}

/** Returns where to run the command again, for a pull secret that could not be read. */
export function readSecret(
  namespace: string,
  problem: 'secret-forbidden' | 'secret-unread',
  secret: string,
): StepText {
  return {
    text:
      problem === 'secret-forbidden'
        ? `Ask for permission to get secrets in ${namespace}, then run the command again`
        : `Run the command again where secret ${secret} can be read: against the cluster, or on a dump that includes secrets`,
  }
}
