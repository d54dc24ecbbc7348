/** A node as far as telling a person what to do on it goes: its runtime, its system, its platform, and the images that it holds. */

/** Labels and label keys by which a platform is recognized. */
export const PLATFORM_LABELS = [
  'cloud.google.com/gke-nodepool',
  'eks.amazonaws.com/compute-type',
  'eks.amazonaws.com/nodegroup',
  'karpenter.sh/nodepool',
  'kubernetes.azure.com/cluster',
  'microk8s.io/cluster',
  'minikube.k8s.io/name',
  'node.openshift.io/os_id',
] as const
type PlatformLabel = (typeof PLATFORM_LABELS)[number]

/** Null where the node does not say it. */
export interface Node {
  name: string
  /** `containerRuntimeVersion`, such as `containerd://2.1.4`, `cri-o://1.34.0` or `docker://29.0.1`. */
  runtime: string | null
  /** `kubeletVersion`; its suffix tells distributions apart: `v1.34.2+k3s1`. */
  kubelet: string | null
  /** `operatingSystem`: `linux` or `windows`. */
  os: string | null
  /** `osImage`, such as `Bottlerocket OS 1.50.0 (aws-k8s-1.34)`. */
  osImage: string | null
  /** `kernelVersion`; on Windows the build that an image has to match, such as `10.0.20348.4294`. */
  kernel: string | null
  /** `amd64`, `arm64`… */
  architecture: string | null
  /** The scheme of `spec.providerID`, such as `kind` or `aws`. The rest of it names accounts and machines. */
  provider: string | null
  labels: Partial<Record<PlatformLabel, string>>
  /** Names of images on the node, those with a tag where an image has one. The kubelet reports 50 images, the largest. */
  images: string[]
}
