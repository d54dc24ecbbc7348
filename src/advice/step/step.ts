/**
 * Steps: one thing to do next, as a code with its arguments, grouped as their words are in report/words/steps. Those to get access are in
 * step-for-access.ts, and those at the nodes in step-at-node.ts.
 */

import type { VirtualNode } from '../../diagnosis/node/virtual-node.ts'
import type { DroppedZero } from '../../image/mistakes/dropped-zero.ts'
import type { ImpossiblePath } from '../../image/mistakes/impossible-path.ts'
import type { NameBeside } from '../../image/mistakes/names-beside.ts'
import type { Placeholder } from '../../image/mistakes/placeholder.ts'
import type { SurplusTag } from '../../image/mistakes/surplus-tag.ts'
import type { Moved } from '../../image/moved/moved.ts'
import type { LimitAnswer } from '../../snapshot/hub-quota.ts'
import type { NewestTemplate, Renewal } from '../../snapshot/newest-template.ts'
import type { PodMaker, PullPolicy } from '../../snapshot/pod.ts'
import type { ImageTrigger } from '../../snapshot/snapshot.ts'
import type { StepAtNode } from './step-at-node.ts'
import type { CloudPermissionStep, LoginStep, PermissionStep } from './step-for-access.ts'

/** Every step. A new one belongs to one of the groups, and does not compile until it has its words. */
export type Step =
  | LoginStep
  | CloudPermissionStep
  | PermissionStep
  | NameStep
  | ReplacementStep
  | WrongNameStep
  | ImageContentStep
  | LimitStep
  | PodStep
  | StepAtNode

export type StepCode = Step['code']

/** The step with that code. */
export type StepOf<Code extends StepCode> = Extract<Step, { code: Code }>

/** Check an image's name, its tag, and whether it has to be pulled. */
export type NameStep =
  | {
      code: 'check-name'
      how: 'official' | 'public' | 'hidden' | 'owner' | 'namespace' | 'repository' | 'plain' | 'digest'
    }
  | { code: 'near-official'; names: string[] }
  | { code: 'existing-official' }
  | { code: 'hub-refuses-all' }
  | { code: 'proxy-project'; host: string; product: 'harbor' | 'ecr' | null }
  | { code: 'ask-registry' }
  | { code: 'near-tags'; likely: string | null; tags: string[] }
  | { code: 'near-repositories'; names: string[] }
  /** `lookUp`: it can be switched on for the namespace's image streams. */
  | { code: 'look-up-stream'; namespace: string; stream: string; tag: string; image: string; lookUp: boolean }
  | ({ code: 'image-trigger' } & ImageTrigger)
  /** `tag`: null for an image that is named by its digest. */
  | { code: 'see-image-stream'; project: string; stream: string; tag: string | null }
  | { code: 'name-version'; image: string }
  | { code: 'set-tag'; tag: string }
  /** `meanwhile`: until the registry answers again. `template`: the policy in the template, where Always was set at admission. */
  | { code: 'use-local-image'; listed: boolean; meanwhile?: true; template?: PullPolicy }
  | { code: 'set-image'; known: 'repository' | 'nothing' }

/** Use the image from another place. */
export type ReplacementStep =
  /** `login`: where only the name behind it gets the pod's login; `perhaps`: where it is not known that it is another name. */
  | { code: 'use-behind'; registry: string; behind: string; login?: 'only' | 'perhaps' }
  | { code: 'use-host'; host: string; repository: string | null }
  | { code: 'use-replacement'; moved: Moved; to: string }
  | { code: 'find-replacement'; moved: Moved }
  | { code: 'migrate-project'; project: string }

