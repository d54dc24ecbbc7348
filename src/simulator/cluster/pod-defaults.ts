/** Defaults of pod specs, in pods and in templates (SetDefaults_PodSpec, SetDefaults_Container). */

import type { ContainerSpec, PodSpec } from './objects.ts'

/** A pod template with its defaults. */
export function templateDefaults(given: unknown): object {
  const template = (given ?? {}) as { metadata?: object; spec?: PodSpec }
  return { metadata: {}, ...template, spec: podSpecDefaults(template.spec ?? { containers: [] }) }
}

/** Defaults of every pod spec, in templates and in pods. */
function podSpecDefaults(spec: PodSpec): PodSpec {
  return {
    restartPolicy: 'Always',
    terminationGracePeriodSeconds: 30,
    dnsPolicy: 'ClusterFirst',
    securityContext: {},
    schedulerName: 'default-scheduler',
    ...spec,
    ...(spec.serviceAccountName && { serviceAccount: spec.serviceAccountName }),
    containers: (spec.containers ?? []).map(containerDefaults),
    ...(spec.initContainers && { initContainers: spec.initContainers.map(containerDefaults) }),
    ...(spec.ephemeralContainers && { ephemeralContainers: spec.ephemeralContainers.map(containerDefaults) }),
  }
}

const tolerate = (key: string) => ({
  key: `node.kubernetes.io/${key}`,
  operator: 'Exists',
  effect: 'NoExecute',
  tolerationSeconds: 300,
})

/** A pod spec with its defaults, including those that only pods get, also from the admission plugins that are on by default. */
export function podDefaults(spec: PodSpec): PodSpec {
  const serviceAccountName = spec.serviceAccountName || 'default'
  return podSpecDefaults({
    tolerations: [tolerate('not-ready'), tolerate('unreachable')],
    priority: 0,
    enableServiceLinks: true,
    preemptionPolicy: 'PreemptLowerPriority',
    ...spec,
    serviceAccountName,
  })
}

const containerDefaults = (container: ContainerSpec): ContainerSpec => ({
  resources: {},
  terminationMessagePath: '/dev/termination-log',
  terminationMessagePolicy: 'File',
  ...container,
  imagePullPolicy: container.imagePullPolicy || defaultPullPolicy(container.image ?? ''),
})

/** Always for `latest`, explicit or implied; IfNotPresent for a digest or any other tag. */
function defaultPullPolicy(image: string): string {
  const [name = '', digest] = image.split('@')
  const tag = /:([^:/]+)$/.exec(name)?.[1] ?? (digest ? '' : 'latest')
  return tag === 'latest' ? 'Always' : 'IfNotPresent'
}
