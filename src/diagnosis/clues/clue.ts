/**
 * Clues: what else, besides the cause, a failed pull can show. Titles and steps use them (report/words, advice). Those of the way to the
 * host are in clue-on-way.ts, those of the image's content and of the node in clue-at-node.ts, and those in the image's name in clue-of-name.ts.
 */

import type { Cloud, Partition } from '../../image/cloud-registries.ts'
import type { Moved } from '../../image/moved/moved.ts'
import type { NewestTemplate, Renewal } from '../../snapshot/newest-template.ts'
import type { Unreplaced } from '../../snapshot/owners.ts'
import type { PodMaker, PodOperator, PullPolicy } from '../../snapshot/pod.ts'
import type { SecretWriter } from '../../snapshot/pull-secret.ts'
import type { AnnotatedProvider } from '../../snapshot/snapshot.ts'
import type { CacheRule } from '../cache-rule.ts'
import type { ProviderProblem } from '../credential/credential-provider.ts'
import type { AccountOwner } from '../credential/credential-report.ts'
import type { PeerMirror } from '../node/node-services.ts'
import type { OtherPlace } from '../refusal/access-demands.ts'
import type { Lapse } from '../refusal/lapse.ts'
import type { PerimeterRefusal } from '../refusal/perimeter.ts'
import type { ContentClue, NodeClue } from './clue-at-node.ts'
import type { NameClue } from './clue-of-name.ts'
import type { WayClue } from './clue-on-way.ts'

/** Every clue, in its group. */
export type Clue = RefusalClue | NameClue | PodClue | WayClue | ContentClue | NodeClue

export type ClueOf<Code extends Clue['code']> = Extract<Clue, { code: Code }>

/** The clue with that code, if there is one. */
export function clueOf<Code extends Clue['code']>(
  clues: readonly Clue[],
  code: Code,
): ClueOf<Code> | undefined {
  return clues.find((clue): clue is ClueOf<Code> => clue.code === code)
}

/** Whether one of the clues has one of these codes. */
export function hasClue(clues: readonly Clue[], ...codes: readonly Clue['code'][]): boolean {
  return clues.some(({ code }) => codes.includes(code))
}

/** The clue if the condition holds, otherwise none. */
export function cluesIf(condition: boolean, clue: Clue): Clue[] {
  return condition ? [clue] : []
}

/** The clue with the arguments that were found; none if they are null. */
export function cluesWith<Code extends Clue['code']>(
  code: Code,
  found: Omit<ClueOf<Code>, 'code'> | null,
): Clue[] {
  return found === null ? [] : [{ code, ...found } as ClueOf<Code>]
}

/** The kinds of AWS policies that can refuse a pull, as AWS names them in its errors. */
export type AwsPolicy =
  | 'service-control'
  | 'resource-control'
  | 'permissions-boundary'
  | 'session'
  | 'identity'
  | 'resource'
  | 'vpc-endpoint'

