/** Asks registries, by HEAD, for the digests that a plan needs, and whether an image is there for the nodes' platforms. */

import { parseReference } from '../../image/reference.ts'
import { AT_ONCE, bounded } from '../../kubernetes/bounded.ts'
import type { ImageFact } from '../../plan/plan-input.ts'
import type { Registry } from '../../registry/client.ts'
import type { Credential } from '../../registry/credentials/credential.ts'
import type { ManifestOutcome, ManifestReference, Platform } from '../../registry/outcome.ts'
import { onThisMachine } from './logins.ts'
import type { FixSession } from './session.ts'

const PROBLEMS: Record<Exclude<ManifestOutcome['status'], 'found'>, string> = {
  'not-found': 'it is not there',
  denied: 'the registry does not show it',
  'wrong-credential': 'the registry refused the login',
  'rate-limited': 'the registry answers too many requests',
  unreachable: 'the registry was not reached',
  'server-error': 'the registry failed',
}

/** What the registries say of each reference. @throws UsageError for a malformed credentials file */
export async function askRegistries(
  references: string[],
  platforms: Platform[],
  { registries, context }: FixSession,
): Promise<Map<string, ImageFact>> {
  const facts = await bounded(references, AT_ONCE, async (reference): Promise<ImageFact> => {
    const parsed = parseReference(reference)
    if (!parsed) return { digest: null, detail: 'it is no image name' }
    const { registry, repository } = parsed
    const { credentials } = await onThisMachine([{ registry, repositories: [repository] }], context)
    return factOf(registries.of(registry), parsed, credentials[0] ?? null, platforms)
  })
  return new Map(references.map((reference, index) => [reference, facts[index] ?? UNKNOWN]))
}

const UNKNOWN: ImageFact = { digest: null, detail: null }

async function factOf(
  registry: Registry,
  reference: ManifestReference,
  credential: Credential | null,
  wanted: Platform[],
): Promise<ImageFact> {
  const head = await registry.headManifest(reference, credential)
  if (head.status !== 'found') return { digest: null, detail: PROBLEMS[head.status] }
  if (head.digest === null) return { digest: null, detail: 'the registry does not tell its digest' }
  const built = await registry.platforms(reference, credential)
  if (built.status === 'found' && built.platforms.length > 0) {
    const lacking = wanted.find(({ os, architecture }) => !runsOn(built.platforms, os, architecture))
    if (lacking) return { digest: null, detail: `it is not built for ${lacking.os}/${lacking.architecture}` }
  }
  return { digest: head.digest, detail: null }
}

function runsOn(platforms: Platform[], os: string, architecture: string): boolean {
  return platforms.some(platform => platform.os === os && platform.architecture === architecture)
}
