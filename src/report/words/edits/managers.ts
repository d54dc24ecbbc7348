/** The words of tools that manage an object: their names, and where to make a change instead. */

import type { Finding } from '../../../diagnosis/finding.ts'
import type { ObjectManager } from '../../../snapshot/fix-objects.ts'
import type { SecretWriter } from '../../../snapshot/pull-secret.ts'
import { helmCommand, type Invocation, kubectlCommand } from '../../invocation.ts'
import { shellWord } from '../../sanitize.ts'
import type { StepText } from '../step-words.ts'

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

/** Where a workload is changed, and what becomes of a change to the workload itself. */
interface Source {
  /** Follows "Set the correct image". */
  place: string
  fate: (workload: string) => string
  /** Shows that place, or opens it in an editor. */
  command?: string | undefined
  /** What the command shows, as a sentence of its own; absent for an editor. */
  shows?: string
}

const SOURCES: Record<Tool, (manager: ObjectManager, namespace: string, invocation: Invocation) => Source> = {
  argocd: ({ name }) => ({
    place: `in the source of Argo CD application ${name} (Git or a chart's values)`,
    fate: workload =>
      `Argo CD reverts changes to ${workload} itself, or shows the application as out of sync`,
  }),
  flux: ({ name, resource = 'Kustomization' }, own, invocation) => {
    const [object = '', namespace = own] = name.split('/').toReversed()
    const type = `${resource === 'HelmRelease' ? 'helmrelease.helm' : 'kustomization.kustomize'}.toolkit.fluxcd.io`
    return {
      place:
        resource === 'HelmRelease'
          ? `in the values of HelmRelease ${name} (in Git, if Flux reads it from there)`
          : `in the Git repository that Kustomization ${name} of Flux reads`,
      fate: workload => `Flux reverts changes to ${workload} itself`,
      // A label is untrusted: in a dump, it could be read as a flag.
      ...(NAME.test(object) && {
        command: kubectlCommand(invocation, `get ${type} ${shellWord(object)} -o yaml`, namespace),
        shows: `. This shows the ${resource}`,
      }),
    }
  },
  helm: ({ name }, namespace, invocation) =>
    isOfRke2(name, namespace) ? ofRke2(name, invocation) : ofRelease(name, namespace, invocation),
  olm: ({ name }) => ({
    place: `in the source of ${name} (its Subscription or catalog)`,
    fate: workload => `Operator Lifecycle Manager reverts changes to ${workload} itself`,
  }),
  operator: ({ name }, namespace, invocation) => ({
    place: `in the custom resource ${name}`,
    fate: workload => `its operator reverts changes to ${workload} itself`,
    command: kubectlCommand(invocation, `edit ${shellWord(name)}`, namespace),
  }),
}

/** RKE2's own charts, which it installs itself with the images of its release (docs.rke2.io/helm, Customizing Packaged Components). */
function isOfRke2(release: string, namespace: string): boolean {
  return namespace === 'kube-system' && release.startsWith('rke2-')
}

function ofRke2(name: string, invocation: Invocation): Source {
  return {
    place: `in a HelmChartConfig ${name} in namespace kube-system, if it is not the image of your release of RKE2, which installs this chart itself`,
    fate: workload => `RKE2 overwrites changes to ${workload} itself`,
    shows: '. This shows the chart',
    command: kubectlCommand(
      invocation,
      `get helmcharts.helm.cattle.io ${shellWord(name)} -o yaml`,
      'kube-system',
    ),
  }
}

function ofRelease(name: string, namespace: string, invocation: Invocation): Source {
  return {
    place: `in the values of Helm release ${name}, and upgrade it`,
    fate: workload => `its next upgrade overwrites changes to ${workload} itself`,
    shows: '. This shows the values',
    command: helmCommand(invocation, `get values ${shellWord(name)} --all`, namespace),
  }
}

const NAME = /^[a-z0-9][-a-z0-9.]*$/

/** Returns the change, made where the workload's manager reads it, and what to add about its command at the end. @param what such as "Set the correct image" @param workload `deployment/shop` */
export function managedChange(
  manager: ObjectManager,
  { what, workload, namespace }: { what: string; workload: string; namespace: string },
  invocation: Invocation,
): StepText & { shows: string } {
  const { place, fate, command, shows = '' } = SOURCES[manager.tool](manager, namespace, invocation)
  return {
    text: `${what} ${place}: ${fate(workload)}`,
    shows: command === undefined ? '' : shows,
    ...(command !== undefined && { command }),
  }
}

/**
 * Returns, after a comma, where a step's change lasts, with the command that shows that place; empty if no tool is known to manage the workload.
 * The command is not the step's own, as alone it would not say what to change.
 */
export function managedPlace(
  { managedBy, namespace }: Pick<Finding, 'managedBy' | 'namespace'>,
  invocation: Invocation,
): string {
  if (managedBy === undefined) return ''
  const { place, command } = SOURCES[managedBy.tool](managedBy, namespace, invocation)
  return `, ${place}${command === undefined ? '' : ` (see \`${command}\`)`}`
}

/** Returns where a sub-chart gets a pull secret that other parts have: Helm passes it only the values under its own name, and global ones. */
export function subChartNote({ managedBy }: Pick<Finding, 'managedBy'>): string {
  const isChart =
    managedBy?.tool === 'helm' || (managedBy?.tool === 'flux' && managedBy.resource === 'HelmRelease')
  return isChart ? ' (of a sub-chart: under its own name in the values, or as global.imagePullSecrets)' : ''
}

/** Returns where to make a change that is shown above. */
export function managerStep(manager: ObjectManager, namespace: string, invocation: Invocation): StepText {
  const { place, command, shows = '' } = SOURCES[manager.tool](manager, namespace, invocation)
  return command === undefined
    ? { text: `Make this change ${place}` }
    : { text: `Make this change ${place}${shows}`, command }
}

/** Returns what writes a Secret, for the middle of a sentence, and the command that shows it. */
export function writerText(
  writer: SecretWriter,
  namespace: string,
  invocation: Invocation,
): { name: string; command?: string } {
  switch (writer.type) {
    case 'resource': {
      const { kind, group, name } = writer
      const what = `${kind.toLowerCase()}.${group}`
      return RESOURCE.test(`${what}/${name}`)
        ? {
            name: `${kind} ${name}`,
            command: kubectlCommand(invocation, `describe ${shellWord(what)} ${shellWord(name)}`, namespace),
          }
        : { name: `${kind} ${name}` }
    }
    case 'copy':
      return {
        name: `a tool that copies ${writer.of === null ? 'it from another namespace' : `secret ${writer.of}`}`,
      }
    case 'manager':
      return { name: managerName(writer.manager) }
    case 'tool':
      return { name: writer.name }
    case 'fix':
      return { name: 'pullguard fix' }
  }
}

/** Returns where to correct a Secret so that the correction lasts; follows "Correct the key". */
export function sourceOf(writer: SecretWriter, namespace: string, invocation: Invocation): string {
  if (writer.type !== 'manager')
    return `in what writes it (${writerText(writer, namespace, invocation).name})`
  const { manager } = writer
  // Its type and its key may be in a template of the chart, which no value changes.
  if (manager.tool === 'helm') return `in the chart or the values of Helm release ${manager.name}`
  return SOURCES[manager.tool](manager, namespace, invocation).place
}

/** Names that can't be read as a flag. */
const RESOURCE = /^[a-z][a-z0-9]*\.[a-z0-9.-]+\/[a-z0-9][a-z0-9.-]*$/