/** Who refused the pull or limits it, whom, and why. */
type RefusalClue =
  /** Nexus can't reach the upstream of its proxy repository, and blocks it for a while. */
  | { code: 'upstream-blocked' }
  /** The answer quotes an error of the server's own, which can't reach a host behind it, such as its storage. */
  | { code: 'unreached-behind' }
  /** A cache says that its upstream (remote, proxy) repository is not set up properly. */
  | { code: 'upstream-setup' }
  /** A rule of the cache of Azure Container Registry failed at its source. */
  | ({ code: 'cache-rule' } & CacheRule)
  /** The registry is a cache, and its upstream limits it. */
  | { code: 'upstream-limit' }
  /** Docker's client asked a Notary server for the image's signatures (Docker Content Trust), which the kubelet never does. */
  | { code: 'content-trust' }
  /** The image's own host passes on Docker Hub's words about its limit: it is a cache, or only another name of Docker Hub. */
  | { code: 'passes-hub-limit' }
  /** Docker's older words for an image that is missing, or that the login of the pull may not see. */
  | { code: 'missing-or-private' }
  /** The registry got a token for another repository than the one that was asked for. */
  | { code: 'token-of-other' }
  /** Nothing at the host answers the request for /v2/, with which a pull begins. */
  | { code: 'no-registry' }
  /** The runtime can't read the file on the node with its own logins. */
  | { code: 'node-login-file'; path: string }
  /** The image's name goes through a cache: its path begins with the registry that the cache fetches from. */
  | { code: 'relays'; upstream: string }
  /** Harbor's own words, which are the same if a proxy project can't reach its upstream. */
  | { code: 'harbor' }
  /** A 403 whose text gives no reason: whoever answered sent nothing else, or the runtime did not read it. */
  | { code: 'bare-refusal' }
  /** The host serves only the images on a list of its own, as public mirrors do. `said`: it says that this one is not on it. */
  | { code: 'served-list'; said: boolean }
  /** A 403 without a reason for a layer, after the manifest was given: the registry redirects to where its layers are, or something is on the way. */
  | { code: 'layer-refused' }
  /** The pod's secret is a copy of another one, `source`, whose login is another one by now. `alone`: neither has any other. */
  | { code: 'stale-copy'; secret: string; source: { namespace: string; secret: string }; alone: boolean }
  /** The pod, which has no login, was created right after its namespace. */
  | { code: 'new-namespace' }
  /** The kubelet could not read a pull secret of the pod. */
  | { code: 'unreadable-secret' }
  /** The runtime could not read a login, or not put it into a request. */
  | { code: 'unsent-login' }
  /** What answered asked for a user name and password, where the registry itself only takes tokens. */
  | { code: 'basic-demanded' }
  /** A login was sent for a token, and nobody needs one for the image: most likely, it is for a mirror that the text does not name. */
  | { code: 'login-for-mirror' }
  /** The mirror fetches no images: it only offers what other nodes have. */
  | { code: 'peers-only'; by: PeerMirror }
  /** The node's mirror was shut down, or serves only some networks now. */
  | { code: 'former-mirror'; moved: Moved }
  /** The registry says that another one has the image. */
  | ({ code: 'served-at' } & OtherPlace)
  /** The registry gives the image only to accounts that have accepted its terms. */
  | { code: 'terms' }
  /** Harbor names the action that it refused: to an account that lacks the right, and to anyone whose login it does not know. */
  | { code: 'named-action' }
  /** IBM Cloud's words, and CRI-O's for any 401, whether or not a login was sent (containers/image, docker/errors.go; opendatahub-io/notebooks#1980). */
  | { code: 'ambiguous-refusal' }
  /** The registry says of the login itself that it is wrong. `robot`: it finds no robot account with this name and token. */
  | { code: 'faulted-login'; robot: boolean }
  /** A 401. */
  | { code: 'unauthorized' }
  /** The registry answered 412. */
  | { code: 'precondition-failed' }
  /** The registry says that it is or will be shut down. */
  | { code: 'registry-closed' }
  /** The address that the registry blocks. */
  | { code: 'caller-address'; address: string }
  /** The registry blocks the caller's country or region. */
  | { code: 'region' }
  /** A rule around the registry refused before the registry itself judged the request. */
  | ({ code: 'perimeter' } & PerimeterRefusal)
  /** The account that the registry refused, and what it is not allowed to do; `action` is null if the text names none. */
  | { code: 'caller'; name: string; action: string | null }
  /** The node runs images of these AWS accounts without a pull secret, and none of the one whose registry refused. */
  | { code: 'other-accounts'; accounts: string[] }
  /** The node runs images of the same registry of ECR without a pull secret, under this other name of it only. */
  | { code: 'named-otherwise'; host: string }
  /** The node and the registry are in parts of one cloud that don't accept each other's identities; `region`: the node's. */
  | { code: 'other-partition'; region: string; own: Partition; of: Partition }
  /** The AWS policy that denies the pull, or that would have to allow it; null if the text names none. */
  | { code: 'aws-policy'; policy: AwsPolicy | null; denies: boolean }
  /** The pod's service account has an identity at the registry's cloud, which no pull uses. */
  | { code: 'workload-identity'; of: 'aws' | 'azure' | 'google'; serviceAccount: string }
  /** The pod's service account is annotated for a credential provider of the kubelet, and the pod has no other login. */
  | { code: 'annotated-provider'; of: AnnotatedProvider; serviceAccount: string }
  /** The pod's service account lacks the annotation for such a provider, which another one of its namespace has. */
  | { code: 'unannotated-account'; serviceAccount: string; like: string }
  /** The token has expired. */
  | { code: 'expired' }
  /** The login is a token of a cloud, and its secret is older than such a token lasts. */
  | ({ code: 'aged-token' } & AgedToken)
  /** So is that of a secret which the pod could name. */
  | { code: 'aged-hint'; namespace: string; secret: string; hours: number }
  /** A CronJob that renews such tokens, by its name, can't be pulled itself. */
  | { code: 'renewer-fails'; cronJob: string }
  /** Copies of the pod's secret in other namespaces have a new login, and this one an old one. */
  | ({ code: 'renewed-elsewhere' } & RenewedElsewhere)
  /** The registry accepts only a token in place of the account's password. */
  | { code: 'token-wanted' }
  /** The token lacks a scope that the image needs. */
  | { code: 'token-scope' }
  /** The registry refused some of several logins, and the pull went on with others. `places`: which of the attempts those were, `of` so many. */
  | { code: 'login-passed-over'; status: number; places: number[]; of: number }
  /** The registry refused one of several attempts, and failed at another one with a server error. */
  | { code: 'failed-otherwise'; status: number }
  /** The kubelet's credential provider on the node failed or could not be started. */
  | { code: 'credential-provider' }
  /** Why that provider failed, in its own words or the kubelet's. */
  | { code: 'provider-reason'; problem: ProviderProblem; reason: string }
  /** What the registry depends on is switched off or overdue; `project` is the one that the text names. `ofCaller`: it is the caller's. */
  | { code: 'lapsed'; what: Lapse; project: string | null; ofCaller: boolean }
  /** Azure's registry does not allow the pull: the image or its repository is locked, or in quarantine. */
  | { code: 'locked-image' }
  /** A registry's storage quota, not its rate limit. */
  | { code: 'storage-quota' }
  /** The registry blocks the image because of a vulnerability scan. */
  | { code: 'vulnerabilities' }
  /** The registry gives the image only after a scan: it is under way or queued, it ended without a result, or there was none. */
  | { code: 'unscanned'; scan: 'under-way' | 'failed' | 'none' }
  /** What the registry wrote about its refusal, where that is not a known reason. */
  | { code: 'own-reason'; text: string }
  /** A 429 without the registry's message. */
  | { code: 'bare-limit' }
  /** A 429 of the token server: too many requests for tokens, or failed logins, not too many pulls. */
  | { code: 'token-limit' }
  /** Too many logins of this account or address were refused before, so that any login is. */
  | { code: 'failed-logins' }
  /** Too many requests within a second or a minute, not too many pulls within hours. */
  | { code: 'per-second' }
  /** How long the answer says to wait, which is seconds at most, and the limit that it names; null if it names none. */
  | { code: 'retry-soon'; wait: string; allowed: string | null }
  /** The limit was hit again long after the first time, so that waiting alone has not ended it. */
  | { code: 'limit-lasts' }
  /** Too much data within this time, not too many pulls; null if the text does not say which. */
  | { code: 'volume-limit'; period: 'day' | 'month' | null }
  /** Azure Storage, where a registry keeps its layers, delivers no more at the moment: the limit is that of the registry's own account there. */
  | { code: 'storage-busy' }
  /** The account whose limit it is, as Docker Hub names it. */
  | { code: 'limited-account'; name: string }
  /** Docker Hub's own words for its limit on pulls, for an image of Docker Hub or a name that does not parse. */
  | { code: 'hub-limit' }

