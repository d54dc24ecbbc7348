/** A node, narrowed to what affects the steps on it: its runtime, operating system, platform, and images. */

/** Labels that identify a platform. */
export const PLATFORM_LABELS = [
  'cloud.google.com/gke-nodepool',
  'eks.amazonaws.com/compute-type',
  'eks.amazonaws.com/nodegroup',
  // A node pool of OpenShift's hosted control planes.
  'hypershift.openshift.io/nodePool',
  'karpenter.sh/nodepool',
  'kubernetes.azure.com/cluster',
  'liqo.io/type',
  'microk8s.io/cluster',
  'minikube.k8s.io/name',
  'node.k0sproject.io/role',
  // MicroShift's, besides one of OpenShift's.
  'node.kubernetes.io/instance-type',
  'node.openshift.io/os_id',
  // The embedded registry of K3s and RKE2 is enabled.
  'p2p.k3s.cattle.io/enabled',
  'p2p.rke2.cattle.io/enabled',
  // The region tells parts of a cloud apart that have identities of their own.
  'topology.kubernetes.io/region',
  // Virtual kubelets call themselves so by default.
  'type',
] as const
type PlatformLabel = (typeof PLATFORM_LABELS)[number]

/** How many images a kubelet reports at most, unless it is told otherwise (kubernetes, nodeStatusMaxImages). */
export const MAX_LISTED_IMAGES = 50

/** A distribution that brings pods of its own, by which it is known where no node was read. */
export type Distribution = 'k3s' | 'rke2' | 'k0s' | 'microk8s' | 'minikube' | 'kind' | 'talos' | 'openshift'

/** A pool of OpenShift whose nodes don't get their newest settings. */
export interface HeldPool {
  name: string
  why: 'paused' | 'degraded'
}

/** Fields are null if the node does not report them. */
export interface Node {
  name: string
  /** `containerRuntimeVersion`, such as `containerd://2.1.4`, `cri-o://1.34.0` or `docker://29.0.1`. */
  runtime: string | null
  /** `kubeletVersion`; its suffix identifies distributions: `v1.34.2+k3s1`. */
  kubelet: string | null
  /** `operatingSystem`: `linux` or `windows`. */
  os: string | null
  /** `osImage`, such as `Bottlerocket OS 1.50.0 (aws-k8s-1.34)`. */
  osImage: string | null
  /** `kernelVersion`; on Windows, the build that images have to match, such as `10.0.20348.4294`. */
  kernel: string | null
  /** `amd64`, `arm64`… */
  architecture: string | null
  /** The scheme of `spec.providerID`, such as `kind` or `aws`. The rest is dropped because it identifies accounts and machines. */
  provider: string | null
  labels: Partial<Record<PlatformLabel, string>>
  /**
   * Its condition Ready is Unknown: the kubelet does not report anymore. ISO 8601: the last time it did, by its status, which it renews every
   * five minutes; null if that is not in the status. Absent if it reports.
   */
  silentSince?: string | null
  /** Its condition DiskPressure is True: the kubelet removes images that no container uses. Absent otherwise. */
  diskPressure?: true
  /** ISO 8601: since when that condition is False after it was True. Absent if it is not known that it was. */
  relievedSince?: string
  /** The bytes of its disk in all, by its capacity of ephemeral-storage; images may have a disk of their own. Absent if it does not report that. */
  diskBytes?: number
  /** It takes no new pods (`kubectl cordon`). Absent otherwise. */
  cordoned?: true
  /** The bytes of those of its images that take a gigabyte or more, by their names. Absent if it lists none. */
  largeImages?: Record<string, number>
  /** OpenShift's pool of the node, by the settings that the node has; absent if it has none. */
  pool?: { name: string; settings: string }
  /** That pool, if it is known that its nodes don't get their newest settings. */
  heldPool?: HeldPool
  /** Full names of the images on the node, with a tag if there is one. The kubelet reports only the 50 largest images. */
  images: string[]
}
