/** Recognizes the objects for which a controller installs a Helm chart: an audit of files sees the object, not what the chart creates. */

import { groupOf, type ManifestObject } from './pod-specs.ts'
import { textOf } from './walk.ts'

export type ChartInstaller = 'flux' | 'argo-cd' | 'helm-controller'

/** By `GROUP/KIND`. `sources`: where the kind's objects name a chart, if they can also name plain manifests. */
const INSTALLERS: Record<string, { installer: ChartInstaller; spec?: string[] }> = {
  'helm.toolkit.fluxcd.io/HelmRelease': { installer: 'flux' },
  'argoproj.io/Application': { installer: 'argo-cd', spec: ['spec'] },
  'argoproj.io/ApplicationSet': { installer: 'argo-cd', spec: ['spec', 'template', 'spec'] },
  // K3s and RKE2.
  'helm.cattle.io/HelmChart': { installer: 'helm-controller' },
}

/** Returns what installs a chart for the object; null if nothing does. */
export function chartInstallerOf({ apiVersion, kind, root, walk }: ManifestObject): ChartInstaller | null {
  const key = `${groupOf(apiVersion)}/${kind}`
  if (!Object.hasOwn(INSTALLERS, key)) return null
  const { installer, spec: keys } = INSTALLERS[key] as (typeof INSTALLERS)[string]
  if (keys === undefined) return installer
  const spec = walk.path(root, ...keys)
  const sources = [walk.get(spec, 'source'), ...walk.items(walk.get(spec, 'sources'))]
  return sources.some(source => textOf(walk.get(source, 'chart')) !== '') ? installer : null
}
