/** How to push an image whose format the nodes' runtime can't read in one that it can. */

import type { StepOf } from '../../../advice/step/step.ts'
import { hasClue } from '../../../diagnosis/clues/clue.ts'
import { isHosted } from '../../../image/registries.ts'
import { isDockerZstd, isUnsigned } from '../causes/image-content.ts'
import { onNodes, releaseOf } from '../node/node.ts'
import type { Findings } from '../step-words.ts'

const OF_DOCKER =
  "in Docker's own format (`docker buildx build --provenance=false --sbom=false --output type=image,oci-mediatypes=false,push=true`; `podman push --format v2s2`)"

/** Returns how to push the image in another format, or what else reads this one. */
export function otherFormat(findings: Findings): string {
  const [{ clues, host }] = findings
  if (hasClue(clues, 'oci-unread')) return `Or, if the image is yours, push it again ${OF_DOCKER}`
  if (isUnsigned(findings[0])) return unsignedText(findings)
  if (hasClue(clues, 'mixed-types'))
    return 'Use another tag or digest of the image, or, if it is yours, build it with a current tool and push it again: current releases of this runtime take no OCI manifest with a configuration of the type of Docker images'
  if (hasClue(clues, 'schema1'))
    return 'Push the image again with a current tool, or use a newer image if it is not yours: runtimes no longer accept its old format (schema 1)'
  const update =
    isDockerZstd(findings[0]) && host.runtime === 'containerd'
      ? `containerd ${onNodes(findings)} to 2.0 or later, which knows this type of layers`
      : `the container runtime ${onNodes(findings)} if it is old`
  return `Build and push the image again in a format that all current runtimes read (\`docker buildx build --output type=image,oci-mediatypes=true,compression=gzip,push=true\`), or update ${update}`
}

/** Returns what to do about a manifest that Docker takes for one of schema 1. Docker of the last years knows all current types (docs.docker.com/engine/release-notes). */
function unsignedText(findings: Findings): string {
  const { version } = findings[0].host
  const again = `the image again ${OF_DOCKER}`
  if (version !== null && releaseOf(version)[0] >= 20)
    return `Push ${again}: what the registry sent is a manifest of the old schema 1 without its signature, or has a type that Docker does not know. If the registry turns manifests into schema 1 or sends them with the wrong type, update the registry`
  return `Update Docker ${onNodes(findings)}: an old one takes a manifest whose type it does not know, such as an OCI image's, for one of schema 1 without its signature. Or push ${again}`
}

/** Returns how to have the manifest announced with its own type (goharbor/harbor#15837, #18170, #18450). */
export function rightMediaType(
  { host, as, is }: StepOf<'correct-media-type'>,
  [{ reference }]: Findings,
): string {
  const who = isHosted(host)
    ? `Look for a mirror, cache, or proxy between the nodes and ${host} that announces manifests with the wrong type: this one came`
    : `Have ${host} announce this manifest with its own type, such as by updating it (old releases of Harbor confuse the types of what their proxy cache keeps): it was announced`
  const byDigest =
    reference?.includes('@') === true
      ? ''
      : `name the image by its digest (\`crane digest ${reference ?? '<image>'}\` shows it), or `
  return `${who} as ${as}, and says itself that it is ${is}. Until then, ${byDigest}use the registry that publishes it`
}

/** Returns what to do if the layer was not decrypted: CRI-O has no text of its own for that (containers/image#2646). */
export function perhapsEncrypted({ evidence, host }: Findings[0]): string {
  const isUnread = /\binvalid tar header\b|\bconfig's diffid\b/i.test(evidence?.text ?? '')
  return host.runtime === 'cri-o' && isUnread
    ? '. If the image is encrypted, give CRI-O its key instead (decryption_keys_path): without it, it can take such layers for damaged ones'
    : ''
}
