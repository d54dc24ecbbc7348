/** What a registry's answers say of a login and of an image, as plans need it. */

/** Why a login could not be proven. */
export type ProofFailure =
  | 'wrong-credential'
  /** The login is correct, but has no access to the repository, or the repository does not exist. */
  | 'no-access'
  /** The token realm is another site, so the credential was not sent. */
  | 'withheld'
  /** The registry never asks for a login, so nothing is proven and no credential is needed. */
  | 'not-asked-for'
  | 'rate-limited'
  | 'unreachable'
  | 'server-error'

/** A registry's answer for one reference: its digest, or one clause on why there is none. */
export interface ImageLookup {
  /** The index's digest for a multi-platform image. */
  digest: string | null
  detail: string | null
  /** True if the registry answered that the image does not exist or was not built for these nodes; absent if a missing digest proves neither. */
  ruledOut?: boolean
}
