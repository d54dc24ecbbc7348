/** What a container's waiting reason tells about its image: the kubelet's words, in one place. */

/** The newest attempt to get the image failed (pkg/kubelet/images/types.go, and the CRI's own errors). */
const PULL_FAILS = new Set([
  'ErrImagePull',
  'ImagePullBackOff',
  'ErrImageNeverPull',
  'InvalidImageName',
  'ImageInspectError',
  'RegistryUnavailable',
  'SignatureValidationFailed',
])

/** The container has not been tried yet. */
const NOT_TRIED = new Set(['', 'ContainerCreating', 'PodInitializing'])

/** The kubelet gives these only once the image is on the node. */
const IMAGE_IS_THERE = new Set([
  'CrashLoopBackOff',
  'CreateContainerConfigError',
  'CreateContainerError',
  'PreCreateHookError',
  'PreStartHookError',
  'PostStartHookError',
  'PreStopHookError',
  'RunContainerError',
])

/** Whether the reason itself says that the image could not be had. */
export function saysPullFails(reason: string): boolean {
  return PULL_FAILS.has(reason)
}

/** Whether the reason says that nothing has been tried. */
export function saysUntried(reason: string): boolean {
  return NOT_TRIED.has(reason)
}

/** Whether the reason proves that the image is on the node. */
export function saysImageIsThere(reason: string): boolean {
  return IMAGE_IS_THERE.has(reason)
}
