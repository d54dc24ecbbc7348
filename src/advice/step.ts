/**
 * Steps: one thing to do next, as a code with its arguments, grouped as their words are in report/words/steps. Those at the nodes are in
 * step-at-node.ts.
 */

import type { CacheRule } from '../diagnosis/cache-rule.ts'
import type { AgedToken, AwsPolicy } from '../diagnosis/clue.ts'
import type { CredentialHint } from '../diagnosis/credential-hints.ts'
import type { AttemptProblem } from '../diagnosis/finding.ts'
import type { Lapse } from '../diagnosis/lapse.ts'
import type { Perimeter } from '../diagnosis/perimeter.ts'
import type { VirtualNode } from '../diagnosis/virtual-node.ts'
import type { Moved } from '../image/moved.ts'
import type { Placeholder } from '../image/placeholder.ts'
import type { Cloud } from '../image/registries.ts'
import type { NameBeside } from '../image/similar-names.ts'
import type { SurplusTag } from '../image/surplus-tag.ts'
import type { LimitAnswer } from '../snapshot/hub-quota.ts'
import type { NewestTemplate, Renewal } from '../snapshot/newest-template.ts'
import type { PodMaker } from '../snapshot/pod.ts'
import type { SecretWriter } from '../snapshot/pull-secret.ts'
import type {
  AnswerStep,
  CertificateStep,
  MirrorStep,
  NetworkStep,
  NodeStep,
  PolicyStep,
  SandboxStep,
} from './step-at-node.ts'

/** Every step. A new one belongs to one of the groups, and does not compile until it has its words. */
export type Step =
  | LoginStep
  | CloudPermissionStep
  | PermissionStep
  | NameStep
  | WrongNameStep
  | ImageContentStep
  | LimitStep
  | PodStep
  | NetworkStep
  | AnswerStep
  | CertificateStep
  | MirrorStep
  | PolicyStep
  | NodeStep
  | SandboxStep

export type StepCode = Step['code']

/** The step with that code. */
export type StepOf<Code extends StepCode> = Extract<Step, { code: Code }>

/** Why a login would help. */
export type LoginReason =
  | 'opens'
  | 'missing'
  | 'refused'
  | 'private'
  | 'limit'
  | 'account-limit'
  | 'elsewhere'
  | 'stopgap'

/** Where access to a repository is granted; each place words it differently. */
export type Grantor = 'github' | 'gitlab' | 'gitea' | 'openshift' | 'registry'

/** A hint at a login in the cluster that can be used unchanged. */
export type UsableHint = Extract<
  CredentialHint,
  { code: 'not-named' | 'on-service-account' | 'in-namespace' | 'service-account-secrets-ignored' }
>

/** Short-lived logins, recognized by their user name: a token of a CI job, or of a cloud. */
export type ShortLived = 'gitlab-job' | Cloud

/** Registries whose user names are of a form that their operators set. */
export type UserNames = 'ecr' | 'google' | 'ngc' | 'oracle' | 'yandex' | 'huawei'

/** Give a pod a login, or remove a wrong one. */
export type LoginStep =
  | {
      code: 'distribute-login'
      reason: LoginReason
      registry: string
      /** The pull secret that the pods name and that does not exist: creating it is all that they need. */
      secret?: string
    }
  /** Of a registry that only the cluster reaches. `secret`: as above. */
  | { code: 'cluster-login'; registry: string; secret?: string }
  | { code: 'node-login'; registry: string }
  /** `catalog`: the CatalogSource that the pod serves; null for other pods. */
  | { code: 'cluster-pull-secret'; registry: string; catalog: string | null }
  /** `generated`: OpenShift itself made the secret, for a service account. */
  | { code: 'openshift-token'; namespace: string; secret: string; generated: boolean }
  | { code: 'recreate-pods' }
  | { code: 'kubelet-login' }
  | { code: 'other-debug-container'; reason: 'image' | 'login' }
  | { code: 'read-secret'; namespace: string; secret: string; problem: 'secret-forbidden' | 'secret-unread' }
  | { code: 'repair-secret'; namespace: string; secret: string; problem: AttemptProblem }
  | {
      code: 'remove-login'
      namespace: string
      secrets: string[]
      registry: string
      /** Whether it is known that the registry refused the login itself. */
      refused: boolean
    }
  | { code: 'use-known-secret'; hint: UsableHint; namespace: string }
  | { code: 'cut-user-name'; secret: string; username: string }
  /** `path`: the image's, without its registry. */
  | {
      code: 'foreign-user-name'
      secret: string
      username: string
      registry: string
      form: UserNames
      path: string
    }
  | { code: 'padded-login'; secret: string }
  | { code: 'overridden-login'; secret: string }
  | { code: 'replace-passed-over'; secrets: string[]; status: number; registry: string }
  | { code: 'secret-writer'; secret: string; namespace: string; writer: SecretWriter }
  | { code: 'guest-settings'; needs: 'login' | 'way' | 'room' | 'look' }
  | {
      code: 'short-lived-login'
      secret: string
      kind: ShortLived
      /** ISO 8601: by the token's own claim; null if it makes none. */
      validUntil: string | null
    }
  | ({ code: 'renew-token'; registry: string; namespace: string } & AgedToken)
  | { code: 'see-why'; after: 'name' | 'secrets' | 'login' }
  | { code: 'make-public'; registry: string }

