/** Narrows a pod to what matters for pulling images. */

import { firstText, list, present, record, text, textOrNull } from '../../json/json-object.ts'
import { nameOf, namespaceOf } from '../../kubernetes/api/kinds.ts'
import type { Pod, PodPlatform } from '../../snapshot/pod.ts'
import { narrowController } from './controller.ts'
import { packageOf } from './managers.ts'
import { controllerRevisionHash, deploymentConfig, templateGeneration, templateHash } from './marks.ts'
import { narrowContainers } from './pod-containers.ts'
import { makerOf, operatorIn, servesDns } from './pod-makers.ts'
import { accountIn, hasUnnamedSecret, narrowSecretNames } from './related-objects.ts'

const MIRROR = 'kubernetes.io/config.mirror'

/** Skaffold puts it on every object that it deploys, and into their templates (skaffold.dev/docs/tutorials/skaffold-resource-selector). */
const SKAFFOLD = 'skaffold.dev/run-id'

/** Returns the pod, with its messages redacted; null without a name. Values of the wrong type count as absent. */
export function narrowPod(raw: unknown): Pod | null {
  const name = nameOf(raw)
  if (name === null) return null
  const pod = record(raw)
  const metadata = record(pod.metadata)
  const spec = record(pod.spec)
  const status = record(pod.status)
  const controller = narrowController(metadata)
  return {
    namespace: namespaceOf(raw),
    name,
    uid: text(metadata.uid),
    node: textOrNull(spec.nodeName),
    createdAt: text(metadata.creationTimestamp),
    phase: text(status.phase),
    reason: text(status.reason),
    terminating: textOrNull(metadata.deletionTimestamp) !== null,
    ...narrowMirror(metadata),
    serviceAccount: accountIn(spec),
    pullSecrets: narrowSecretNames(spec.imagePullSecrets),
    priorityClass: textOrNull(spec.priorityClassName),
    hasSandbox: narrowSandbox(status),
    platform: narrowPlatform(spec),
    controller,
    ...present({
      unnamedSecret: hasUnnamedSecret(spec.imagePullSecrets) ? (true as const) : null,
      runtimeClass: textOrNull(spec.runtimeClassName),
      templateHash: templateHash(metadata),
      deploymentConfig: controller?.kind === 'ReplicationController' ? deploymentConfig(metadata) : null,
      // A DaemonSet replaces each pod independently.
      revisionHash: controller?.kind === 'StatefulSet' ? controllerRevisionHash(metadata) : null,
      templateGeneration: templateGeneration(metadata),
      operator: operatorIn(metadata),
      managedBy: packageOf(metadata),
      bySkaffold: record(metadata.labels)[SKAFFOLD] === undefined ? null : (true as const),
      servesDns: servesDns(metadata) ? (true as const) : null,
      maker: makerOf(metadata, controller?.kind ?? null),
      rewriters: rewritersIn(metadata),
      injectedImages: injectedImagesIn(metadata),
      version: versionIn(metadata),
    }),
    containers: narrowContainers(spec, status),
  }
}

/** Kubernetes' label for it, or else the one by which Istio tells versions apart. */
function versionIn({ labels }: Record<string, unknown>): string | null {
  const marks = record(labels)
  return textOrNull(marks['app.kubernetes.io/version']) ?? textOrNull(marks.version)
}

function narrowMirror({ annotations }: Record<string, unknown>): Pick<Pod, 'mirror' | 'uidOnNode'> {
  const uidOnNode = text(record(annotations)[MIRROR])
  const mirror = Object.hasOwn(record(annotations), MIRROR)
  return uidOnNode === '' ? { mirror } : { mirror, uidOnNode }
}

/** The condition's name was PodHasNetwork before Kubernetes 1.28. */
function narrowSandbox(status: Record<string, unknown>): boolean | null {
  const condition = list(status.conditions)
    .map(record)
    .find(({ type }) => type === 'PodReadyToStartContainers' || type === 'PodHasNetwork')
  return condition?.status === 'True' ? true : condition?.status === 'False' ? false : null
}

/** Kyverno notes `RULE.POLICY.kyverno.io: replaced /spec/containers/0/image` in an annotation, one change a line. */
const REWRITTEN =
  /^\S+\.([a-z0-9][a-z0-9-]*)\.kyverno\.io: (?:added|replaced) \/spec\/(?:initContainers|containers)\/\d+(?:\/image)?$/gm

/** The policies that changed a container of the pod; null if none did. */
function rewritersIn({ annotations }: Record<string, unknown>): string[] | null {
  const changes = text(record(annotations)['policies.kyverno.io/last-applied-patches'])
  const rewriters = [...new Set([...changes.matchAll(REWRITTEN)].map(([, policy = '']) => policy))]
  return rewriters.length === 0 ? null : rewriters
}

/**
 * The annotations by which a pod chooses the image of what is injected (istio.io, "Resource Annotations"; linkerd.io, "Proxy Configuration";
 * developer.hashicorp.com/vault, "Agent Injector annotations"; docs.dapr.io, "Dapr arguments and annotations").
 */
const OF_INJECTORS = [
  'sidecar.istio.io/proxyImage',
  'config.linkerd.io/proxy-image',
  'vault.hashicorp.com/agent-image',
  'dapr.io/sidecar-image',
]

function injectedImagesIn({ annotations }: Record<string, unknown>): Record<string, string> | null {
  const images = OF_INJECTORS.flatMap(name => {
    const image = textOrNull(record(annotations)[name])
    return image === null ? [] : [[name, image] as const]
  })
  return images.length === 0 ? null : Object.fromEntries(images)
}

function narrowPlatform(spec: Record<string, unknown>): PodPlatform {
  const selector = record(spec.nodeSelector)
  return {
    os: firstText(record(spec.os).name, selector['kubernetes.io/os'], selector['beta.kubernetes.io/os']),
    architecture: firstText(selector['kubernetes.io/arch'], selector['beta.kubernetes.io/arch']),
  }
}
