/** The words of the step that gives a pod the login with which other pods run its image. */

import type { StepOf } from '../../../advice/step.ts'
import { type Invocation, kubectlCommand } from '../../invocation.ts'
import { shellWord } from '../../sanitize.ts'
import { managedPlace, sourceOf } from '../managers.ts'
import type { StepWords } from '../step-words.ts'
import { hasOwnList, newPods } from './known-secret.ts'

export const useOtherLogin: StepWords<StepOf<'use-other-login'>>['use-other-login'] = (
  step,
  { invocation, findings: [first] },
) => {
  const { namespace, secret, other } = step
  if (other.namespace === namespace)
    return {
      text: `Name secret ${other.secret} instead of ${secret} in imagePullSecrets of the pod's ${hasOwnList(first) ? 'template' : 'service account or template'}: other pods of the namespace name it and run the image, and it has another login${managedPlace(first, invocation)}${hasOwnList(first) ? '' : newPods(first)}`,
    }
  const writer = first.credential.attempts.find(attempt => attempt.secret === secret)?.writer
  const text = `Update secret ${secret} in namespace ${namespace}${writer === undefined ? '' : ` ${sourceOf(writer, namespace, invocation)}`}, if it is meant to be a copy: the one in namespace ${other.namespace}, whose pods run the image, has another login`
  return other.alone && writer === undefined ? { text, command: copyOver(invocation, step) } : { text }
}

/** Returns what copies the login alone over another one, and keeps the labels of the Secret. */
function copyOver(invocation: Invocation, { namespace, secret, other }: StepOf<'use-other-login'>): string {
  const name = shellWord(secret)
  return [
    kubectlCommand(
      invocation,
      `get secret ${shellWord(other.secret)} -o jsonpath='{.data.\\.dockerconfigjson}'`,
      other.namespace,
    ),
    'base64 --decode',
    kubectlCommand(
      invocation,
      `create secret docker-registry ${name} --from-file=.dockerconfigjson=/dev/stdin --dry-run=client -o yaml`,
      namespace,
    ),
    kubectlCommand(invocation, 'apply --server-side --force-conflicts -f -', namespace),
  ].join(' | ')
}
