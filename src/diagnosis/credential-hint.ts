/** A login that a pull did not have, and where it lies. */

/** Where a login that would serve lies. */
export type CredentialHint =
  /** The pod's own service account has it, which was changed after the pod was made, or which the pod's own list leaves out. */
  | {
      code: 'service-account-changed-later' | 'service-account-secrets-ignored'
      serviceAccount: string
      secrets: string[]
    }
  /** In the pod's namespace, where nobody who is known hands it out. */
  | { code: 'not-named'; namespace: string; secret: string }
  /** In the pod's namespace, on another service account. */
  | { code: 'on-service-account'; namespace: string; secret: string; serviceAccount: string }
  /** In another namespace, whose secrets a pod can't use. */
  | { code: 'in-namespace'; namespace: string; secret: string }
  /** The account of this secret is the one that the registry takes, but under a key that the secret lacks. */
  | { code: 'same-account'; namespace: string; secret: string; key: string }
