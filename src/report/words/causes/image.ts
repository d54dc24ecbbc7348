/** The words of images that don't exist or that the node can't use. */

import type { Finding, NotFoundSubcause } from '../../../diagnosis/finding.ts'
import { isHosted } from '../../../image/registries.ts'
import { type CauseContext, type CauseWords, hasClue } from '../cause-words.ts'
import { onNode } from '../node.ts'
import { capitalize, formatNumber, registryLabel, responderLabel } from '../nouns.ts'

const MISSING: Record<NotFoundSubcause, (context: CauseContext) => { title: string; meaning: string }> = {
  tag: ({ findings: [{ registry }] }) => ({
    title: `${capitalize(registryLabel(registry))} has no such tag or digest`,
    meaning:
      'The repository exists, but this tag or digest does not: it is misspelled, was never pushed, or was removed.',
  }),
  repository: ({ findings: [{ registry }] }) => ({
    title: `${capitalize(registryLabel(registry))} has no such repository`,
    meaning:
      'The registry says that the repository does not exist: it is misspelled, was renamed, never pushed, or deleted.',
  }),
  'not-in-mirror': ({ findings: [first] }) => ({
    title: `${capitalize(responderLabel(first))} does not have this image`,
    meaning:
      first.endpoint?.role === 'mirror'
        ? `A mirror or cache said so, which proves nothing about the image at ${registryLabel(first.registry)}: the mirror may not have cached it, may not allow it, or may have failed to fetch it from upstream.`
        : `${capitalize(responderLabel(first))} is a cache that asked an upstream registry: the image does not exist there, or the cache's own login is not allowed to see it.`,
  }),
  unspecified: context => {
    const [{ registry, credential }] = context.findings
    const hidden = credential.status === 'none' && registry !== null && !isHosted(registry)
    return {
      title: `${capitalize(registryLabel(registry))} has no such image`,
      meaning: `The registry says that the repository, the tag, or the digest does not exist: it is misspelled, was never pushed, or was removed.${hidden ? ' Some registries (Nexus, Artifactory) say so to anyone without a login, too.' : ''}`,
    }
  },
}

function wordsForMissing(context: CauseContext): { title: string; meaning: string } {
  const [{ registry, subcause }] = context.findings
  if (hasClue(context, 'no-latest'))
    return {
      title: 'The repository of the image has no tag latest',
      meaning: `The name asks for latest, which is the default without a tag; ${registryLabel(registry)} has only explicit versions of this image.`,
    }
  if (hasClue(context, 'missing-child'))
    return {
      title: `${capitalize(registryLabel(registry))} lacks a manifest of the image`,
      meaning:
        "The tag is there, but the manifest for this node's platform, which the tag's index lists, is not: it was cleaned up, or the push was not complete.",
    }
  if (hasClue(context, 'missing-layer'))
    return {
      title: `${capitalize(registryLabel(registry))} lacks a layer of the image`,
      meaning:
        'The manifest is there, but a layer that it lists is not: the push was not complete, the layer was cleaned up, or a cache could not fetch it.',
    }
  if (hasClue(context, 'web-page') && subcause !== 'not-in-mirror')
    return {
      title: `A web page answers at ${registryLabel(registry)} instead of a registry`,
      meaning:
        'The host is there, but what answered is a web page (404), not the registry: the image itself may be fine.',
    }
  return MISSING[(subcause ?? 'unspecified') as NotFoundSubcause](context)
}

export const imageNotFound: CauseWords = {
  showsCredential: true,
  short: ({ findings: [first] }) =>
    first.subcause === 'not-in-mirror'
      ? `images missing in the mirror ${first.endpoint?.host}`
      : 'image not found',
  title: context => wordsForMissing(context).title,
  meaning: context => wordsForMissing(context).meaning,
}