/** Correct a name that is wrong in itself. */
export type WrongNameStep =
  | { code: 'read-name'; image: string }
  /** A value that was empty where the name is put together. `part`: null if nothing shows which one. */
  | { code: 'fill-part'; image: string; part: 'repository' | 'registry' | null }
  | { code: 'quote-number'; image: string }
  | ({ code: 'quote-tag' } & DroppedZero)
  | { code: 'fill-placeholder'; of: Exclude<Placeholder, 'istio'>; image: string }
  | { code: 'inject-sidecar' }
  | { code: 'name-not-id'; image: string }
  | { code: 'drop-scheme'; image: string }
  | ({ code: 'drop-surplus-tag' } & SurplusTag)
  /** `certain`: whether the name can't be read in another way. */
  | { code: 'write-digest'; correct: string; certain: boolean }
  | { code: 'full-name'; image: string }
  | { code: 'drop-tag'; tag: string }
  /** `inner`: the registry that the name has after the first one. */
  | { code: 'drop-default-registry'; registry: string; inner: string }
  | ({ code: 'correct-path' } & ImpossiblePath)
  | {
      code: 'correct-registry'
      from: string
      to: string
      why:
        | 'web-site'
        | 'private-link'
        | 'typo'
        | 'other-name'
        | 'other-port'
        | 'other-loopback'
        | 'openshift-4'
        | 'openshift-route'
        | 'hub-login'
        | 'inside-alibaba'
        | 'microk8s'
        | 'kubernetes'
        | 'eks-account'
        | 'eks-partition'
        | 'cache-of-hub'
    }
  | { code: 'other-eks-registry'; registry: string }
  | ({ code: 'name-registry' } & NameBeside)

/** What runs a cluster's nodes on a developer's machine. */
export type LocalTool = 'kind' | 'minikube' | 'k3d'

/** Change the image itself, or choose another platform of it. */
export type ImageContentStep =
  | { code: 'append-system'; system: string | null }
  | { code: 'driver-for-node'; from: 'system' | 'kernel'; value: string }
  | { code: 'push-again' }
  | { code: 'fewer-layers' }
  | { code: 'digest-mismatch'; host: string }
  | { code: 'missing-layer'; host: string }
  | { code: 'restore-tag'; host: string }
  | { code: 'push-held'; pods: number; nodes: string[] }
  | { code: 'missing-child'; host: string }
  /** What a private registry of ECR lists under this name, and may not serve. */
  | { code: 'see-ecr-image' }
  | { code: 'without-pigz' }
  | { code: 'rebuild-layers' }
  | { code: 'other-builder' }
  /** `name`: of the extended attribute that a builder has left on the image's files. */
  | { code: 'drop-attribute'; name: string }
  | { code: 'show-platforms' }
  | { code: 'build-for'; platform: string }
  /** Pin the digest of the image for all platforms. */
  | { code: 'digest-of-index'; platform: string }
  /** Let nodes take new pods. */
  | { code: 'uncordon'; nodes: string[] }
  /** `image`: the name of the original, if the copy's name has it. */
  | {
      code: 'copy-more-platforms'
      service: 'kube-image-keeper' | 'zarf'
      platform: string
      image: string | null
    }
  | { code: 'copy-platforms'; image: string }
  | { code: 'install-64-bit' }
  | { code: 'emulate'; image: string; platform: string; tool: LocalTool }
  /** The base is a Windows image with layers that only Microsoft serves. */
  | { code: 'newer-base' }
  | { code: 'windows-image'; kernel: string | null }
  /** The image is for Windows, and the node runs Linux. `build`: the Windows version that the tag names, as nodes' labels have it; `perhaps`: only a word in its name says so. */
  | { code: 'schedule-on-windows'; build: string | null; perhaps?: true }
  | {
      code: 'schedule-elsewhere'
      os: 'linux' | 'windows' | null
      architecture: string | null
      /** The Windows version that the image is for. */
      build: string | null
    }
  | { code: 'push-current-format' }
  /** The host announces manifests of one type, `as`, and sends another, `is`. */
  | { code: 'correct-media-type'; host: string; as: string; is: string }
  | { code: 'not-an-image' }
  /** `version`: of the containerd that can't unpack layers with WebAssembly modules; null if it is not known. */
  | { code: 'update-for-wasm'; version: string | null }
  | { code: 'not-the-signature'; image: string }
  | { code: 'not-the-attestation'; image: string }

