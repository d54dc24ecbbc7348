/** The words of the step about a custom resource that would make a missing Secret. */

import type { StepOf } from '../../../advice/step.ts'
import { clip } from '../../screen/layout.ts'
import { managerName, writerText } from '../managers.ts'
import type { StepWords } from '../step-words.ts'

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
      text: `Seal SealedSecret ${name}${source} again for namespace ${namespace} with this cluster's certificate (kubeseal), and commit it: it would make secret ${secret}, but the controller can't decrypt it, as what was sealed for another namespace or name (unless with a wider scope), or for another cluster, opens nowhere else`,
      ...shown,
    }
  return {
    text: `Find out why secret ${secret} does not exist, which ${kind} ${name}${source} would make${says}; a Secret that is created by hand could be in its way`,
    ...shown,
  }
}
