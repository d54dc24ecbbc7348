/** `as=Table`: the real server's columns and cells for each kind, without column descriptions, which no client reads. */

import { type ApiObject, asPod } from '../../cluster/objects.ts'
import type { KubernetesRelease } from '../../stack.ts'
import {
  eventCells,
  namespaceCells,
  nodeCells,
  secretCells,
  serviceAccountCells,
  uncountedAccountCells,
} from './core-cells.ts'
import { podCells, podRowConditions } from './pod-cells.ts'
import {
  budgetCells,
  cronJobCells,
  daemonSetCells,
  deploymentCells,
  jobCells,
  replicaCells,
  statefulSetCells,
} from './workload-cells.ts'

interface Printer {
  /** Names in order; `+` marks one for -o wide, `#` an integer, `?` a boolean. */
  columns: string
  cells: (object: ApiObject, now: number) => unknown[]
}

const REPLICA: Printer = {
  columns: 'Name|#Desired|#Current|#Ready|Age|+Containers|+Images|+Selector',
  cells: replicaCells,
}
const UNCOUNTED: Printer = { columns: 'Name|Age', cells: uncountedAccountCells }
const PRINTERS: Record<string, Printer> = {
  Namespace: { columns: 'Name|Status|Age', cells: namespaceCells },
  Node: {
    columns:
      'Name|Status|Roles|Age|Version|+Internal-IP|+External-IP|+OS-Image|+Kernel-Version|+Container-Runtime',
    cells: nodeCells,
  },
  Pod: {
    columns: 'Name|Ready|Status|Restarts|Age|+IP|+Node|+Nominated Node|+Readiness Gates',
    cells: (object, now) => podCells(asPod(object), now),
  },
  Event: {
    columns: 'Last Seen|Type|Reason|Object|+Subobject|+Source|Message|+First Seen|+Count|+Name',
    cells: eventCells,
  },
  Secret: { columns: 'Name|Type|Data|Age', cells: secretCells },
  ServiceAccount: { columns: 'Name|Secrets|Age', cells: serviceAccountCells },
  ReplicationController: REPLICA,
  ReplicaSet: REPLICA,
  Deployment: {
    columns: 'Name|Ready|Up-to-date|Available|Age|+Containers|+Images|+Selector',
    cells: deploymentCells,
  },
  StatefulSet: { columns: 'Name|Ready|Age|+Containers|+Images', cells: statefulSetCells },
  DaemonSet: {
    columns:
      'Name|#Desired|#Current|#Ready|#Up-to-date|#Available|Node Selector|Age|+Containers|+Images|+Selector',
    cells: daemonSetCells,
  },
  Job: { columns: 'Name|Status|Completions|Duration|Age|+Containers|+Images|+Selector', cells: jobCells },
  CronJob: {
    columns: 'Name|Schedule|Timezone|?Suspend|#Active|Last Schedule|Age|+Containers|+Images|+Selector',
    cells: cronJobCells,
  },
  PodDisruptionBudget: {
    columns: 'Name|Min Available|Max Unavailable|#Allowed Disruptions|Age',
    cells: budgetCells,
  },
}

const TYPES: Record<string, string> = { '#': 'integer', '?': 'boolean' }

function columnDefinition(text: string): object {
  const name = text.replace(/^[+#?]/, '')
  return {
    name,
    type: TYPES[text[0] ?? ''] ?? 'string',
    format: name === 'Name' ? 'name' : '',
    description: '',
    priority: text.startsWith('+') ? 1 : 0,
  }
}

/** What each row's `object` contains. */
type IncludeObject = 'None' | 'Metadata' | 'Object'

/** The Table of these objects. `now` in milliseconds; `metadata` is the list's, or the object's resourceVersion. */
export function tableOf(
  kind: string,
  objects: ApiObject[],
  options: { include: IncludeObject; now: number; metadata: object; release: KubernetesRelease },
): object {
  const uncounted = kind === 'ServiceAccount' && !options.release.countsAccountSecrets
  const printer = uncounted ? UNCOUNTED : PRINTERS[kind]
  return {
    kind: 'Table',
    apiVersion: 'meta.k8s.io/v1',
    metadata: options.metadata,
    columnDefinitions: printer?.columns.split('|').map(columnDefinition) ?? [],
    rows: objects.map(object => {
      const conditions = kind === 'Pod' ? podRowConditions(asPod(object)) : undefined
      return {
        cells: printer?.cells(object, options.now) ?? [],
        ...(conditions && { conditions }),
        object: includedObject(object, options.include),
      }
    }),
  }
}

function includedObject(object: ApiObject, include: IncludeObject): object | null {
  if (include === 'None') return null
  return include === 'Object' ? object : partialMetadata(object)
}

export const partialMetadata = (object: ApiObject): object => ({
  kind: 'PartialObjectMetadata',
  apiVersion: 'meta.k8s.io/v1',
  metadata: object.metadata,
})
