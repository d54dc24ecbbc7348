/** The words of tools that manage an object: their names, and where to make a change instead. */

import type { ObjectManager } from '../../snapshot/fix-objects.ts'
import { helmCommand, type Invocation, kubectlCommand } from '../invocation.ts'
import { shellWord } from '../sanitize.ts'
import type { StepText } from './step-words.ts'

type Tool = ObjectManager['tool']

const NAMES: Record<Tool, string> = {
  argocd: 'Argo CD application',
  flux: 'Flux',
  helm: 'Helm release',
  olm: "Operator Lifecycle Manager's",
  operator: 'operator of',
}

/** `Helm release shop`. */
export function managerName({ tool, name }: ObjectManager): string {
  return `${NAMES[tool]} ${name}`
}

const STEPS: Record<Tool, (manager: ObjectManager, namespace: string, invocation: Invocation) => StepText> = {
  argocd: ({ name }) => ({ text: `Commit this to the Git repository of Argo CD application ${name}` }),
  flux: ({ name }) => ({ text: `Commit this to the Git repository that Flux ${name} reads` }),
  helm: ({ name }, namespace, invocation) => {
    const command = helmCommand(invocation, `get values ${shellWord(name)} --all`, namespace)
    const text = `Set this in the chart's values, then upgrade release ${name}`
    return { text, ...(command !== undefined && { command }) }
  },
  olm: ({ name }) => ({ text: `Set this in the source of ${name}: the Subscription or its catalog` }),
  operator: ({ name }, namespace, invocation) => ({
    text: 'Set this in the custom resource that the operator reads',
    command: kubectlCommand(invocation, `edit ${shellWord(name)}`, namespace),
  }),
}

/** Returns where to make the change. */
export function managerStep(manager: ObjectManager, namespace: string, invocation: Invocation): StepText {
  return STEPS[manager.tool](manager, namespace, invocation)
}