/** A secret whose copies of the same name have newer tokens. */
export interface RenewedElsewhere {
  secret: string
  /** Whether it and its copies have nothing but that token. */
  alone: boolean
  /** Of the copies, sorted. */
  namespaces: string[]
  /** The one CronJob of the cluster that renews such logins, by its name; null if that is not known. */
  renewer: { namespace: string; name: string } | null
  /** What writes the copies, by the first one's own marks; absent if not all of them have such marks. */
  writer?: SecretWriter
}

/** A cloud's token in a secret of the pod that nothing seems to have renewed. */
export interface AgedToken {
  secret: string
  /** The key of its entry. */
  key: string
  cloud: Cloud
  /** The age of the secret. */
  seconds: number
  /** How long such a token lasts. */
  hours: number
  /** Whether the secret has no other entry. */
  alone: boolean
  /** Whether something is known to write the secret. */
  isRenewed: boolean
}

/** What made the pod, what would replace it, and whether it pulls itself. */
type PodClue =
  /** The guest of a confidential container pulls by itself. */
  | { code: 'guest' }
  /** A CronJob's Job, whose pod keeps the image that the CronJob had when the Job was created. */
  | {
      code: 'run-of-cron-job'
      job: string
      /** Whether its concurrencyPolicy is Forbid; null if that was not read. */
      forbidsOthers: boolean | null
    }
  /** An operator makes the pod's workload of a custom resource, by the pod's labels. */
  | ({ code: 'operated' } & PodOperator)
  /** An operator makes the pod's service account, whose pull secrets the pod gets, of a custom resource. */
  | { code: 'owned-account'; own: string; owner: AccountOwner }
  /** The pod's service account, whose pull secrets the pod gets, is a Helm hook: most upgrades replace it. */
  | { code: 'hook-account'; own: string; release: string | null }
  /** The pod answers for the cluster's own DNS Service. */
  | { code: 'serves-dns' }
  /** Skaffold deployed the pod's workload. */
  | { code: 'by-skaffold' }
  /** A program created the pod itself, for one run. */
  | { code: 'made-by'; maker: PodMaker }
  /** An older revision of the pod's Deployment has pods that are ready. `image`: the container's there, as written; null if it is not known. */
  | { code: 'older-serves'; revision: number; pods: number; image: string | null }
  /** The pod's owner has another image for its container by now: `image`, as written. */
  | { code: 'template-changed'; image: string; owner: NewestTemplate['owner']; renewal: Renewal }
  /** Other containers of the pod's template have the same image, and fail next if only this one gets another. */
  | { code: 'same-image'; containers: string[] }
  /** A changed template does not replace the pod while it is not ready. */
  | { code: 'not-replaced'; why: Unreplaced }
  /**
   * The pod's image is not the one of the template that the pod was made from: `template` is that one, null if the template has no such
   * container. `policies` are those of Kyverno that changed a container, as the pod's annotations say. `annotation`: the pod's own that gives
   * an injected container this image; absent if none does.
   */
  | { code: 'changed-at-admission'; template: string | null; policies: string[]; annotation?: string }
  /** The container's pull policy is Always, and that of the template that the pod was made from is this one: it was changed at admission. */
  | { code: 'policy-forced'; template: PullPolicy }
  /** The pod runs on a Windows node, and asks for no operating system. */
  | { code: 'any-os' }
  /** The pod asks for Windows, by its own fields or by the name of what it belongs to. */
  | { code: 'asks-windows' }
  /** The node has the image, but the kubelet asks the registry again for a pod without a verified credential (KEP-2535). */
  | { code: 'on-node' }
  /**
   * The pull policy is Always for an image that may be on the node already: `listed` if the node's object shows the image, otherwise on a local
   * node (kind, minikube), where images are often built or loaded by hand.
   */
  | { code: 'local-image'; listed: boolean }
