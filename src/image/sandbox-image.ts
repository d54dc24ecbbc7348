/** Recognizes in an error of a pod's sandbox that the pull of its (pause) image failed, and which image that is. */

import { mentionsFailedPull } from './pull-messages.ts'

/** Docker, whose store lost the image between the look for it and its use. */
const DOCKER_LACKS = /\bfailed to create a sandbox for pod .{1,600}: no such image: ([^"\s]{1,600})/i
/** Where a sandbox's error names its image, the most reliable first. */
const SANDBOX_IMAGE = [
  /\bfailed to (?:get|inspect) sandbox image "([^"\s]{1,600})"/i,
  /\bpull(?:ing)?(?: and unpack)?(?: sandbox| pause)? image "([^"\s]{1,600})"/i,
  /\b(?:source|mime type for) docker:\/\/([^"\s]{1,600})/i,
  // containerd's unpacker.
  /\bapply layer error for "([^"\s]{1,600})"/i,
  /\b(?:pull access denied for|failed to resolve (?:reference|image)) "?([^"\s]{1,300}[/:][^"\s]{1,300})/i,
  /\bpull(?:ing)?(?: sandbox| pause)? image ([^"\s]{1,300}[/:][^"\s]{1,300})/i,
  /\bfailed to parse image reference "([^"\s]{1,600})"/i,
  /\bmanifest for ([^"\s]{1,600}) not found\b/i,
  DOCKER_LACKS,
]
const MANIFEST = /\breading manifest (\S{1,200}) in ([^"\s]{1,600})/i

/**
 * The image of a sandbox that could not be created; empty if the text does not name it; null if the failure was not a pull, as with most
 * of these errors (networks, cgroups, runtimes).
 */
export function sandboxImage(message: string): string | null {
  const text = message.replace(/\\+"/g, '"')
  const asked = askedManifest(text)
  if (!mentionsFailedPull(message) && !isAnswerToPull(text)) return asked
  for (const words of SANDBOX_IMAGE) {
    const name = withoutEnd(words.exec(text)?.[1] ?? '')
    if (name !== '') return name
  }
  const [, version = '', repository = ''] = MANIFEST.exec(text) ?? []
  return repository === '' ? (asked ?? '') : versioned(withoutEnd(repository), version)
}

/** A request for a manifest: Docker's errors name the image by its URL only. Go has quoted it since 1.14. */
const REQUESTED =
  /\b(?:get|head) "?https?:\/\/([^/"\s]{1,255})\/v2\/([^"\s?]{1,600})\/manifests\/([^"\s?]{1,200})(?:\?[^"\s]{0,200}?\bns=([^"&\s]{1,255}))?/i

/** The image whose manifest the runtime asked for; null if the text shows no such request. */
function askedManifest(text: string): string | null {
  const [, host = '', repository = '', version = '', namespace] = REQUESTED.exec(text) ?? []
  if (host === '') return null
  const registry =
    namespace === undefined ? host.replace(/^registry-1\.docker\.io$/i, 'docker.io') : namespace
  return versioned(`${registry.replace(/%3a/gi, ':')}/${repository}`, withoutEnd(version))
}

function versioned(name: string, version: string): string {
  return `${name}${version.includes(':') ? '@' : ':'}${version}`
}

/**
 * dockershim and cri-dockerd put "failed pulling image" before Docker's error only where the kubelet knew no login for the registry
 * (ensureSandboxImageExists in kubernetes' pkg/kubelet/dockershim/helpers.go); what else they ask Docker for has words of its own before it.
 */
const OF_DOCKER =
  /\b(?:desc =|sandbox:) \[?(?:error response from daemon: |(?=failed to register layer\b|filesystem layer verification\b))/i
/** Docker's words about a registry, a request, or the layers that it received. */
const DOCKERS_PULL =
  /\bhttps?:\/\/|\bnet\/http\b|\bx509\b|\btls: |\bdial tcp\b|\beof\b|\bclient\.timeout\b|\bi\/o timeout\b|\bmanifest\b|\bunauthorized\b|(?<!permission )\bdenied: |\bbasic auth\b|\btoomanyrequests\b|\bhttp (?:status|\d{3})\b|\bregister layer\b|\blayer verification\b|\bsignature key\b|\bcontent-length\b|\bunmarshalling content\b|\bno pull access\b|\bGetImageBlob|\bcontext (?:canceled|deadline)\b/i
/** CRI-O writes so before an error of the pull or of its storage, and other words before one of the network. */
const OF_CRIO = /\bcreating pod sandbox with name \S{1,300}: /i
/** The words of containers/image that do not say what is pulled. */
const CRIOS_PULL =
  /\b(?:pinging|ping) (?:docker|container) registry\b|\bmanifest mime type\b|\bmanifest unknown\b|\bauth token\b|\bbear(?:er)? token\b|\bfrom registry\b|\bimage configuration\b|\b(?:reading|fetching|writing|storing|reuse|trying) (?:config )?blob\b|\bimage found in (?:manifest list|image index)\b|\btoomanyrequests\b|\bunexpected http (?:status|code)\b|\bhttps?:\/\/|\bshort-name "|\bunauthorized: |(?<!permission )\bdenied: |\bsignature was required\b|\bimage (?:architecture|operating system) mismatch: |\bcommitting the finished image\b|\bunsupported schema version\b|\bis blocked in \/|\bregistries configuration\b|\binvalid reference format\b|\/var\/tmp\/\S{1,200}: no space left\b/i
/** runc and crun, which start the program of a pause image that is for another CPU. */
const OTHER_CPU = /\bexec(?:utable file)?:? [`"']?\/pause[`"']?(?: not found)?: exec format error\b/i

/** A request to an API server of Kubernetes, which only networks make before there is a sandbox. */
const OF_API = /\bhttps?:\/\/[^\s/]{1,255}\/api(?:\/v\d|s\/)/i

/** Whether an error that does not say what failed is a registry's answer, or the lack of one: nothing else is pulled for a sandbox. */
function isAnswerToPull(text: string): boolean {
  if (OF_API.test(text)) return false
  if (OTHER_CPU.test(text) || DOCKER_LACKS.test(text)) return true
  return (OF_DOCKER.test(text) && DOCKERS_PULL.test(text)) || (OF_CRIO.test(text) && CRIOS_PULL.test(text))
}

/** The name without the punctuation that directly follows it. */
function withoutEnd(name: string): string {
  return name.replace(/[:,.;)\]'"\\]+$/, '')
}
