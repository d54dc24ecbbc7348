/** The words of changes that save pulls on Docker Hub, and each change's command. */

import type { Saving, SavingCode } from '../../../quota/spending.ts'
import { type Invocation, kubectlCommand, ownCommand } from '../../invocation.ts'
import { shellWord } from '../../sanitize.ts'
import { formatNumber, objectName } from '../nouns.ts'

/** Returns the flags that select the same namespaces. */
export function namespaceFlags(namespace: string | null): string {
  return namespace === null ? '--all-namespaces' : `-n ${shellWord(namespace)}`
}

interface SavingWords {
  text: (saving: Saving) => string
  /** null if no single command does it. */
  command: (saving: Saving, invocation: Invocation, scope: string) => string | null
}

const at = ({ workload }: Saving) =>
  workload === null ? '' : `${objectName(workload)} in ${workload.namespace}`

const SAVINGS: Record<SavingCode, SavingWords> = {
  'keep-image': {
    text: saving => `set policy IfNotPresent for ${at(saving)}: its tag is fixed`,
    command: (saving, invocation) => patchCommand(saving, invocation),
  },
  pin: {
    text: saving => `pin the image of ${at(saving)} to a version, then set policy IfNotPresent`,
    command: () => null,
  },
  'stop-crashing': {
    text: saving => `find out why ${at(saving)} crashes`,
    command: ({ workload, containers: [container], pod }, invocation) =>
      workload === null || pod === null || container === undefined
        ? null
        : kubectlCommand(
            invocation,
            `logs ${shellWord(pod)} -c ${shellWord(container.name)} --previous`,
            workload.namespace,
          ),
  },
  'other-registry': {
    text: saving => `pull the official image of ${at(saving)} from Amazon's public registry`,
    command: ({ workload }, invocation) =>
      workload === null
        ? null
        : ownCommand(
            invocation,
            `fix -n ${shellWord(workload.namespace)} --replace-registry docker.io=public.ecr.aws/docker`,
          ),
  },
  'log-in': {
    text: () => 'let the pods pull with a login that has enough pulls left',
    command: (_saving, invocation, scope) => ownCommand(invocation, `fix ${scope} --registry docker.io`),
  },
}

/** Returns one change, such as `saves 36: set policy IfNotPresent for cronjob/backup in ops: its tag is fixed` */
export function savingText(saving: Saving): string {
  return `saves ${formatNumber(saving.pulls)}: ${SAVINGS[saving.code].text(saving)}`
}

/** @param namespace the one that was read; null for all */
export function savingCommand(
  saving: Saving,
  invocation: Invocation,
  namespace: string | null,
): string | null {
  return SAVINGS[saving.code].command(saving, invocation, namespaceFlags(namespace))
}

function patchCommand({ workload, containers }: Saving, invocation: Invocation): string | null {
  if (workload === null) return null
  // A template lists its sidecars among the init containers.
  const lists = Map.groupBy(containers, ({ kind }) =>
    kind === 'init' || kind === 'sidecar' ? 'initContainers' : 'containers',
  )
  const spec: Record<string, object[]> = {}
  for (const list of ['containers', 'initContainers'] as const) {
    const named = lists.get(list) ?? []
    if (named.length > 0) spec[list] = named.map(({ name }) => ({ name, imagePullPolicy: 'IfNotPresent' }))
  }
  const template = { template: { spec } }
  const patch = workload.kind === 'CronJob' ? { jobTemplate: { spec: template } } : template
  const name = `${workload.kind.toLowerCase()} ${shellWord(workload.name)}`
  return kubectlCommand(
    invocation,
    `patch ${name} -p ${shellWord(JSON.stringify({ spec: patch }))}`,
    workload.namespace,
  )
}
