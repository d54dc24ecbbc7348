/** Images that Kubernetes publishes for several platforms: where a node finds no part of one for itself, that was lost on the way. */

/**
 * What each cluster runs, from the first tags that lists of platforms have: pause 3.1, and Kubernetes 1.12 (kubernetes/kubernetes, build/pause and
 * its changelog). Tags with more after the version, such as 3.9-linux-amd64, are of one platform.
 */
const OF_KUBERNETES =
  /^(?:registry\.k8s\.io|k8s\.gcr\.io)\/(?:pause:(?!3\.0$|[012]\b)[\d.]+|kube-(?:apiserver|controller-manager|scheduler|proxy):(?!v1\.(?:\d|1[01])\.)v[\d.]+(?:-(?:alpha|beta|rc)\.\d+)?)$/

const ARCHITECTURES: readonly (string | null)[] = ['amd64', 'arm64', 'ppc64le', 's390x']

/** Whether Kubernetes publishes the image for Linux on that architecture under this tag; a digest may be that of one platform. @param reference the full name */
export function isPublishedFor(
  reference: string | null,
  { os, architecture }: { os: string | null; architecture: string | null },
): boolean {
  return os === 'linux' && ARCHITECTURES.includes(architecture) && OF_KUBERNETES.test(reference ?? '')
}
