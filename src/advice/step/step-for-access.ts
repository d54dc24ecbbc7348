/** Steps to get access: a login for the pod or the node, a cloud's permission, and what the owner of a registry has to grant. */

import type { CacheRule } from '../../diagnosis/cache-rule.ts'
import type { AgedToken, AwsPolicy, ClueOf, RenewedElsewhere } from '../../diagnosis/clues/clue.ts'
import type {
  AccountOwner,
  AttemptProblem,
  CredentialHint,
} from '../../diagnosis/credential/credential-report.ts'
import type { Lapse } from '../../diagnosis/refusal/lapse.ts'
import type { Perimeter } from '../../diagnosis/refusal/perimeter.ts'
import type { Cloud } from '../../image/cloud-registries.ts'
import type { OtherLogin } from '../../snapshot/held-image.ts'
import type { HeldPool } from '../../snapshot/node.ts'
import type { PodMaker } from '../../snapshot/pod.ts'
import type { PasswordMistake, SecretMaker, SecretWriter } from '../../snapshot/pull-secret.ts'

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
  /** An operator makes the pod's service account `own` of this custom resource, and its pull secrets with it. */
  | {
      code: 'login-at-owner'
      registry: string
      reason: 'missing' | 'limit' | 'private'
      own: string
      namespace: string
      owner: AccountOwner
    }
  /** `perhaps`: nothing shows that the node sent one. */
  | { code: 'node-login'; registry: string; perhaps: boolean }
  /** Pods with the same pull secrets run the image on other nodes, such as `node`. */
  | { code: 'login-of-others'; registry: string; node: string }
  /** OpenShift's global pull secret is the node's own login, and has not reached the node; `pool`: what holds that back, if that is known. */
  | { code: 'global-pull-secret'; registry: string; hasLogin: boolean; pool: HeldPool | null }
  /** `catalog`: the CatalogSource that the pod serves; null for other pods. */
  | { code: 'cluster-pull-secret'; registry: string; catalog: string | null }
  /** `generated`: OpenShift itself made the secret, for a service account. */
  | { code: 'openshift-token'; namespace: string; secret: string; generated: boolean }
  | { code: 'recreate-pods' }
  /** Give the pod's entry without a name one of these; the service account whose list that entry keeps out has them, if it is given. */
  | { code: 'name-secret'; secrets: string[]; serviceAccount: string | null }
  | { code: 'kubelet-login' }
  | { code: 'other-debug-container'; reason: 'image' | 'login' | 'way' }
  | { code: 'read-secret'; namespace: string; secret: string; problem: 'secret-forbidden' | 'secret-unread' }
  /** The secret has a login for `of` that this registry takes, too, under its own key. */
  | { code: 'add-key'; namespace: string; secret: string; key: string; of: string }
  /** `beside`: others with keys for other paths of the registry; absent if there are none. */
  | { code: 'repair-secret'; namespace: string; secret: string; problem: AttemptProblem; beside?: string[] }
  | {
      code: 'remove-login'
      namespace: string
      secrets: string[]
      registry: string
      /** Whether it is known that the registry refused the login itself. */
      refused: boolean
    }
  | { code: 'use-known-secret'; hint: UsableHint; namespace: string }
  /** The secret of a virtual cluster is here under another name, and the copied pod has the name that it has there. */
  | { code: 'untranslated-secret'; maker: PodMaker; named: string; copy: string }
  /** A custom resource would make the secret that does not exist. */
  | { code: 'secret-maker'; namespace: string; secret: string; maker: SecretMaker }
  /** Pods run the image with another secret, `other`, whose login differs from the one in `secret`. */
  | {
      code: 'use-other-login'
      namespace: string
      secret: string
      other: OtherLogin['other']
    }
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
  /** Something other than the password stands in its place. `writer`: null if none is known. */
  | {
      code: 'write-password'
      namespace: string
      secret: string
      username: string
      mistake: PasswordMistake
      writer: SecretWriter | null
    }
  /** The admin user of Azure's registry. */
  | { code: 'acr-admin'; secret: string; registry: string }
  | { code: 'overridden-login'; secret: string }
  /** `secrets`: one of them, if there are several. `others`: whose logins were refused for this image only; absent if the pull went on. */
  | {
      code: 'replace-passed-over'
      secrets: string[]
      status: number
      registry: string
      others?: string[]
    }
  /** `alone`: neither the copy nor its source has another login. */
  | {
      code: 'renew-copy'
      namespace: string
      secret: string
      source: { namespace: string; secret: string }
      alone: boolean
    }
  | { code: 'secret-writer'; secret: string; namespace: string; writer: SecretWriter }
  | {
      code: 'guest-settings'
      needs: 'login' | 'way' | 'trust' | 'room' | 'time' | 'unpacker' | 'key' | 'look'
    }
  | {
      code: 'short-lived-login'
      secret: string
      kind: ShortLived
      /** ISO 8601: by the token's own claim; null if it makes none. */
      validUntil: string | null
      /** The registry that issued the token, where another one is asked. */
      issuedFor?: string
    }
  | ({ code: 'renew-token'; registry: string; namespace: string } & AgedToken)
  | { code: 'fix-renewer'; cronJob: string; secret: string }
  | ({ code: 'join-renewal'; namespace: string } & RenewedElsewhere)
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
  | { code: 'annotate-account'; serviceAccount: string; like: string }
  /** Of GKE's nodes, which log in only if the scopes of their pool let them. */
  | { code: 'node-scopes'; registry: string }
  | ({ code: 'copy-to-partition'; registry: string } & Omit<ClueOf<'other-partition'>, 'code'>)
  | {
      code: 'grant-cloud-role'
      cloud: Cloud
      caller: string | null
      action: string | null
      first: boolean
      /** AWS accounts whose images the node pulls, so that its role most likely can. */
      pulls?: string[]
    }
  | { code: 'lift-deny'; policy: AwsPolicy | null; denies: boolean; caller: string | null }

/** Get permission from the owner of a registry, of a repository, or of a rule in front of them. */
export type PermissionStep =
  | { code: 'grant-pull'; by: Grantor; registry: string; repository: string; caller: string | null }
  | {
      code: 'robot-of-other'
      secret: string
      username: string
      owner: string
      registry: string
      repository: string
    }
  | { code: 'token-scope'; registry: string }
  | { code: 'hub-plan'; repository: string }
  | { code: 'allow-address'; host: string; address: string | null; cloud: Cloud | null }
  | { code: 'pass-perimeter'; perimeter: Perimeter; id: string | null; host: string }
  | { code: 'accept-terms'; registry: string }
  | { code: 'restore-service'; registry: string; what: Lapse; project: string | null; ofCaller: boolean }
  | { code: 'heed-reason'; registry: string; reason: string }
  | {
      code: 'ask-registry-admin'
      about: 'vulnerabilities' | 'storage-quota' | 'signature' | 'policy' | 'list'
      host: string
    }
  | { code: 'unlock-image'; registry: string }
  | { code: 'finish-scan'; scan: ClueOf<'unscanned'>['scan']; host: string }
  | {
      code: 'upstream-login'
      host: string
      /** `of-pods`: it asks with the pods' own pull secrets. */
      kind: 'ecr' | 'openshift' | 'of-pods' | 'setup' | 'other'
      /** The cache's remote repository whose login was refused, or the one at the upstream that was asked for, where the text names it. */
      repository?: string
    }
  | ({ code: 'cache-rule'; about: 'source' | 'login' | 'limit'; registry: string } & CacheRule)
  | { code: 'use-other-source'; why: 'blocked' | 'policy' | 'closed' }
