/** Sets the defaults that the API server sets at creation (pkg/apis/core/v1/defaults.go and its siblings in apps, batch). */

import type { KubernetesRelease } from '../stack.ts'
import type { ApiObject, JsonObject, Metadata, PodSpec } from './objects.ts'
import { podDefaults, templateDefaults } from './pod-defaults.ts'

/** `kind.spec` with its defaults; the input is not modified. */
export function withDefaults(object: ApiObject, release: KubernetesRelease): ApiObject {
  const spec = object.spec as Record<string, unknown> | undefined
  switch (object.kind) {
    case 'Pod':
      return {
        ...object,
        spec: podDefaults(object.spec as unknown as PodSpec) as unknown as JsonObject,
        status: { phase: 'Pending', qosClass: 'BestEffort', ...object.status },
      }
    case 'Namespace':
      return {
        ...object,
        spec: { finalizers: ['kubernetes'], ...object.spec },
        status: { phase: 'Active', ...object.status },
      }
    case 'Secret':
      return { ...object, type: object.type || 'Opaque' }
    case 'CronJob':
      return { ...object, spec: cronJobDefaults(spec ?? {}) as JsonObject, status: object.status ?? {} }
    case 'PodDisruptionBudget':
      return {
        ...object,
        status: {
          disruptionsAllowed: 0,
          currentHealthy: 0,
          desiredHealthy: 0,
          expectedPods: 0,
          ...object.status,
        },
      }
    case 'Event':
      return {
        ...object,
        eventTime: object.eventTime ?? null,
        reportingComponent: object.reportingComponent ?? '',
        reportingInstance: object.reportingInstance ?? '',
      }
    case 'Node':
      return { ...object, spec: object.spec ?? {}, status: { ...object.status } }
    default:
      return spec && 'template' in spec ? workloadDefaults(object, spec, release) : object
  }
}

const DEFAULT_OF: Record<string, { spec: Record<string, unknown>; status: JsonObject }> = {
  Deployment: {
    spec: {
      replicas: 1,
      strategy: { type: 'RollingUpdate', rollingUpdate: { maxUnavailable: '25%', maxSurge: '25%' } },
      revisionHistoryLimit: 10,
      progressDeadlineSeconds: 600,
    },
    status: {},
  },
  ReplicaSet: { spec: { replicas: 1 }, status: { replicas: 0 } },
  ReplicationController: { spec: { replicas: 1 }, status: { replicas: 0 } },
  StatefulSet: {
    spec: {
      replicas: 1,
      serviceName: '',
      podManagementPolicy: 'OrderedReady',
      revisionHistoryLimit: 10,
      persistentVolumeClaimRetentionPolicy: { whenDeleted: 'Retain', whenScaled: 'Retain' },
    },
    status: { replicas: 0, availableReplicas: 0 },
  },
  DaemonSet: {
    spec: {
      updateStrategy: { type: 'RollingUpdate', rollingUpdate: { maxUnavailable: 1, maxSurge: 0 } },
      revisionHistoryLimit: 10,
    },
    status: { currentNumberScheduled: 0, numberMisscheduled: 0, desiredNumberScheduled: 0, numberReady: 0 },
  },
  Job: {
    spec: {
      parallelism: 1,
      completions: 1,
      backoffLimit: 6,
      manualSelector: false,
      completionMode: 'NonIndexed',
      suspend: false,
      podReplacementPolicy: 'TerminatingOrFailed',
    },
    status: {},
  },
}

function workloadDefaults(
  object: ApiObject,
  given: Record<string, unknown>,
  release: KubernetesRelease,
): ApiObject {
  const defaults = DEFAULT_OF[object.kind] ?? { spec: {}, status: {} }
  const spec = {
    ...defaults.spec,
    ...(object.kind === 'StatefulSet' && {
      updateStrategy: { type: 'RollingUpdate', rollingUpdate: release.statefulSetUpdate },
    }),
    ...Object.fromEntries(Object.entries(given).filter(([, value]) => !isUntyped(value))),
    template: templateDefaults(given.template),
  }
  const whole = {
    ...object,
    spec: spec as unknown as JsonObject,
    status: { ...defaults.status, ...object.status },
  }
  if (object.kind === 'Job') return jobLabels(whole)
  return { ...whole, metadata: workloadMetadata(whole) }
}

/** kubectl sends `strategy: {}`, which the API server treats like none. */
const isUntyped = (value: unknown) =>
  typeof value === 'object' && value !== null && Object.keys(value).length === 0

/** A ReplicationController without labels gets those of its template. */
function workloadMetadata({ kind, metadata, spec }: ApiObject): Metadata {
  const template = spec?.template as { metadata?: Partial<Metadata> } | undefined
  const labels = metadata.labels ?? template?.metadata?.labels
  return kind === 'ReplicationController' && labels ? { ...metadata, labels } : metadata
}

/** A Job selects its pods by its uid; the labels are set on template and Job. */
function jobLabels(job: ApiObject): ApiObject {
  const spec = job.spec as unknown as {
    selector?: unknown
    template: { metadata: { labels?: Record<string, string> } }
  }
  if (spec.selector) return job
  const { name, uid } = job.metadata
  const labels = {
    ...spec.template.metadata.labels,
    'batch.kubernetes.io/controller-uid': uid,
    'batch.kubernetes.io/job-name': name,
    'controller-uid': uid,
    'job-name': name,
  }
  return {
    ...job,
    metadata: { ...job.metadata, labels: { ...labels, ...job.metadata.labels } },
    spec: {
      ...spec,
      selector: { matchLabels: { 'batch.kubernetes.io/controller-uid': uid } },
      template: { ...spec.template, metadata: { ...spec.template.metadata, labels } },
    } as unknown as JsonObject,
  }
}

function cronJobDefaults(given: Record<string, unknown>): Record<string, unknown> {
  const jobTemplate = (given.jobTemplate ?? {}) as { metadata?: object; spec?: Record<string, unknown> }
  return {
    concurrencyPolicy: 'Allow',
    suspend: false,
    successfulJobsHistoryLimit: 3,
    failedJobsHistoryLimit: 1,
    ...given,
    jobTemplate: {
      metadata: {},
      ...jobTemplate,
      spec: { ...jobTemplate.spec, template: templateDefaults(jobTemplate.spec?.template) },
    },
  }
}
