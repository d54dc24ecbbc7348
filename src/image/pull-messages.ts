/** Recognizes a pull by the words of kubelets and runtimes, wherever they stand: in a status, in an event of any reason, in a sandbox's error. */

/** What an event says of a pull; `null`: it speaks of something else. */
export type PullStage = 'failed' | 'back-off' | 'began' | 'ended' | null

/** More than ten similar events in a row become one that begins like this (client-go's EventAggregator). */
const COMBINED = '^(?:\\(combined from similar events\\): )?'
/** Openings of the kubelet's sentences, the same under each reason that vendors give them. */
const STAGES: [Exclude<PullStage, null>, RegExp][] = [
  [
    'failed',
    opening('failed to (?:re-?)?pull image |container image .{0,600}is not present with pull policy'),
  ],
  ['back-off', opening('back-off pulling image ')],
  ['began', opening('pulling image ')],
  ['ended', opening('successfully pulled image ')],
]
const SANDBOX = opening('failed (?:to )?create pod sandbox\\b')

function opening(words: string): RegExp {
  return new RegExp(`${COMBINED}(?:${words})`, 'i')
}

/** Which part of a pull the kubelet's sentence reports. */
export function pullStage(sentence: string): PullStage {
  return STAGES.find(([, words]) => words.test(sentence))?.[0] ?? null
}

/** Whether the event is about the pod's sandbox, whatever went wrong with it. */
export function isSandboxFailure({ reason, message }: { reason: string; message: string }): boolean {
  return reason === 'FailedCreatePodSandBox' || SANDBOX.test(message)
}

/** Waiting reasons of the kubelet's image manager (pkg/kubelet/images/types.go) and of the CRI (cri-api pkg/errors). */
const PULL_FAILS = new Set([
  'ErrImagePull',
  'ImagePullBackOff',
  'ErrImageNeverPull',
  'InvalidImageName',
  'ImageInspectError',
  'RegistryUnavailable',
  'SignatureValidationFailed',
])

/** Whether this waiting reason itself says that the image could not be had. */
export function isPullFailureReason(reason: string): boolean {
  return PULL_FAILS.has(reason)
}

/** Waiting reasons that the kubelet gives once it has the image: a pull that fails then is a guest's own, or what was pulled is damaged. */
const PAST_PULL = new Set([
  'CrashLoopBackOff',
  'CreateContainerConfigError',
  'CreateContainerError',
  'PreCreateHookError',
  'PreStartHookError',
  'PostStartHookError',
  'PreStopHookError',
  'RunContainerError',
])

/** Whether the kubelet gives this waiting reason only after its own pull went well. */
export function isPostPullReason(reason: string): boolean {
  return PAST_PULL.has(reason)
}

/** Words of runtimes and of guests that pull by themselves, which they use of a failed pull and of nothing else. */
const FAILED_PULLS = [
  /\b(?:fail(?:ed|ure)|error|unable|could not|couldn't|cannot|can't|errors? happened)\b(?: to| while| when| in|:){0,2} (?:async )?pull(?:ing)?(?: and unpack)?(?: the)?(?: sandbox| pause| oci)? (?:images?|manifests?|layers?|blobs?|config)\b/i,
  /\bimage pull (?:error|fail(?:ed|ure))\b|\bfailed to get sandbox image\b|\bpull access denied for\b/i,
  /\binitiali[sz]ing source docker:|\breading manifest \S{1,600} in \S/i,
  /\bfailed to resolve (?:reference|image)\b/i,
  // The image came, and what is stored of it can't be used (containerd; containers/storage).
  /\berror unpacking image\b|\bfailed to unpack image\b|\bfailed to extract layer\b/i,
  /\blocating image with id\b.{0,200}\bimage not known\b|\bdoes not resolve to an image id\b/i,
]

/** Whether the text reports that an image could not be pulled, or that what was pulled of it is damaged. */
export function mentionsFailedPull(text: string): boolean {
  return FAILED_PULLS.some(words => words.test(text))
}

/** Where a sandbox's error names its image, best first. */
const NAMED = [
  /\bfailed to get sandbox image "([^"\s]{1,600})"/i,
  /\bpull(?:ing)?(?: and unpack)?(?: sandbox| pause)? image "([^"\s]{1,600})"/i,
  /\bsource docker:\/\/([^"\s]{1,600})/i,
  /\b(?:pull access denied for|failed to resolve (?:reference|image)) "?([^"\s]{1,300}[/:][^"\s]{1,300})/i,
  /\bpull(?:ing)?(?: sandbox| pause)? image ([^"\s]{1,300}[/:][^"\s]{1,300})/i,
]
const MANIFEST = /\breading manifest (\S{1,200}) in ([^"\s]{1,600})/i

/**
 * The image that a pod's sandbox could not be made of: empty where the text does not name it. Null: it was no pull that failed, as with
 * most of these errors (networks, cgroups, runtimes).
 */
export function sandboxImage(message: string): string | null {
  if (!mentionsFailedPull(message)) return null
  const text = message.replace(/\\+"/g, '"')
  for (const words of NAMED) {
    const name = withoutEnd(words.exec(text)?.[1] ?? '')
    if (name !== '') return name
  }
  const [, version = '', repository = ''] = MANIFEST.exec(text) ?? []
  if (repository === '') return ''
  return `${withoutEnd(repository)}${version.includes(':') ? '@' : ':'}${version}`
}

/** A name that is followed by a colon, a comma or a quote without a blank before it. */
function withoutEnd(name: string): string {
  return name.replace(/[:,.;)\]'"\\]+$/, '')
}
