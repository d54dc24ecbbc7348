/** Steps: one thing to do next, as a code with its arguments. The words are in report/words/steps. */

import type { AwsPolicy, CertificateProblem, Clue, DefaultName, LazySnapshotter } from '../diagnosis/clue.ts'
import type { EndpointRole, NamedEndpoint, NodeService } from '../diagnosis/endpoint.ts'
import type { AttemptProblem } from '../diagnosis/finding.ts'
import type { Lapse } from '../diagnosis/lapse.ts'
import type { Perimeter } from '../diagnosis/perimeter.ts'
import type { CredentialHint } from '../diagnosis/pull-credential.ts'
import type { Moved } from '../image/moved.ts'
import type { Placeholder } from '../image/placeholder.ts'
import type { Cloud } from '../image/registries.ts'
import type { NameBeside } from '../image/similar-names.ts'
import type { LimitAnswer } from '../snapshot/hub-quota.ts'
import type { PodMaker } from '../snapshot/pod.ts'
import type { SecretWriter } from '../snapshot/pull-secret.ts'

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
export type Grantor = 'github' | 'gitlab' | 'openshift' | 'registry'

/** A hint at a login in the cluster that can be used unchanged. */
export type UsableHint = Extract<
  CredentialHint,
  { code: 'not-named' | 'on-service-account' | 'in-namespace' | 'service-account-secrets-ignored' }
>

/** Short-lived logins, recognized by their user name. */
export type ShortLived = 'gitlab-job' | 'ecr' | 'google' | 'acr'

/** A policy on the node: a registry that is blocked, images that are on no list, or signatures. */
export type NodePolicy = 'blocked' | 'rejected' | 'signature'

/** Products that announce a token server of their own, each by a setting of another name. */
export type RealmProduct = 'gitea' | 'harbor' | 'gitlab' | 'quay' | 'artifactory' | 'nexus'

