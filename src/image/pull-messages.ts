/** Recognizes pulls in the messages of kubelets and runtimes: in a status, or in an event with any reason. */

/** What an event reports of a pull; `null` if it is about something else. */
type PullStage = 'failed' | 'back-off' | 'began' | 'ended' | null

/** Prefix of an event that combines more than ten similar ones (client-go's EventAggregator). */
const COMBINED = '^(?:\\(combined from similar events\\): )?'
/** How the kubelet's messages start, whatever reason a vendor gives the event. */
const STAGES: [Exclude<PullStage, null>, RegExp][] = [
  [
    'failed',
    messageOpening('failed to (?:re-?)?pull image |container image .{0,600}is not present with pull policy'),
  ],
  ['back-off', messageOpening('back-off pulling image ')],
  ['began', messageOpening('pulling image ')],
  ['ended', messageOpening('successfully pulled image ')],
]
const SANDBOX = messageOpening('failed (?:to )?create pod sandbox\\b')

/** How a message of the kubelet starts, in an event or a status, whether or not the event combines several. */
export function messageOpening(words: string): RegExp {
  return new RegExp(`${COMBINED}(?:${words})`, 'i')
}

/** The stage of a pull that the kubelet's message reports. */
export function pullStage(sentence: string): PullStage {
  return STAGES.find(([, words]) => words.test(sentence))?.[0] ?? null
}

/** Whether the message reports a pull in progress or completed. Such events are not always read: what a finding is never depends on them, only what is added to it. */
export function isPullProgress({ message }: { message: string }): boolean {
  const stage = pullStage(message)
  return stage === 'began' || stage === 'ended'
}

/** Messages that report a failure without its reason: the bare back-off, or the waiting reason repeated. */
const SILENT = /^(?:back-off pulling image "[^"]*"(?:: \w+)?|(?:error: )?\w*)[:.\s]*$/i

/** Whether the kubelet's message gives no reason of a failure, which was in an event. */
export function isSilent(message: string): boolean {
  return SILENT.test(message)
}

/** Whether the event reports any failure to create the pod's sandbox. */
export function isSandboxFailure({ reason, message }: { reason: string; message: string }): boolean {
  return reason === 'FailedCreatePodSandBox' || SANDBOX.test(message)
}

/** The reason that a virtual kubelet gives to a pod that its provider did not create or update (virtual-kubelet, node/pod.go). */
export const PROVIDER_FAILED = 'ProviderFailed'

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

/** Whether this waiting reason itself means that the image could not be pulled. */
export function isPullFailureReason(reason: string): boolean {
  return PULL_FAILS.has(reason)
}

/** Waiting reasons after the kubelet's own pull: a pull that fails then is a guest's, or the pulled image is damaged on the node. */
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

/** Whether the kubelet sets this waiting reason only after its own pull succeeded. */
export function isPostPullReason(reason: string): boolean {
  return PAST_PULL.has(reason)
}

/**
 * The words for layers of a pulled image that are gone from the node's store, or that its snapshotter does not serve: containerd's
 * (core/snapshots, plugins/snapshots/overlay), those of its snapshotter for Nydus, those of containers/storage, and Docker's.
 */
const LOST_LAYERS = new RegExp(
  [
    String.raw`\bmissing parent \\*"[^"\\]{1,200}\\*" bucket: not found\b`,
    String.raw`\bfailed to stat parent: stat \S{1,300}: no such file or directory\b`,
    String.raw`\bfailed to create temp dir: (?:stat|mkdir) \S{1,300}/snapshots\b\S{0,80}: no such file or directory\b`,
    String.raw`\bcreate instance \S{1,60}: object with key \S{1,60} already exists\b`,
    String.raw`\bsnapshot \S{1,80} is not ready, err: `,
    String.raw`\bcreating read-write layer with id \S{1,80}: .{0,300}(?:layer not known|no such file or directory|invalid argument)`,
    String.raw`\bcreating (?:pod sandbox with name|container storage)\b.{0,300}: (?:layer|image) not known\b`,
    String.raw`\breadlink \S{1,200}/overlay2?(?:/l)?: invalid argument\b`,
    // docker/for-linux#791.
    String.raw`\berror creating overlay mount to \S{1,300}: no such file or directory\b`,
    // Docker, when it makes a container from an image whose layers somebody deleted.
    String.raw`\bresponse from daemon: l?stat \S{1,200}/overlay2/[0-9a-f]{64}: no such file or directory\b`,
    // OverlayBD, with which artifact streaming of AKS mounts images (Azure/acr#763).
    String.raw`\bfailed to attach and mount for snapshot \d`,
  ].join('|'),
  'i',
)