/** Wait for a limit, avoid it, or get the image onto the node without a pull. */
export type LimitStep =
  | { code: 'wait'; for: 'limit'; quota?: LimitAnswer }
  | { code: 'raise-volume'; registry: string; period: 'day' | 'month' | null }
  | { code: 'wait'; for: 'hub-limit' | 'minute' | 'burst' | 'kubelet' | 'registry' | 'logins' }
  /** Of Azure's registries, which serve so many requests a minute by what is paid for them. */
  | { code: 'raise-tier'; registry: string }
  | { code: 'find-askers'; lasts?: true }
  /** `secrets`: those of the pod with a login for the registry. */
  | { code: 'stop-failed-logins'; secrets: string[] }
  | { code: 'replace-registry' }
  | { code: 'pull-less' }
  | { code: 'use-cache' }
  | { code: 'raise-kubelet-qps' }
  | { code: 'allow-pull' }
  | { code: 'preload'; image: string }
  /** `name`: of an image on the node that may be this one; null if none is known. */
  | { code: 'tag-image'; image: string; name: string | null }
  /** `tags`: those of the image's repository that are on the node. */
  | { code: 'tag-on-node'; tags: string[] }
  /** `again`: the image was most likely there before, and the kubelet removed it. */
  | { code: 'import-image'; image: string; again?: true }
  /** `others`: nodes that have the image. */
  | { code: 'load-as-others'; image: string; others: string[] }
  | { code: 'load-image'; image: string; tool: LocalTool | 'nerdctl' }
  | { code: 'load-pulled'; image: string; tool: LocalTool }
  | { code: 'same-secret' }
  | { code: 'exempt-preloaded' }
  | { code: 'slow-pull' }

/** Replace the pod, correct what made it, or only look at it. */
export type PodStep =
  /** `reached`: whether a new pod of the Job is enough, as after a change of its service account, or its template has to change; or either, by which step was taken. */
  | { code: 'recreate-job'; reached: 'by-pod' | 'by-job' | 'either' }
  | { code: 'run-again'; maker: PodMaker }
  | { code: 'login-of-maker'; maker: PodMaker; registry: string }
  /**
   * `corrected`: the image that the CronJob has by now, as written; null if it still has this one, or if that is not known. `keeps`: what was
   * wrong in the Job's template, if not its image.
   */
  | { code: 'delete-run'; cronJob: string; corrected: string | null; keeps?: 'secrets' }
  | { code: 'roll-back'; deployment: string; revision: number; pods: number }
  | {
      code: 'correct-admission'
      /** As in the template of the workload; null if the template has no such container. */
      template: string | null
      policies: string[]
      /** What the name has twice; null if nothing. */
      doubled: string | null
      /** Only if a new pod gets this image as well. */
      again?: true
      /** The pod's annotation that gives the container this image. */
      annotation?: string
    }
  /** `template`: the image there, which a new pod gets. */
  | { code: 'delete-changed-pod'; template: string }
  /** `template`: the name to which a webhook or policy added the digest. */
  | { code: 'resolve-again'; template: string }
  | { code: 'drop-registry'; host: string; inner: string; without: string }
  | { code: 'zarf-once'; without: string }
  | { code: 'zarf-package'; lacks: 'image' | 'login' }
  | { code: 'undouble-prefix'; prefix: string; without: string }
  | { code: 'restart-pull' }
  /** ISO 8601: when the pull began that is running. */
  | { code: 'await-pull'; since: string }
  | { code: 'delete-outgoing-pod' }
  /** `image`: what the owner's template has by now, as written. */
  | { code: 'renew-pod'; image: string; owner: NewestTemplate['owner']; renewal: Renewal }
  | { code: 'see-silent-node'; node: string; since: string | null }
  | { code: 'delete-silent-node'; node: string }
  /** By deleting its object, on which whatever manages the machine ends it. */
  | { code: 'replace-node'; node: string }
  | { code: 'leave-virtual-node'; of: Exclude<VirtualNode, 'autopilot'> }
  | { code: 'read-all' }
  | { code: 'look-again' }