/** Every step. A new one does not compile until it has its words. */
export type Step =
  // Logins and pull secrets
  | {
      code: 'distribute-login'
      reason: LoginReason
      registry: string
      /** The pull secret that the pods name and that does not exist: creating it is all that they need. */
      secret?: string
    }
  | { code: 'node-login'; registry: string }
  | { code: 'recreate-pods' }
  | { code: 'kubelet-login' }
  | { code: 'other-debug-container'; reason: 'image' | 'login' }
  | { code: 'read-secret'; namespace: string; secret: string; problem: 'secret-forbidden' | 'secret-unread' }
  | { code: 'repair-secret'; namespace: string; secret: string; problem: AttemptProblem }
  | { code: 'remove-login'; namespace: string; secrets: string[]; registry: string }
  | { code: 'use-known-secret'; hint: UsableHint; namespace: string }
  | { code: 'cut-user-name'; secret: string; username: string }
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
  | { code: 'recreate-job' }
  | { code: 'run-again'; maker: PodMaker }
  | { code: 'login-of-maker'; maker: PodMaker; registry: string }
  | { code: 'delete-run'; cronJob: string }
  | { code: 'see-why'; after: 'name' | 'secrets' | 'login' }
  // Rights at the registry
  | {
      code: 'check-provider'
      cloud: Cloud | null
      sent: 'nothing' | 'refused' | 'unknown'
      /** Whether the node shows that it has such a provider. */
      likely: boolean
    }
  | { code: 'grant-cloud-role'; cloud: Cloud; caller: string | null; action: string | null; first: boolean }
  | { code: 'lift-deny'; policy: AwsPolicy | null; denies: boolean; caller: string | null }
  | { code: 'grant-pull'; by: Grantor; registry: string; repository: string; caller: string | null }
  | { code: 'token-scope'; registry: string }
  | { code: 'hub-plan'; repository: string }
  | { code: 'make-public'; registry: string }
  | { code: 'allow-address'; host: string; address: string | null; cloud: Cloud | null }
  | { code: 'pass-perimeter'; perimeter: Perimeter; id: string | null; host: string }
  | { code: 'accept-terms'; registry: string }
  | { code: 'restore-service'; registry: string; what: Lapse; project: string | null; ofCaller: boolean }
  | { code: 'heed-reason'; registry: string; reason: string }
  | { code: 'ask-registry-admin'; about: 'vulnerabilities' | 'storage-quota' | 'policy'; host: string }
  | { code: 'upstream-login'; host: string; kind: 'ecr' | 'setup' | 'other' }
  | { code: 'use-other-source'; why: 'blocked' | 'policy' | 'closed' }
  // The image's name
  | { code: 'check-name'; how: 'official' | 'public' | 'hidden' | 'owner' | 'plain' | 'digest' }
  | { code: 'near-official'; names: string[] }
  | { code: 'existing-official' }
  | { code: 'proxy-project'; host: string; product: 'harbor' | 'ecr' | null }
  | { code: 'ask-registry' }
  | { code: 'use-host'; host: string; repository: string | null }
  | { code: 'use-replacement'; moved: Moved; to: string }
  | { code: 'find-replacement'; moved: Moved }
  | { code: 'migrate-project'; project: string }
  | { code: 'near-tags'; likely: string | null; tags: string[] }
  | { code: 'near-repositories'; names: string[] }
  | { code: 'see-image-stream'; project: string; stream: string; tag: string }
  | { code: 'driver-for-node'; from: 'system' | 'kernel'; value: string }
  | { code: 'name-version'; image: string }
  | { code: 'set-tag'; tag: string }
  | { code: 'use-local-image'; listed: boolean }
  | { code: 'set-image'; known: 'repository' | 'nothing' }
  | { code: 'roll-back'; deployment: string; revision: number; pods: number }
  | {
      code: 'correct-admission'
      /** As in the template of the workload; null if the template has no such container. */
      template: string | null
      policies: string[]
      /** What the name has twice; null if nothing. */
      doubled: string | null
    }
  | { code: 'relieve-disk' }
  | { code: 'drop-registry'; host: string; inner: string; without: string }
  | { code: 'undouble-prefix'; prefix: string; without: string }
  | { code: 'read-name'; image: string }
  | { code: 'quote-number'; image: string }
  | { code: 'fill-placeholder'; of: Exclude<Placeholder, 'istio'>; image: string }
  | { code: 'inject-sidecar' }
  | { code: 'name-not-id'; image: string }
  | { code: 'drop-scheme'; image: string }
  | { code: 'full-name'; image: string }
  | {
      code: 'correct-registry'
      from: string
      to: string
      why: 'web-site' | 'private-link' | 'typo' | 'openshift-4' | 'hub-login'
    }
  | ({ code: 'name-registry' } & NameBeside)
  // The way to the host
  | { code: 'resolve-host'; host: string }
  | { code: 'node-resolver'; host: string }
  | { code: 'compare-nodes'; host: string; node: string; about: 'name' | 'way' }
  | { code: 'bare-host'; host: string }
  | ({ code: 'default-name'; of: DefaultName; registry: string | null } & NamedEndpoint)
  | { code: 'start-local-registry'; container: string }
  | { code: 'fix-dns'; host: string; server: string | null }
  | { code: 'replace-service-name'; host: string; role: EndpointRole }
  | { code: 'token-realm'; host: string; registry: string; product: RealmProduct | null }
  | { code: 'resolve-elsewhere'; host: string; address: string }
  | { code: 'replace-loopback'; host: string; role: EndpointRole }
  | ({
      code: 'test-connection'
      scheme: 'https' | 'http'
      /** The path of the manifest that the host failed at, with its query: asking for less might look healthy. */
      manifest?: string
    } & NamedEndpoint)
  | { code: 'who-answered'; host: string }
  | { code: 'page-instead'; host: string }
  | ({ code: 'open-host' } & NamedEndpoint)
  | { code: 'storage-refused'; host: string }
  | ({ code: 'check-listener' } & NamedEndpoint)
  | ({ code: 'check-mtu' } & NamedEndpoint)
  | { code: 'give-route'; host: string; family: 'IPv4' | 'IPv6' }
  | { code: 'check-mirror'; host: string; registry: string }
  | { code: 'broken-mirror'; host: string; registry: string; why: string }
  | { code: 'node-mirror'; host: string; service: NodeService | null }
  | { code: 'node-service'; host: string; service: NodeService }
  | { code: 'mirror-login'; host: string; registry: string }
  | {
      code: 'mirror-settings'
      host: string | null
      registry: string
      about: 'endpoint' | 'scheme' | 'web-page' | 'unreadable' | 'answered' | 'literal-server'
    }
  | { code: 'unblock-upstream'; host: string }
  | {
      code: 'mirror-limit'
      host: string
      registry: string
      /** The cache is on the node's loopback, and names of images are rewritten to go through it, as kube-image-keeper does. */
      rewrites: boolean
    }
  | {
      code: 'mirror-lacks-image'
      host: string
      registry: string
      /** What the registry itself can do: it was not needed, may not be asked, or can't be reached. */
      source: 'other' | 'blocked' | 'unreachable'
    }
  | { code: 'show-certificate'; host: string }
  | { code: 'check-clock' }
  | { code: 'trust-authority'; host: string; intercepted: boolean }
  | { code: 'tls-between'; host: string }
  | { code: 'renew-certificate'; host: string; problem: CertificateProblem }
  | { code: 'public-certificate'; host: string; problem: CertificateProblem }
  | { code: 'ingress-certificate'; host: string }
  | { code: 'serve-tls'; host: string }
  | { code: 'allow-http'; host: string }
  | { code: 'use-https'; host: string }
  | { code: 'show-proxy' }
  | { code: 'fix-proxy'; host: string | null; scheme: boolean }
  | { code: 'pass-proxy'; host: string }
  | { code: 'bypass-proxy'; host: string }
  | { code: 'status-page'; host: string; registry: string; role: EndpointRole }
  // The node
  | { code: 'prune-images' }
  | { code: 'show-memory' }
  | { code: 'show-killed' }
  | { code: 'more-memory' }
  | { code: 'start-snapshotter' }
  | { code: 'snapshotter-log'; name: LazySnapshotter | null }
  | { code: 'bypass-snapshotter' }
  | { code: 'define-unpacker' }
  | { code: 'release-mount' }
  | { code: 'check-disk' }
  | { code: 'more-ids' }
  | { code: 'show-disk'; path: string | null }
  | { code: 'free-temporary'; path: string }
  | { code: 'larger-disk' }
  | { code: 'remove-image'; image: string }
  | { code: 'keep-layers' }
  | { code: 'check-store' }
  | { code: 'check-download'; host: string }
  | { code: 'runtime-log' }
  | { code: 'push-again' }
  | { code: 'digest-mismatch'; host: string }
  | { code: 'missing-layer'; host: string }
  | { code: 'missing-child'; host: string }
  | { code: 'update-runtime' }
  | { code: 'rebuild-layers' }
  | { code: 'restart-pull' }
  | { code: 'delete-outgoing-pod' }
  | { code: 'see-silent-node'; node: string; since: string | null }
  | { code: 'delete-silent-node'; node: string }
  | { code: 'move-store' }
  | { code: 'start-runtime'; socket: string | null }
  | { code: 'pull-by-hand'; image: string }
  | { code: 'enter-node' }
  | { code: 'restore-sandbox-image' }
  | { code: 'renew-sandbox-image' }
  /** `full`: the name with its registry, where the runtime did not find the image by its short one. */
  | { code: 'set-sandbox-image'; image: string; full?: string }
  | { code: 'sandbox-login'; registry: string }
  | { code: 'ecr-login-of-node'; region: string | null }
  // Limits
  | { code: 'wait'; for: 'limit'; quota?: LimitAnswer }
  | { code: 'wait'; for: 'hub-limit' | 'minute' | 'burst' | 'kubelet' | 'registry' }
  | { code: 'find-askers' }
  | { code: 'replace-registry' }
  | { code: 'use-cache' }
  | { code: 'raise-kubelet-qps' }
  // Platforms and formats
  | { code: 'show-platforms' }
  | { code: 'build-for'; platform: string }
  | { code: 'copy-platforms'; image: string }
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
  // Policies
  | { code: 'allow-pull' }
  | { code: 'preload'; image: string }
  | { code: 'load-image'; image: string; tool: 'kind' | 'minikube' }
  | { code: 'same-secret' }
  | { code: 'exempt-preloaded' }
  | { code: 'show-policy'; kind: NodePolicy }
  | { code: 'show-image-settings' }
  | { code: 'signature-store' }
  | {
      code: 'satisfy-policy'
      kind: NodePolicy
      /** How the image's signature differs from what the policy accepts; null if it may have none. */
      signed: Extract<Clue, { code: 'signed-otherwise' }>['with'] | null
    }
  // Nothing better is known
  | { code: 'read-all' }
  | { code: 'look-again' }
  | { code: 'slow-pull' }

export type StepCode = Step['code']