/** Runtimes mount image volumes when they create the container that uses them: containerd (containerd/containerd#13534), and CRI-O (server/container_create.go). */
const VOLUME = /\bfailed to mount image volume\b|(?:^|: |desc = )mount image: /i
/**
 * A runtime that does not know image volumes takes one for a path of the node, and finds it empty: containerd before 2.1 (kubernetes-sigs/kind#3745),
 * CRI-O before 1.31 (kubernetes/kubernetes#126734), and cri-dockerd (Mirantis/cri-dockerd#526).
 */
export const UNKNOWN_VOLUME =
  /\bfailed to apply OCI options: failed to mkdir \\*"\\*": |\bmount\.HostPath is empty\b|\binvalid volume specification: '\\?:\//i

/** Whether the failure is that of an image volume, though the message is a container's; of one only if the pod has any. */
export function isOfImageVolume(text: string): boolean {
  return VOLUME.test(text) || UNKNOWN_VOLUME.test(text)
}

/**
 * Windows, about an image that was pulled and is for another version of it (kubernetes/kubernetes#74019 and #99157), in its newer and older words, and
 * Docker there about an image for Linux.
 */
const OTHER_WINDOWS =
  /\bcontainer operating system does not match the host operating system\b|\boperating system of the container does not match the operating system of the host\b|\b0xc0370101\b|\bimage operating system \\*"\w+\\*" cannot be used on this platform\b/i

/** Words that runtimes, and guests that pull by themselves, use only for failed pulls. */
const FAILED_PULLS = [
  /\bfailed to inspect sandbox image\b/i,
  /\b(?:fail(?:ed|ure)|error|unable|could not|couldn't|cannot|can't|errors? happened)\b(?: to| while| when| in|:){0,2} (?:async )?pull(?:ing)?(?: and unpack)?(?: the)?(?: sandbox| pause| oci)? (?:images?|manifests?|layers?|blobs?|config)\b/i,
  // image-rs, before it had words of its own for a pull (guest-components#544 and #76), and for what it can't decrypt or decode.
  /\bfailed to handle layer: |\bunpack destination \S{1,300} already exists\b|\bfailed to (?:decrypt|decode) (?:the image )?layer\b|\b\d+ layers are not pulled successfully\b/i,
  /\bimage pull (?:error|fail(?:ed|ure))\b|\bfailed to get sandbox image\b|\bpull access denied for\b/i,
  /\binitiali[sz]ing source docker:|\breading manifest \S{1,600} in \S/i,
  // containers/image, once it has the manifest; CRI-O before 1.33 puts nothing before it.
  /\bsource image rejected: |\bcopying system image from manifest list: |\bchoosing (?:an )?image (?:instance|from manifest list)\b|\bwriting blob: (?:adding layer|storing blob|happened)\b/i,
  /\bfailed to resolve (?:reference|image)\b/i,
  // The image was pulled, but its stored content can't be used (containerd; containers/storage).
  /\berror unpacking image\b|\bfailed to unpack image\b|\bfailed to extract layer\b/i,
  /\blocating image with id\b.{0,200}\bimage not known\b|\bdoes not resolve to an image id\b/i,
  /\bfailed to get image from containerd\b|\bno such image: sha256:|\bparent snapshot sha256:\w{64} does not exist\b/i,
  LOST_LAYERS,
  VOLUME,
  UNKNOWN_VOLUME,
  OTHER_WINDOWS,
  // containerd, which made no container as a part of the pulled image, or what unpacks it, is gone.
  /\bcontent digest sha256:[0-9a-f]{64}: not found\b|\bsnapshotter not loaded: |\bfailed to prepare extraction snapshot\b/i,
  // CRI-O checks the pulled image against its policy again when it creates the container (cri-o/cri-o#8603, cri-o/cri-o#9478).
  /\bchecking signature of \\*"/i,
  // containers/image reads its policy before it asks a registry.
  /\bopen \/\S{0,200}\bpolicy\.json: |\binvalid policy in \\*"\//i,
  // containerd, for a pause image whose name does not parse, or of which only a part is there.
  /\bfailed to start sandbox "\w{1,64}": failed to (?:parse image reference|get image spec)\b/i,
  // Codes of Azure Container Instances and of Amazon ECS, which run pods for virtual kubelets.
  /\b(?:InaccessibleImage|RegistryErrorResponse|ImageOsTypeNotMatchContainerGroup|OsVersionNotSupported|CannotPull(?:Container|Image)\w{0,20}Error)\b/,
]