/** Let an identity of a cloud pull: its login, its role, and the policies that decide. */
export type CloudPermissionStep =
  | {
      code: 'check-provider'
      cloud: Cloud | null
      sent: 'nothing' | 'refused' | 'unknown'
      /** Whether the node shows that it has such a provider. */
      likely: boolean
    }
  | { code: 'grant-cloud-role'; cloud: Cloud; caller: string | null; action: string | null; first: boolean }
  | { code: 'lift-deny'; policy: AwsPolicy | null; denies: boolean; caller: string | null }

/** Get permission from the owner of a registry, of a repository, or of a rule in front of them. */
export type PermissionStep =
  | { code: 'grant-pull'; by: Grantor; registry: string; repository: string; caller: string | null }
  | { code: 'token-scope'; registry: string }
  | { code: 'hub-plan'; repository: string }
  | { code: 'allow-address'; host: string; address: string | null; cloud: Cloud | null }
  | { code: 'pass-perimeter'; perimeter: Perimeter; id: string | null; host: string }
  | { code: 'accept-terms'; registry: string }
  | { code: 'restore-service'; registry: string; what: Lapse; project: string | null; ofCaller: boolean }
  | { code: 'heed-reason'; registry: string; reason: string }
  | {
      code: 'ask-registry-admin'
      about: 'vulnerabilities' | 'storage-quota' | 'policy' | 'list'
      host: string
    }
  | { code: 'upstream-login'; host: string; kind: 'ecr' | 'setup' | 'other' }
  | ({ code: 'cache-rule'; about: 'source' | 'login' | 'limit'; registry: string } & CacheRule)
  | { code: 'use-other-source'; why: 'blocked' | 'policy' | 'closed' }

/** Check an image's name and place. */
export type NameStep =
  | {
      code: 'check-name'
      how: 'official' | 'public' | 'hidden' | 'owner' | 'repository' | 'plain' | 'digest'
    }
  | { code: 'near-official'; names: string[] }
  | { code: 'existing-official' }
  | { code: 'proxy-project'; host: string; product: 'harbor' | 'ecr' | null }
  | { code: 'ask-registry' }
  | { code: 'use-behind'; registry: string; behind: string }
  | { code: 'use-host'; host: string; repository: string | null }
  | { code: 'use-replacement'; moved: Moved; to: string }
  | { code: 'find-replacement'; moved: Moved }
  | { code: 'migrate-project'; project: string }
  | { code: 'near-tags'; likely: string | null; tags: string[] }
  | { code: 'near-repositories'; names: string[] }
  | { code: 'see-image-stream'; project: string; stream: string; tag: string }
  | { code: 'name-version'; image: string }
  | { code: 'set-tag'; tag: string }
  | { code: 'use-local-image'; listed: boolean }
  | { code: 'set-image'; known: 'repository' | 'nothing' }