export const platformMismatch: CauseWords = {
  short: () => "images for a platform other than the node's",
  title: ({ findings: [{ host, container, clues }] }) =>
    host.os === 'windows'
      ? clues.some(({ code }) => code === 'for-linux')
        ? `The image of container ${container} is for Linux, and the node runs Windows`
        : clues.some(({ code }) => code === 'windows-build')
          ? `The image of container ${container} is for another Windows version than the node's`
          : `The image of container ${container} isn't built for Windows, or not for this Windows version`
      : "The image isn't built for this node's OS or CPU architecture",
  meaning: ({ findings: [{ host, clues }] }) =>
    clues.some(({ code }) => code === 'windows-build')
      ? `The image is for Windows ${clues.find(clue => clue.code === 'windows-build')?.build}, and a Windows node only runs images whose build matches its own.`
      : clues.some(({ code }) => code === 'for-linux')
        ? 'Linux images never run on a Windows node; what the registry has under this name is for Linux only, or a copy of the Linux part of an image for both.'
        : host.os === 'windows'
          ? 'A Windows node runs only Windows images whose build matches its own; Linux images never run there.'
          : `The image was built for other platforms than this node${host.architecture === null ? ', such as amd64 only on an arm64 node' : ` (${host.os ?? 'linux'}/${host.architecture})`}.`,
}

export const unsupportedManifest: CauseWords = {
  short: context =>
    hasClue(context, 'web-page') ? 'web pages instead of images' : 'images in a format the node cannot run',
  title: context =>
    hasClue(context, 'web-page')
      ? 'A web page came back instead of the image'
      : "The node can't use what the registry returned for this image",
  meaning: context =>
    hasClue(context, 'web-page')
      ? WEB_PAGE
      : hasClue(context, 'attestation')
        ? ATTESTATION
        : hasClue(context, 'artifact')
          ? 'The artifact stored under this name is not a container image, but something else, such as a Helm chart.'
          : hasClue(context, 'schema1')
            ? 'The image was pushed in the old format schema 1, which current runtimes no longer accept.'
            : 'The image has an old format or an unknown media type, or is not a container image at all.',
}

const ATTESTATION =
  'What was pulled is the attestation of a build (in-toto), which builders store beside the image in its index; it is not a container image, and nothing is damaged.'

/** Shared by all causes in which the answer can be a web page. */
export const WEB_PAGE =
  'Something in between answered in place of the registry: a mirror, a proxy, or a login portal. The image itself is not the problem.'

export const invalidReference: CauseWords = {
  short: context => (hasClue(context, 'placeholder') ? 'placeholders in image names' : 'invalid image names'),
  title: context =>
    hasClue(context, 'unquoted-number')
      ? 'The image name contains a number in scientific notation'
      : hasClue(context, 'image-id')
        ? 'The image is named by its ID, not by its name'
        : hasClue(context, 'placeholder')
          ? 'The image name still contains a placeholder'
          : hasClue(context, 'short-name')
            ? "The node doesn't complete the short image name"
            : 'The image name is invalid',
  meaning: context =>
    hasClue(context, 'unquoted-number')
      ? "A number without quotes in a YAML file or in chart values was read as a float and became something like 1.7e+11; a tag can't contain a plus sign."
      : hasClue(context, 'image-id')
        ? IMAGE_ID
        : hasClue(context, 'placeholder')
          ? 'A variable or template value was never filled in.'
          : straySign(context) !== null
            ? `The name contains ${straySign(context)}, which most likely came from the template or the values that it was rendered from.`
            : hasClue(context, 'short-name')
              ? "The node's runtime takes short names only from registries that it is configured to search, and this one is ambiguous or in none of them."
              : 'The name breaks the rules of image names (upper case, blanks, a scheme, a stray colon or slash), or is too short to be unique.',
}

/** Shared by all causes that a name of this kind can have. */
export const IMAGE_ID =
  'The name has the form of an image ID, as clients list it: an ID identifies an image on one machine, and no registry knows an image by it.'

/** Returns what does not belong into a name; null if its signs are those of names. */
function straySign({ findings: [first] }: CauseContext): string | null {
  const stray = first.clues.find(clue => clue.code === 'stray-sign')
  return stray === undefined ? null : stray.sign === 'quote' ? 'quotation marks' : 'white space'
}

