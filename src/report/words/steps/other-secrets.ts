/** The words of steps about other Secrets than a pod's own: another pod's, what would make a missing one, and the copy of a virtual cluster's. */

import type { StepOf } from '../../../advice/step/step.ts'
import { hasOwnList } from '../../../diagnosis/credential/credential-report.ts'
import { type Invocation, kubectlCommand } from '../../invocation.ts'
import { shellWord } from '../../sanitize.ts'
import { clip } from '../../screen/layout.ts'
import { MAKERS } from '../edits/makers.ts'
import { managedPlace, managerName, sourceOf, writerText } from '../edits/managers.ts'
import type { StepWords } from '../step-words.ts'
import { newPods } from './secret-lists.ts'

export const useOtherLogin: StepWords<StepOf<'use-other-login'>>['use-other-login'] = (
  { namespace, secret, other },
  { invocation, findings: [first] },
) => {
  if (other.namespace === namespace) {
    const place = `template${managedPlace(first, invocation)}`
    // What deploys the workload need not have its account.
    const list = hasOwnList(first) ? place : `${place}, or of its service account${newPods(first)}`
    return {
      text: `Name secret ${other.secret} instead of ${secret} in the imagePullSecrets of the pod's ${list}: other pods of the namespace name it and run the image, and it has another login`,
    }
  }
  const writer = first.credential.attempts.find(attempt => attempt.secret === secret)?.writer
  const text = `Update secret ${secret} in namespace ${namespace}${writer === undefined ? '' : ` ${sourceOf(writer, namespace, invocation)}`}, if it is meant to be a copy: the one in namespace ${other.namespace}, whose pods run the image, has another login`
  return other.alone && writer === undefined
    ? { text, command: copyOver(invocation, { namespace, secret, from: other }) }
    : { text }
}

type SecretName = { namespace: string; secret: string }

/** Returns what copies the login alone over another one, and keeps the labels of the Secret. */
export function copyOver(
  invocation: Invocation,
  { namespace, secret, from }: SecretName & { from: SecretName },
): string {
  const name = shellWord(secret)
  return [
    kubectlCommand(
      invocation,
      `get secret ${shellWord(from.secret)} -o jsonpath='{.data.\\.dockerconfigjson}'`,
      from.namespace,
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

/** What the controller of sealed secrets says of one that was sealed for another namespace, or for another cluster (bitnami-labs/sealed-secrets). */
const UNSEALED = /no key could decrypt secret/i

/** In columns. Messages of controllers can quote whole answers of servers. */
const MAX_TROUBLE = 240

export const secretMaker: StepWords<StepOf<'secret-maker'>>['secret-maker'] = (
  { namespace, secret, maker },
  { invocation },
) => {
  const { kind, group, name, trouble, manager } = maker
  const { command } = writerText({ type: 'resource', kind, group, name }, namespace, invocation)
  const source = manager === null ? '' : ` (deployed by ${managerName(manager)})`
  const says = trouble === null ? '' : `, and says "${clip(trouble, MAX_TROUBLE)}"`
  const shown = command === undefined ? {} : { command }
  if (kind === 'SealedSecret' && UNSEALED.test(trouble ?? ''))
    return {
      text: `Seal SealedSecret ${name}${source} again for namespace ${namespace} with this cluster's certificate (kubeseal), and commit it. The controller can't decrypt it to make secret ${secret}: what was sealed for another namespace or name (unless with a wider scope), or for another cluster, can't be decrypted here${command === undefined ? '' : '. This shows its state'}`,
      ...shown,
    }
  return {
    text: `Find out why secret ${secret} does not exist, which ${kind} ${name}${source} would make${says} (a Secret that was created by hand may be in its way)`,
    ...shown,
  }
}

export const untranslatedSecret: StepWords<StepOf<'untranslated-secret'>>['untranslated-secret'] = ({
  maker,
  named,
  copy,
}) => {
  const { name } = MAKERS[maker]
  return {
    text: `Update or restart the syncer of the virtual cluster (its log says more): ${name} copied the virtual cluster's secret ${named} to this cluster as ${copy}, which has a login for the image, but left the name ${named} in its copy of the pod. In the virtual cluster, that name is right`,
  }
}