/** Correct a name that is wrong in itself. */
export type WrongNameStep =
  | { code: 'read-name'; image: string }
  | { code: 'quote-number'; image: string }
  | { code: 'fill-placeholder'; of: Exclude<Placeholder, 'istio'>; image: string }
  | { code: 'inject-sidecar' }
  | { code: 'name-not-id'; image: string }
  | { code: 'drop-scheme'; image: string }
  | ({ code: 'drop-surplus-tag' } & SurplusTag)
  /** `certain`: whether the name can't be read in another way. */
  | { code: 'write-digest'; correct: string; certain: boolean }
  | { code: 'full-name'; image: string }
  | { code: 'drop-tag'; tag: string; without: string }
  /** `inner`: the registry that the name has after the first one. */
  | { code: 'drop-default-registry'; registry: string; inner: string; without: string }
  | {
      code: 'correct-registry'
      from: string
      to: string
      why:
        | 'web-site'
        | 'private-link'
        | 'typo'
        | 'openshift-4'
        | 'openshift-route'
        | 'hub-login'
        | 'inside-alibaba'
        | 'microk8s'
        | 'kubernetes'
    }
  | { code: 'other-eks-registry'; registry: string }
  | ({ code: 'name-registry' } & NameBeside)

/** What runs a cluster's nodes on a developer's machine. */
export type LocalTool = 'kind' | 'minikube' | 'k3d'

/** Change the image itself, or choose another platform of it. */
export type ImageContentStep =
  | { code: 'driver-for-node'; from: 'system' | 'kernel'; value: string }
  | { code: 'push-again' }
  | { code: 'fewer-layers' }
  | { code: 'digest-mismatch'; host: string }
  | { code: 'missing-layer'; host: string }
  | { code: 'restore-tag'; host: string }
  | { code: 'missing-child'; host: string }
  | { code: 'rebuild-layers' }
  | { code: 'show-platforms' }
  | { code: 'build-for'; platform: string }
  | { code: 'copy-platforms'; image: string }
  | { code: 'emulate'; image: string; platform: string; tool: LocalTool }
  | { code: 'windows-image'; kernel: string | null }
  | {
      code: 'schedule-elsewhere'
      os: 'linux' | 'windows' | null
      architecture: string | null
      /** The Windows version that the image is for. */
      build: string | null
    }
  | { code: 'push-current-format' }
  | { code: 'not-an-image' }
  | { code: 'not-the-attestation'; image: string }

/** Wait for a limit, avoid it, or get the image onto the node without a pull. */
export type LimitStep =
  | { code: 'wait'; for: 'limit'; quota?: LimitAnswer }
  | { code: 'raise-volume'; registry: string; period: 'day' | 'month' | null }
  | { code: 'wait'; for: 'hub-limit' | 'minute' | 'burst' | 'kubelet' | 'registry' }
  | { code: 'find-askers' }
  | { code: 'replace-registry' }
  | { code: 'use-cache' }
  | { code: 'raise-kubelet-qps' }
  | { code: 'allow-pull' }
  | { code: 'preload'; image: string }
  | { code: 'import-image'; image: string }
  | { code: 'load-image'; image: string; tool: LocalTool | 'nerdctl' }
  | { code: 'load-pulled'; image: string; tool: LocalTool }
  | { code: 'same-secret' }
  | { code: 'exempt-preloaded' }
  | { code: 'slow-pull' }

/** Replace the pod, correct what made it, or only look at it. */
export type PodStep =
  | { code: 'recreate-job' }
  | { code: 'run-again'; maker: PodMaker }
  | { code: 'login-of-maker'; maker: PodMaker; registry: string }
  /** `corrected`: the image that the CronJob has by now, as written; null if it still has this one, or if that is not known. */
  | { code: 'delete-run'; cronJob: string; corrected: string | null }
  | { code: 'roll-back'; deployment: string; revision: number; pods: number }
  | {
      code: 'correct-admission'
      /** As in the template of the workload; null if the template has no such container. */
      template: string | null
      policies: string[]
      /** What the name has twice; null if nothing. */
      doubled: string | null
    }
  | { code: 'drop-registry'; host: string; inner: string; without: string }
  | { code: 'zarf-once'; without: string }
  | { code: 'undouble-prefix'; prefix: string; without: string }
  | { code: 'restart-pull' }
  | { code: 'delete-outgoing-pod' }
  /** `image`: what the owner's template has by now, as written. */
  | { code: 'renew-pod'; image: string; owner: NewestTemplate['owner']; renewal: Renewal }
  | { code: 'see-silent-node'; node: string; since: string | null }
  | { code: 'delete-silent-node'; node: string }
  | { code: 'leave-virtual-node'; of: Exclude<VirtualNode, 'autopilot'> }
  | { code: 'read-all' }
  | { code: 'look-again' }
