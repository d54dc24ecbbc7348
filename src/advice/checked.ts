/** Steps that follow from what the registry said when it was asked (`--check-images`): what is proven stands in for what was supposed. */

import type { Finding } from '../diagnosis/finding.ts'
import type { ImageVerdict } from '../snapshot/image-verdict.ts'
import { loginSteps, usableSecrets } from './login.ts'
import type { Step } from './step.ts'

/** null: the answer changes nothing. */
const BY_VERDICT: Record<ImageVerdict, ((finding: Finding) => Step[]) | null> = {
  'opens-anonymously': () => [{ code: 'restart-pull' }],
  'opens-for-pod': () => [{ code: 'restart-pull' }],
  'opens-but-not-for-pod': removeLogin,
  'opens-for-machine': finding => loginSteps(finding, 'opens'),
  'no-such-tag': otherTag,
  'no-such-digest': () => [{ code: 'set-image', known: 'repository' }],
  'no-such-repository': otherRepository,
  'not-public': finding => [...otherRepository(finding), ...loginSteps(finding, 'private')],
  'not-found': () => [
    { code: 'check-name', how: 'plain' },
    { code: 'set-image', known: 'repository' },
  ],
  denied: null,
  'rate-limited': null,
  unreachable: null,
  failed: null,
  'not-asked': null,
}

/** What is best done after the answer; null where it leaves things as they were. */
export function checkedSteps(finding: Finding): Step[] | null {
  if (finding.cause !== 'auth-required-or-denied' && finding.cause !== 'image-not-found') return null
  const steps = finding.check === null ? null : (BY_VERDICT[finding.check.verdict]?.(finding) ?? null)
  return steps !== null && steps.length > 0 ? steps : null
}

function otherTag({ check }: Finding): Step[] {
  const tags = check?.nearTags ?? []
  const near: Step[] =
    tags.length === 0 ? [] : [{ code: 'near-tags', likely: check?.likelyTag ?? null, tags }]
  const likely = check?.likelyTag ?? null
  return [
    ...near,
    likely === null ? { code: 'set-image', known: 'repository' } : { code: 'set-tag', tag: likely },
  ]
}

function otherRepository({ check }: Finding): Step[] {
  const names = check?.nearRepositories ?? []
  return [
    { code: 'near-repositories', names },
    { code: 'set-image', known: 'nothing' },
  ]
}

function removeLogin(finding: Finding): Step[] {
  const { namespace, registry } = finding
  if (registry === null) return []
  return [
    { code: 'remove-login', namespace, secrets: usableSecrets(finding), registry },
    ...loginSteps(finding, 'refused'),
  ]
}
