/** The words of tools that manage an object: their names, and where to make a change instead. */

import type { ObjectManager } from '../../snapshot/fix-scope.ts'
import { shellWord } from '../escape.ts'
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

const STEPS: Record<Tool, (manager: ObjectManager, namespace: string) => StepText> = {
  argocd: ({ name }) => ({ text: `Commit this to the Git repository of Argo CD application ${name}` }),
  flux: ({ name }) => ({ text: `Commit this to the Git repository that Flux ${name} reads` }),
  helm: ({ name }, namespace) => ({
    text: `Set this in the chart's values, then upgrade release ${name}`,
    command: `helm -n ${shellWord(namespace)} get values ${shellWord(name)} --all`,
  }),
  olm: ({ name }) => ({ text: `Set this in the source of ${name}: the Subscription or its catalog` }),
  operator: ({ name }, namespace) => ({
    text: 'Set this in the custom resource that the operator reads',
    command: `kubectl -n ${shellWord(namespace)} edit ${shellWord(name)}`,
  }),
}

/** Returns where to make the change. */
export function managerStep(manager: ObjectManager, namespace: string): StepText {
  return STEPS[manager.tool](manager, namespace)
}
