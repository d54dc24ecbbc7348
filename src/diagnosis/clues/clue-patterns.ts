/** The clues that words of an error text show by themselves: those of refusals and of names, and with them all others. */

import { UNREADABLE_SECRET } from '../causes/auth-required-or-denied.ts'
import { NO_LATEST, OLD_DOCKER } from '../causes/image-not-found.ts'
import {
  NOT_A_REGISTRY,
  TOKEN_OF_OTHER,
  UNREACHED_BEHIND,
  UPSTREAM_BLOCKED,
} from '../causes/registry-server-error.ts'
import { AMBIGUOUS, UNLISTED, UPSTREAM_NOT_SET_UP } from '../refusal/denial-words.ts'
import type { Clue } from './clue.ts'
import { NODE_CLUES } from './clue-patterns-at-node.ts'
import { WAY_CLUES } from './clue-patterns-on-way.ts'

const REFUSAL_AND_NAME_CLUES: readonly [Clue, RegExp][] = [
  [{ code: 'short-name' }, /short[- ]name|unqualified(?:-search| image)/i],
  [{ code: 'tag-and-digest' }, /\breferences? with both a tag and (?:a )?digest\b/i],
  [{ code: 'no-latest' }, NO_LATEST],
  [{ code: 'expired' }, /token has expired|reauthenticate|expired token|token is expired|jwt expired/i],
  [
    { code: 'credential-provider' },
    /credential provider|error getting credentials|docker-credential-|ecr-credential|exec: "?[\w/-]*credential/i,
  ],
  [
    { code: 'registry-closed' },
    /\bregistry\b.{0,60}\b(?:deprecated|shut(?:ting)? down|discontinued|decommissioned|retired|sunset)\b/i,
  ],
  [{ code: 'unreadable-secret' }, UNREADABLE_SECRET],
  [
    { code: 'unsent-login' },
    /failed to get credentials for |invalid decoded auth|invalid header field value|(?:reference "[^"]{1,400}"|resolve image): illegal base64 data/i,
  ],
  [{ code: 'ambiguous-refusal' }, AMBIGUOUS],
  [{ code: 'named-action' }, /unauthorized to access repository: \S{1,300}, action: pull\b/i],
  [
    { code: 'upstream-limit' },
    // Harbor's own client, and Nexus.
    /too many requests to upstream|http status code: 429, body|\b(?:remote|upstream)\b.{0,60}\b429\b/i,
  ],
  [{ code: 'upstream-setup' }, UPSTREAM_NOT_SET_UP],
  [{ code: 'upstream-blocked' }, UPSTREAM_BLOCKED],
  [{ code: 'unreached-behind' }, UNREACHED_BEHIND],
  // learn.microsoft.com/rest/api/storageservices/common-rest-api-error-codes, ServerBusy; metal3-io/ironic-standalone-operator#561.
  [{ code: 'storage-busy' }, /\b(?:(?:in|e)gress|operations per second) is over the account limit\b/i],
  // Notary's client (theupdateframework/notary, storage/httpstore.go), and Docker's words around it.
  [
    { code: 'content-trust' },
    /you are not authorized to perform this operation: server returned 40\d|remote trust data does not exist|does not have trust data for/i,
  ],
  [{ code: 'no-registry' }, NOT_A_REGISTRY],
  [{ code: 'missing-or-private' }, OLD_DOCKER],
  [{ code: 'token-of-other' }, TOKEN_OF_OTHER],
  [{ code: 'harbor' }, /\bunknown: (?:repository|artifact) \S{1,300} not found/i],
  [{ code: 'served-list', said: true }, UNLISTED],
  // learn.microsoft.com/azure/container-registry, container-registry-faq and container-registry-image-lock.
  [{ code: 'locked-image' }, /\boperation is disallowed on this registry, repository or image\b/i],
  [{ code: 'storage-quota' }, /quota has been exceeded on namespace|storage quota|insufficient storage/i],
  // goharbor/harbor, src/server/middleware/vulnerable, and the states of its jobs.
  [
    { code: 'unscanned', scan: 'under-way' },
    /"(?:pending|scheduled|running)\\*" status of vulnerability scanning|\bpending scan\b/i,
  ],
  [{ code: 'unscanned', scan: 'failed' }, /"(?:error|stopped)\\*" status of vulnerability scanning/i],
  [
    { code: 'unscanned', scan: 'none' },
    /\bimage without vulnerability scanning\b|\b(?:image|artifact) (?:is|was|has) not (?:yet )?(?:been )?scanned\b/i,
  ],
  [
    { code: 'vulnerabilities' },
    /vulnerabilit|\bcve-\d|\bxray\b|severity (?:of|level)|scann(?:ed|ing)|quarantine/i,
  ],
  [
    { code: 'region' },
    /export control|not available in your (?:country|region|location)|embargo|sanction|legal reasons|your location|from your (?:country|region)/i,
  ],
  [
    { code: 'token-wanted' },
    /\b(?:use|provide|requires?|log ?in with) (?:a |an |your )?(?:personal )?access token\b|\bpersonal access token (?:is )?(?:required|to log ?in)\b|two[- ]factor auth.{0,80}access token|(?:required to|must) use a (?:personal access )?token instead of a password/i,
  ],
  [
    { code: 'token-scope' },
    /saml (?:enforcement|sso)|read_registry|read:packages|read_package|token scope|(?:required|expected) scopes|insufficient scope/i,
  ],
]

/** Clues by the words that show them. Matched against a text without the image's own names. */
export const TEXT_CLUES: readonly [Clue, RegExp][] = [...REFUSAL_AND_NAME_CLUES, ...WAY_CLUES, ...NODE_CLUES]
