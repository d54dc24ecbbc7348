/** Steps for what a registry answered about the image, which `--check-images` asked. */

import { usableSecrets } from '../diagnosis/credential/pod-credential.ts'
import { type Finding, isRefusedOrMissing } from '../diagnosis/finding.ts'
import type { ImageVerdict } from '../snapshot/image-verdict.ts'
import { stepsIf } from './conditions.ts'
import { loginSteps } from './login.ts'
import type { Step } from './step/step.ts'

/** The steps for what a registry answered about the image; null if the finding's own steps are still right. */
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

/** The steps that the registry's answer leads to; null if it changes nothing. */
export function checkedSteps(finding: Finding): Step[] | null {
  if (!isRefusedOrMissing(finding.cause)) return null
  const steps = finding.check === null ? null : (BY_VERDICT[finding.check.verdict]?.(finding) ?? null)
  return steps !== null && steps.length > 0 ? steps : null
}

function otherTag({ check }: Finding): Step[] {
  const tags = check?.nearTags ?? []
  const likely = check?.likelyTag ?? null
  return [
    ...stepsIf(tags.length > 0, { code: 'near-tags', likely, tags }),
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
    { code: 'remove-login', namespace, secrets: usableSecrets(finding.credential), registry, refused: true },
    ...loginSteps(finding, 'refused'),
  ]
}