const isEmpty = ({ findings: [{ clues }] }: CauseContext) =>
  clues.some(clue => clue.code === 'arrived' && clue.bytes === 0)

/** Returns the words for a download that failed its check, by what arrived. */
function downloadWords({ findings: [{ clues }] }: CauseContext): { title: string; meaning: string } {
  const part = clues.some(({ code }) => code === 'other-manifest') ? 'the manifest' : 'a layer'
  const arrived = clues.find(clue => clue.code === 'arrived')
  const discarded = 'The runtime discarded it, so there is nothing to remove on the node.'
  if (arrived?.bytes === 0)
    return {
      title: `The download of ${part} of the image was empty`,
      meaning: `Not a single byte of ${part} arrived${arrived.of === null ? ' (the error gives the digest of an empty file, e3b0c442…)' : ` (0 of ${formatNumber(arrived.of)})`}: a proxy, a filter, or a mirror between the node and the registry most likely answered without content. ${discarded}`,
    }
  if (arrived?.of != null)
    return {
      title: `The download of ${part} of the image ${arrived.bytes < arrived.of ? 'was cut off' : 'brought something else'}`,
      meaning: `${formatNumber(arrived.bytes)} bytes of ${part} arrived, where ${formatNumber(arrived.of)} were announced: something between the node and the registry cut off or changed the download. ${discarded}`,
    }
  return {
    title: `The download of ${part} of the image does not match its digest`,
    meaning: `What arrived of ${part} is not what the registry announced: the download was cut off or changed on its way, or the image is damaged in the registry. ${discarded}`,
  }
}

export const corruptOrUnpack: CauseWords = {
  short: context =>
    hasClue(context, 'web-page')
      ? 'web pages instead of images'
      : hasClue(context, 'attestation')
        ? 'build attestations instead of images'
        : hasClue(context, 'content-gone') ||
            hasClue(context, 'busy-mount') ||
            hasClue(context, 'no-unpacker')
          ? "images that nodes can't unpack"
          : hasClue(context, 'damaged-store')
            ? "images missing from a node's own store"
            : hasClue(context, 'discarded')
              ? 'downloads that were cut off or changed'
              : 'corrupt layers',
  title: context =>
    hasClue(context, 'web-page')
      ? 'A web page came back instead of the image'
      : hasClue(context, 'other-manifest') && !isEmpty(context)
        ? `${capitalize(responderLabel(context.findings[0]))} delivers a manifest that does not match its digest`
        : hasClue(context, 'content-gone')
          ? `The image ${onNode(context.findings[0])} lacks a layer that has to be unpacked`
          : hasClue(context, 'discarded')
            ? downloadWords(context).title
            : hasClue(context, 'damaged-store')
              ? `The image was pulled, but the image store ${onNode(context.findings[0])} does not have it, or only part of it`
              : "The image arrived, but couldn't be unpacked on the node",
  meaning: context =>
    hasClue(context, 'web-page')
      ? WEB_PAGE
      : hasClue(context, 'no-unpacker')
        ? `The configuration of the runtime ${onNode(context.findings[0])} has no snapshotter to unpack images with; the image is not at fault.`
        : hasClue(context, 'snapshotter-gone')
          ? `The snapshotter ${onNode(context.findings[0])}, a separate process, is not running; the image is not at fault.`
          : hasClue(context, 'discarded') && !(hasClue(context, 'other-manifest') && !isEmpty(context))
            ? downloadWords(context).meaning
            : hasClue(context, 'other-manifest')
              ? 'The registry, or the cache that answered, announced one manifest and sent another; the node is not at fault.'
              : hasClue(context, 'content-gone')
                ? "The runtime's content store no longer has the layer: it was discarded after another snapshotter had unpacked it, or removed; the image in the registry is not at fault."
                : hasClue(context, 'damaged-store')
                  ? "The runtime lists the image, or reported that it was pulled, but can't find it in its own storage; the registry and the login are not at fault."
                  : hasClue(context, 'other-layers')
                    ? "The image's configuration lists other layers than its manifest: it is an OCI artifact (a model, a chart) rather than a container image, or was built or copied by a faulty tool."
                    : hasClue(context, 'user-namespace')
                      ? "The runtime can't set the owners of some of the image's files: most likely it runs in a user namespace (rootless) that has no IDs for them."
                      : hasClue(context, 'file-system')
                        ? `The file system under the runtime ${onNode(context.findings[0])} can't hold image layers.`
                        : hasClue(context, 'busy-mount')
                          ? `Another process ${onNode(context.findings[0])} uses a mount that the runtime has to remove; the image is not at fault.`
                          : hasClue(context, 'disk-fault')
                            ? `The disk or file system under the runtime ${onNode(context.findings[0])} is failing; the image is not at fault.`
                            : hasClue(context, 'attestation')
                              ? ATTESTATION
                              : hasClue(context, 'layer-type')
                                ? "The image has layers of a media type that the node's snapshotter does not know; nothing is damaged."
                                : hasClue(context, 'partial-layer')
                                  ? 'A layer arrived incomplete or damaged: the download was cut off, or something in between changed the data.'
                                  : hasClue(context, 'layer-format')
                                    ? "The runtime can't read the format of a layer: the layer is damaged, or the runtime is older than the tool that built it."
                                    : "A layer's digest does not match, or the node's storage failed while it was written.",
}

