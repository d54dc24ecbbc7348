/** What the secret of a login is, as far as its look tells: whoever is to decide where it goes should know. */

import type { Credential } from '../dockerconfig/credential.ts'

/** Docker's, GitHub's and GitLab's personal tokens begin so; GitHub's `ghs_` are an installation's, of an hour. */
const PERSONAL = /^(?:dckr_pat_|ghp_|github_pat_|gho_|glpat-)/
const ORGANIZATION = /^dckr_oat_/
const SHORT_LIVED = /^(?:ghs_|ya29\.)/

/** null: a password, or a token that can't be told from one. */
export function tokenKind({
  password,
  shortLived,
  minted,
}: Credential): 'personal-token' | 'organization-token' | 'short-lived' | null {
  const secret = password.reveal()
  if (shortLived || minted || SHORT_LIVED.test(secret)) return 'short-lived'
  if (ORGANIZATION.test(secret)) return 'organization-token'
  return PERSONAL.test(secret) ? 'personal-token' : null
}
