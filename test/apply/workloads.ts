/** Acts as the simulated cluster's controllers and kubelet, in one step that takes no time. */
import type { Cluster } from '../../src/simulator/cluster/cluster.ts'
import { type ApiObject, asPod } from '../../src/simulator/cluster/objects.ts'

const LIMITED =
  'Back-off pulling image "nginx:1.27": ErrImagePull: failed to pull and unpack image "docker.io/library/nginx:1.27": failed to copy: httpReadSeeker: failed open: unexpected status code https://registry-1.docker.io/v2/library/nginx/manifests/1: 429 Too Many Requests - Server message: toomanyrequests: You have reached your unauthenticated pull rate limit. https://www.docker.com/increase-rate-limit'

export const podSpec = (extra: object) => ({
  containers: [{ name: 'app', image: 'nginx:1.27' }],
  nodeName: 'node-1',
  ...extra,
})

export function deployment(cluster: Cluster, namespace: string, name: string, extra: object): void {
  const labels = { app: name }
  cluster.add({
    apiVersion: 'apps/v1',
    kind: 'Deployment',
    metadata: { name, namespace },
    spec: {
      replicas: 1,
      selector: { matchLabels: labels },
      template: { metadata: { labels }, spec: podSpec(extra) },
    },
  })
}

/** The resourceVersion at which nothing was left to do. */
const settledAt = new WeakMap<Cluster, number>()

/** Acts as controllers and kubelet in one step: removes terminating pods, gives Deployments their pod, and runs pods with a login. */
export function settle(cluster: Cluster): void {
  if (settledAt.get(cluster) === cluster.store.revision) return
  for (const pod of cluster.list('Pod')) if (pod.metadata.deletionTimestamp) drop(cluster, pod)
  for (const workload of cluster.list('Deployment')) rollOut(cluster, workload)
  for (const pod of cluster.list('Pod')) report(cluster, pod)
  settledAt.set(cluster, cluster.store.revision)
}

function drop(cluster: Cluster, { metadata: { namespace, name } }: ApiObject): void {
  cluster.remove('Pod', namespace, name, { gracePeriodSeconds: 0 })
}

const REVISION = 'deployment.kubernetes.io/revision'

/** Creates one ReplicaSet per template, named after it, with one pod. */
function rollOut(cluster: Cluster, workload: ApiObject): void {
  const { namespace = '', name, uid, generation = 1 } = workload.metadata
  const template = workload.spec?.template as { metadata: { labels: Record<string, string> }; spec: object }
  const current = `${name}-${generation}`
  for (const set of cluster.list('ReplicaSet', namespace)) {
    if (set.metadata.ownerReferences?.[0]?.uid !== uid || set.metadata.name === current) continue
    cluster.remove('ReplicaSet', namespace, set.metadata.name, { propagationPolicy: 'Background' })
  }
  const owner = { apiVersion: 'apps/v1', kind: 'Deployment', name, uid, controller: true }
  const set =
    cluster.get('ReplicaSet', namespace, current) ??
    cluster.add({
      apiVersion: 'apps/v1',
      kind: 'ReplicaSet',
      metadata: {
        name: current,
        namespace,
        ownerReferences: [owner],
        annotations: { [REVISION]: String(generation) },
        labels: { ...template.metadata.labels },
      },
      spec: { replicas: 1, selector: workload.spec?.selector, template: workload.spec?.template },
    })
  cluster.change('Deployment', namespace, name, copy => {
    copy.metadata.annotations = { ...copy.metadata.annotations, [REVISION]: String(generation) }
    copy.status = { observedGeneration: generation, updatedReplicas: 1 }
  })
  const above = {
    apiVersion: 'apps/v1',
    kind: 'ReplicaSet',
    name: current,
    uid: set.metadata.uid,
    controller: true,
  }
  const pods = cluster
    .list('Pod', namespace)
    .filter(pod => pod.metadata.ownerReferences?.some(one => one.uid === above.uid))
  if (pods.length > 0) return
  cluster.create({
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { ...template.metadata, generateName: `${current}-`, namespace, ownerReferences: [above] },
    spec: { ...template.spec, nodeName: 'node-1' },
  })
}

/** A pod runs once it names an existing Secret; until then it waits for its image. */
function report(cluster: Cluster, object: ApiObject): void {
  const { namespace = '', name } = object.metadata
  const pod = asPod(object)
  const names = (pod.spec.imagePullSecrets ?? []) as { name: string }[]
  const served = names.some(
    secret => secret.name === 'dockercreds' && cluster.get('Secret', namespace, secret.name),
  )
  const status = served
    ? { name: 'app', imageID: 'docker.io/library/nginx@sha256:1', ready: true, state: { running: {} } }
    : {
        name: 'app',
        ready: false,
        state: { waiting: { reason: 'ImagePullBackOff', message: LIMITED } },
      }
  cluster.change('Pod', namespace, name, copy => {
    copy.status = { phase: served ? 'Running' : 'Pending', containerStatuses: [status] }
  })
}
