/** The words of a pull secret that the kubelet can't read: it gives up before it asks any registry. */

import type { Finding } from '../../../diagnosis/finding.ts'
import type { CauseWords } from '../cause-words.ts'
import { pluralize } from '../count.ts'

/** The malformed pull secrets of the pod, each once. */
export function malformedSecretsOf({ credential }: Pick<Finding, 'credential'>): string[] {
  const malformed = credential.attempts.filter(({ problem }) => problem === 'malformed')
  return [...new Set(malformed.map(({ secret }) => secret))]
}

export const malformedSecret: CauseWords = {
  showsCredential: true,
  short: () => 'malformed pull secrets',
  title: ({ findings }) => {
    const secrets = findings.flatMap(finding =>
      malformedSecretsOf(finding).map(secret => `${finding.namespace}/${secret}`),
    )
    const [first, ...others] = new Set(secrets)
    return others.length === 0
      ? `Pull secret ${first} is malformed, so the kubelet never asks the registry`
      : `${pluralize(others.length + 1, 'pull secret')} are malformed, so the kubelet never asks the registry`
  },
  meaning: () =>
    'A pull secret that is not JSON, or whose auth is not base64 of user:password, fails every image of the pods that reference it; no other credential helps.',
}
