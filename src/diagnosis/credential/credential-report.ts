/** The credentials of a pull: what the kubelet makes of each, and where the cluster has others. */

import type { KeyMismatch } from '../../dockerconfig/key-mismatch.ts'
import type {
  LoginMarks,
  PullSecret,
  SecretMaker,
  SecretWriter,
  UnusableProblem,
} from '../../snapshot/pull-secret.ts'
import type { ServiceAccount } from '../../snapshot/snapshot.ts'

/** Why one credential can't be used for one image. */
export type AttemptProblem =
  | 'secret-missing'
  /** No Secret can have this name, so none has to be created. */
  | 'impossible-name'
  | 'secret-forbidden'
  | 'secret-unread'
  | UnusableProblem
  | 'key-never-matches'
  | 'other-registry'
  | 'empty-auth'
  | 'token-only'
  | 'half'
  | 'shadowed'

/** One credential that the kubelet considers for one image, in its order. */
export interface Attempt extends LoginMarks {
  from: 'pod' | 'serviceaccount'
  /** The Secret's name. */
  secret: string
  /** The auths key that matched or was meant to match; null if the secret has no keys. */
  key: string | null
  username: string | null
  usable: boolean
  problem: AttemptProblem | null
  /**
   * Where the problem is: the Secret's type, a data key, or the layout of its content; never a value. For an impossible name: the name inside
   * of it that was most likely meant.
   */
  detail?: string
  /** The data keys of a Secret of the wrong type that holds no docker config: another type alone would not help. */
  fields?: string[]
  /** How the key differs from one that would match; only for a key that was meant for this registry. */
  mismatch?: KeyMismatch
  /** The custom resource that would make the missing Secret; absent if none is known. */
  maker?: SecretMaker
  /** What writes the Secret; absent if that is not known. */
  writer?: SecretWriter
  /** How it is known that the Secret is missing; absent if the API server answered so. */
  provenBy?: PullSecret['provenBy']
}

export type CredentialStatus = 'none' | 'usable' | 'broken' | 'unknown'

/** What controls the pod's service account, and so replaces what is changed there; absent for most. */
export type AccountOwner = NonNullable<ServiceAccount['madeBy']>

/** Where the cluster has a login for the image that the pod does not use. */
export type CredentialHint =
  /** On the pod's service account, which was changed after the pod was created. */
  | {
      code: 'service-account-changed-later'
      serviceAccount: string
      secrets: string[]
      /** The pod has a list, and whether its template has one is not known: if so, new pods get that one. */
      unlessListed?: true
    }
  /** On the pod's service account, whose secrets the pod's own list replaces. */
  | { code: 'service-account-secrets-ignored'; serviceAccount: string; secrets: string[] }
  /** In the pod's namespace, where no known service account lists it. */
  | {
      code: 'not-named'
      namespace: string
      secret: string
      /** The pod's service account, which does not list it. */
      own: string
      /** The name that the pod lists, which is nearly this secret's and no secret's. */
      misspelled?: string
      /** Where that name is from: absent if that is not known. */
      listedIn?: 'template' | 'account'
      ownedBy?: AccountOwner
      /** The pod's template does name it. */
      dropped?: true
    }
  /** In the pod's namespace, on another service account than the pod's own. */
  | {
      code: 'on-service-account'
      namespace: string
      secret: string
      serviceAccount: string
      own: string
      ownedBy?: AccountOwner
    }
  /** In another namespace, whose secrets a pod can't use. */
  | {
      code: 'in-namespace'
      namespace: string
      secret: string
      /** The pod's own service account; not known where something else controls that. */
      account?: string
      /** Of the older type, kubernetes.io/dockercfg. */
      old?: true
    }
  /** This secret has the right account, but not under the key that this registry needs. */
  | { code: 'same-account'; namespace: string; secret: string; key: string; of: string }
  /** This secret of the pod has a login for Docker Hub, which the kubelet does not find under the image's name, but under this one. */
  | { code: 'hub-name'; namespace: string; secret: string; name: string }

export interface CredentialReport {
  /** `unknown` without attempts: this pull does not use the pod's pull secrets. */
  status: CredentialStatus
  attempts: Attempt[]
  /** The pod's own list of pull secrets has an entry without a name, which the kubelet skips; absent otherwise. */
  unnamed?: true
  /** Logins for this image that the pod does not have, the closest first; absent if none is known. */
  hints?: CredentialHint[]
  /** The registry reports that no login was sent, although the pod has one; absent otherwise. */
  contradicted?: true
  /** Its secret was created or changed after the last attempt; absent if that is not known. */
  cameLater?: true
  /** A login was sent although the pod has none, or the registry's cloud knew who asked: the node's own was sent; absent otherwise. */
  ofNode?: true
}

/** Whether the pod names pull secrets itself, so that it gets none of its service account's. */
export function hasOwnList({ credential }: { credential: CredentialReport }): boolean {
  return credential.unnamed === true || credential.attempts.some(({ from }) => from === 'pod')
}
