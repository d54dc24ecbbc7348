/** A pull secret without its passwords: enough to know whether the kubelet can use it. */

import type { ObjectManager } from './fix-objects.ts'
import { isSubdomain } from './object-key.ts'

/** What is wrong with one `auths` entry, as the kubelet reads it. */
export type PullSecretEntryProblem =
  /** No username, password, or auth: the kubelet matches the entry and pulls anonymously. */
  | 'empty-auth'
  /** Only an identity or registry token, which the kubelet does not read. */
  | 'token-only'
  /** A username without a password, or the reverse. */
  | 'half'

/**
 * The name in a text that a template made of an object or a list where it expects a name, as Go prints them: `map[name:regcred]`, `[regcred]`
 * (evryfs/helm-charts#183); null in any other text.
 */
export function nameInside(text: string): string | null {
  const [, name = ''] = /^\[*(?:map\[name:|\{"?name"?: ?"?)?([^\s"[\]{}]+)"?[\]}]+$/.exec(text) ?? []
  return isSubdomain(name) ? name : null
}

/**
 * What stands in place of a password: the name of a file, what nothing expanded, such as `$(cat FILE)`, no key where the user name promises one,
 * or what a template writes of a value that it does not find, also in place of the user name.
 */
export type PasswordMistake = 'file-name' | 'unexpanded' | 'no-key' | 'no-value'

/** What a login shows about itself. */
export interface LoginMarks {
  /** The username or the password starts or ends with white space, such as a line feed, which is sent too. */
  padded?: true
  /** Its `auth` holds another user name or password than its fields beside it; the kubelet sends what `auth` holds. */
  overridden?: true
  /** What the password is by mistake; absent if it may be right. */
  mistake?: PasswordMistake
  /** ISO 8601: until when its token is valid, if the token says so itself (a JWT, or a login for ECR). */
  validUntil?: string
  /** The registry that issued its token, and that alone takes it, if the token says so itself (Azure Container Registry). */
  issuedFor?: string
}

export interface PullSecretEntry extends LoginMarks {
  /** The key as written, such as `https://index.docker.io/v1/`. */
  key: string
  /** For display; null if there is none. */
  username: string | null
  problem: PullSecretEntryProblem | null
}

/** What writes a Secret, and so overwrites or replaces what somebody changes in it by hand. */
export type SecretWriter =
  /** A custom resource, such as an ExternalSecret or a SealedSecret. */
  | { type: 'resource'; kind: string; group: string; name: string }
  /** A tool that copies another Secret; `of` is NAMESPACE/NAME, or null if the copy does not name it. */
  | { type: 'copy'; of: string | null }
  /** What deploys it, such as Argo CD or Helm. */
  | { type: 'manager'; manager: ObjectManager }
  /** Another tool, by the name that it gives itself. */
  | { type: 'tool'; name: string }
  /** `pullguard fix`, by its label: the next fix renews the login. */
  | { type: 'fix' }

/** Why nothing is known about a secret: it could not be read, or the dump does not contain it. */
const UNREAD_PROBLEMS = ['forbidden', 'failed', 'not-in-dump'] as const
export type UnreadProblem = (typeof UNREAD_PROBLEMS)[number]

/** What is wrong with a secret that was read. */
export type UnusableProblem =
  | 'wrong-type'
  | 'wrong-key'
  /** The layout of the other secret type, in which the kubelet finds no registries. */
  | 'wrong-layout'
  /** Not JSON, or an `auth` that is not base64 or has no colon: fails every image of the pod. */
  | 'malformed'
  /** No auths, only credsStore or credHelpers, which the kubelet does not read. */
  | 'creds-store-only'
  | 'no-entries'

/** Why the kubelet can't use the secret at all. */
export type PullSecretProblem = 'missing' | UnreadProblem | UnusableProblem

export function isUnread(problem: PullSecretProblem): problem is UnreadProblem {
  return (UNREAD_PROBLEMS as readonly PullSecretProblem[]).includes(problem)
}

/** The custom resource that makes a Secret. */
export interface SecretMaker {
  kind: string
  group: string
  name: string
  /** What its conditions say of a failure; null if none has failed. */
  trouble: string | null
  /** What deploys it. */
  manager: ObjectManager | null
}

export interface PullSecret {
  namespace: string
  name: string
  /** null if missing or unreadable. */
  type: string | null
  /** ISO 8601; absent if unknown. */
  createdAt?: string
  /** ISO 8601: when its content was written last, if that is known and later. */
  changedAt?: string
  problem: PullSecretProblem | null
  /** What proves that the secret is missing, if not the API server: the kubelet's message, or a dump with the namespace's other secrets. */
  provenBy?: 'kubelet' | 'dump'
  /** Where the problem is (a type, a data key, an auths key); never a value of the secret. */
  detail?: string
  /** The keys in the data of a secret of the wrong type; absent if one of them holds a docker config. */
  fields?: string[]
  /** What would make it, for a Secret that is missing; absent if that is not known. */
  maker?: SecretMaker
  /** Left out if its metadata names none. */
  writer?: SecretWriter
  /** In the order of the file; empty unless the content could be read. */
  entries: PullSecretEntry[]
}

/** A login in a pull secret of a dump. Equal ones have the same number. */
export interface NumberedLogin {
  namespace: string
  secret: string
  /** As written, such as `https://index.docker.io/v1/`. */
  key: string
  login: number
}
