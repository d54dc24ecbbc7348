/** Narrows a workload to what its next pods will pull, and with which pull secrets. */

import { narrowSecretNames } from './service-account.ts'
import { list, record, text, textOrNull } from './shape.ts'

export interface PodTemplate {
  /** As written, each once: containers, init containers and image volumes. */
  images: string[]
  pullSecrets: string[]
  serviceAccount: string
}

/** Of a pod itself its own spec. Fields of odd shapes count as absent. */
export function narrowPodTemplate(raw: unknown, kind: string): PodTemplate {
  const spec = podSpecOf(record(record(raw).spec), kind)
  const containers = [...list(spec.initContainers), ...list(spec.containers)].map(record)
  const volumes = list(spec.volumes).map(volume => record(record(record(volume).image)))
  const images = [
    ...containers.map(({ image }) => text(image)),
    ...volumes.map(({ reference }) => text(reference)),
  ]
  return {
    images: [...new Set(images.filter(image => image !== ''))],
    pullSecrets: narrowSecretNames(spec.imagePullSecrets),
    serviceAccount: textOrNull(spec.serviceAccountName) ?? textOrNull(spec.serviceAccount) ?? 'default',
  }
}

function podSpecOf(spec: Record<string, unknown>, kind: string): Record<string, unknown> {
  if (kind === 'Pod') return spec
  const holder = kind === 'CronJob' ? record(record(spec.jobTemplate).spec) : spec
  return record(record(holder.template).spec)
}