/** Whether the text reports that an image could not be pulled, or that its pulled content is damaged. */
export function mentionsFailedPull(text: string): boolean {
  return FAILED_PULLS.some(words => words.test(text))
}

/** Errors of the node's own image store, whose image the kubelet had pulled. */
const OF_NODE =
  /\berror unpacking image\b|\bfailed to (?:unpack image|extract layer)\b|\bimage not known\b|\bdoes not resolve to an image id\b|\bfailed to get image from containerd\b|\bfailed to resolve image "|\bno such image\b|\bparent snapshot sha256:|\bchecking signature of \\*"|\bcontent digest sha256:|\bsnapshotter not loaded: |\bextraction snapshot\b/i
/** The words of Kata's agent, of its Confidential Data Hub, and of the Rust libraries that pull in a guest. */
const OF_GUEST =
  /\[CDH\]|\bkata\b|\bimage-rs\b|\bimage pull error: |\bfailed to pull (?:manifest|layer)\b|\bfailed to (?:handle|decrypt|decode) (?:the image )?layer\b|\bunpack destination \S{1,300} already exists\b|\berror sending request for url\b|\brpc status: status \{|\ball attempts fail:/i
/** Runtime classes of virtual machines that can pull by themselves: Kata's, those of confidential containers, and peer pods. */
const GUEST_CLASS = /kata|coco|peer-?pod|confidential|enclave|(?:^|-)(?:cc|tdx|snp|sev)(?:-|$)/i

/**
 * Whether a pull that failed after the kubelet's own was a guest's: the VM of a confidential container, which pulls by itself.
 * @param runtimeClass the pod's; undefined if it names none
 */
export function isPullOfGuest(text: string, runtimeClass: string | undefined): boolean {
  if (OF_NODE.test(text) || LOST_LAYERS.test(text) || isOfImageVolume(text)) return false
  if (OTHER_WINDOWS.test(text)) return false
  return OF_GUEST.test(text) || GUEST_CLASS.test(runtimeClass ?? '')
}

/** Reqwest, with which guests pull, and image-rs around it; a cache on the node that uses it, too, answers the runtime, which writes its own words first. */
const OF_RUST = /\berror sending request for url\b|\bimage-rs\b|\[CDH\]/i
const OF_RUNTIME =
  /\bfailed to (?:pull and unpack|resolve reference|copy)\b|[?&]ns=|\b(?:initializing source|pinging container registry|reading (?:manifest|blob)|response from daemon)\b/i

/** Words that only guests have: image-rs's about its request, its own name, the Confidential Data Hub's, and those of Kata's shim. */
const ONLY_OF_GUEST =
  /\bfailed to pull (?:manifest|layer|config) error sending request\b|\bimage-rs\b|\[CDH\]|\b(?:kata runtime pullimage|agent pull image) err\b/i

/** Whether a pull for the kubelet was made in a guest, which its runtime asked to (confidential containers before 0.9). */
export function isRelayedToGuest(text: string, runtimeClass: string | undefined): boolean {
  if (OF_RUNTIME.test(text)) return false
  return ONLY_OF_GUEST.test(text) || (GUEST_CLASS.test(runtimeClass ?? '') && OF_RUST.test(text))
}
