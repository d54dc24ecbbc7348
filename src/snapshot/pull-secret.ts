/** A pull secret, described without its secret: enough to say whether the kubelet can use it, nothing that could log in. */

/** What is wrong with one `auths` entry, seen as the kubelet sees it. */
export type PullSecretEntryProblem =
  /** Neither username nor password nor auth: the kubelet matches it and pulls anonymously. */
  | 'empty-auth'
  /** Only an identity or registry token, which the kubelet does not read. */
  | 'token-only'
  /** A user name without a password, or the reverse. */
  | 'half'

export interface PullSecretEntry {
  /** The key as written, such as `https://index.docker.io/v1/`. */
  key: string
  /** Shown to people; null if there is none. Never the password. */
  username: string | null
  problem: PullSecretEntryProblem | null
}

/** What keeps the kubelet from using the secret at all. */
export type PullSecretProblem =
  | 'missing'
  | 'forbidden'
  | 'failed'
  /** The dump does not hold it, so nothing is known. */
  | 'not-in-dump'
  | 'wrong-type'
  | 'wrong-key'
  /** The content of the other type, in which the kubelet finds no registry. */
  | 'wrong-layout'
  /** Not JSON, or an `auth` that is not base64 or has no colon: fails every image of the pod. */
  | 'malformed'
  /** No auths, only credsStore or credHelpers, which the kubelet does not read. */
  | 'creds-store-only'
  | 'no-entries'

export interface PullSecret {
  namespace: string
  name: string
  /** null if missing or unreadable. */
  type: string | null
  problem: PullSecretProblem | null
  /** Only for a missing one that nobody asked the API server for: a kubelet could not find it, or a dump holds the others of its namespace. */
  provenBy?: 'kubelet' | 'dump'
  /** Where the problem sits (a type, a data key, an auths key); never a value of the secret. */
  detail?: string
  /** In the order of the file; empty unless the content could be read. */
  entries: PullSecretEntry[]
}