export const other: CauseWords = {
  showsCredential: true,
  short: context =>
    hasClue(context, 'precondition-failed') ? 'a registry that answers 412' : 'an unknown cause',
  title: context => {
    const [first] = context.findings
    if (first.endpoint?.role === 'runtime') return `The container runtime ${onNode(first)} does not answer`
    if (hasClue(context, 'precondition-failed'))
      return `${capitalize(registryLabel(first.registry))} answers 412 (precondition failed)`
    if (hasClue(context, 'registry-closed'))
      return `${capitalize(registryLabel(first.registry))} says that it is shut down`
    if (hasClue(context, 'mirror-config'))
      return "The node's settings for registries and mirrors can't be read"
    if (hasClue(context, 'endpoint-scheme'))
      return "The address of the node's mirror has no scheme, or has two"
    return hasNoReason(first)
      ? 'The pull is failing, but the reason is no longer recorded'
      : first.endpoint?.role === 'mirror'
        ? `The pull through the mirror ${first.endpoint.host} is failing for a reason that pullguard doesn't recognize`
        : "The pull is failing for a reason that pullguard doesn't recognize"
  },
  meaning: context => {
    const [first] = context.findings
    if (first.endpoint?.role === 'runtime')
      return 'The kubelet could not talk to its runtime; no registry was asked.'
    if (hasClue(context, 'precondition-failed'))
      return /(?:^|\.)gcr\.io$/.test(first.registry ?? '')
        ? 'Google Container Registry was shut down in 2025: projects that were not moved to Artifact Registry answer 412. The login is not the problem.'
        : "The registry refuses because one of its own conditions isn't met, such as a scan or signature policy; the login is not the problem."
    if (hasClue(context, 'registry-closed'))
      return 'The registry no longer serves images that were not moved; neither the login nor the name is the problem.'
    if (hasClue(context, 'mirror-config'))
      return 'The runtime stops at a mistake in these settings, before it asks any registry.'
    if (hasClue(context, 'endpoint-scheme'))
      return "The runtime can't use the address of a mirror as it is configured."
    return hasNoReason(first)
      ? "Events are kept for only an hour, and the pod's status gives no reason. The next attempt, within five minutes, records a new event."
      : "The kubelet's message matches no known cause; read it in full."
  },
}

/** The kubelet's back-off message alone is not a reason; the reason was in an event. */
export function hasNoReason({ evidence }: Pick<Finding, 'evidence'>): boolean {
  return evidence === null || /^back-off pulling image "[^"]*"\.?$/i.test(evidence.text)
}
