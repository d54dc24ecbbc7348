/** The words of images that a node can't store: a download that it discards, and layers that it can't unpack or find. */

import type { AdvisedFinding } from '../../../advice/add-steps.ts'
import { type CauseWords, leads, WEB_PAGE } from '../cause-words.ts'
import { onNode } from '../node/node.ts'
import { downloadWords, isCheckedAgain, isEmpty, isMore, isUnread } from './discarded-downloads.ts'
import { ARTIFACT, ATTESTATION, SIGNATURE } from './image-content.ts'
import {
  attributeMeaning,
  BAD_LAYER,
  knownFaultMeaning,
  refusalMeaning,
  refusedMount,
  thinDevices,
  toolMeaning,
  tooManyLayers,
  unmountedMeaning,
  unpackerMeaning,
  windowsCall,
} from './unpacking.ts'

/** Whether the disk that is full may be that of the computer on which the node runs as a virtual machine or container. */
function mayBeFullHost({ steps }: AdvisedFinding): boolean {
  return steps.some(({ code }) => code === 'free-host-disk')
}

/** Whether an old containerd can't unpack WebAssembly modules. */
const isWasm = leads('update-for-wasm')

/** Whether a lazy snapshotter failed, and the text shows no better reason. */
const isUnmounted = leads('snapshotter-log', 'snapshotter-login')

/** Whether the release of the runtime or of the node's system is known to fail so. */
const isKnownFault = leads('known-fault')

const isDenied = leads('release-store')

const CANNOT_UNPACK = "images that nodes can't unpack"

export const corruptOrUnpack: CauseWords = {
  short: [
    ['web-page', 'web pages instead of images'],
    ['attestation', 'build attestations instead of images'],
    [isKnownFault, CANNOT_UNPACK],
    ['content-gone', CANNOT_UNPACK],
    ['busy-mount', CANNOT_UNPACK],
    ['no-unpacker', CANNOT_UNPACK],
    ['pull-records', "a kubelet that can't record its pulls"],
    ['encrypted', 'encrypted images'],
    ['signature-artifact', 'signatures instead of images'],
    ['artifact', 'artifacts instead of images'],
    ['missing-tool', CANNOT_UNPACK],
    ['locked-layer', 'layers that another pull holds'],
    ['kernel-refuses', CANNOT_UNPACK],
    ['read-only', 'read-only file systems'],
    [mayBeFullHost, 'failing or full disks'],
    ['disk-fault', 'failing disks'],
    ['other-copy', CANNOT_UNPACK],
    ['windows-call', CANNOT_UNPACK],
    ['imported-name', 'imported images that are not found again'],
    ['damaged-store', "images missing from a node's own store"],
    ['broken-store', 'damaged image stores'],
    ['torn-store', 'image stores with contradictory records'],
    [isMore, 'downloads of more than was announced'],
    ['store-folder-gone', CANNOT_UNPACK],
    ['discarded', 'downloads that were cut off or changed'],
    ['snapshotter-gone', CANNOT_UNPACK],
    ['faulty-layer', CANNOT_UNPACK],
    ['file-attribute', CANNOT_UNPACK],
    ['thin-devices', CANNOT_UNPACK],
    ['user-namespace', CANNOT_UNPACK],
    ['file-system', CANNOT_UNPACK],
    ['layer-type', CANNOT_UNPACK],
    ['too-many-layers', 'images with too many layers'],
    ['mount-refused', CANNOT_UNPACK],
    [isDenied, CANNOT_UNPACK],
    [isWasm, CANNOT_UNPACK],
    ['wrong-diff-id', 'faulty builds'],
    ['layer-mismatch', 'artifacts or faulty builds in place of images'],
    ['lazy-snapshotter', CANNOT_UNPACK],
    'corrupt layers',
  ],
  title: [
    ['web-page', 'A web page came back instead of the image'],
    ['snapshotter-gone', first => `The snapshotter ${onNode(first)} is not running`],
    [isEmpty, first => downloadWords(first).title],
    [isUnread, first => downloadWords(first).title],
    ['other-manifest', { does: 'delivers a manifest that does not match its digest' }],
    ['content-gone', first => `The image ${onNode(first)} lacks a layer that has to be unpacked`],
    ['discarded', first => downloadWords(first).title],
    ['pull-records', first => `The kubelet ${onNode(first)} can't record that it pulls the image`],
    ['encrypted', first => `The image is encrypted, and the runtime ${onNode(first)} can't decrypt it`],
    ['locked-layer', first => `Another pull ${onNode(first)} held a layer of the image for too long`],
    ['read-only', first => `The runtime's file system ${onNode(first)} is read-only`],
    [
      mayBeFullHost,
      first => `The disk ${onNode(first)} is failing, or that of the computer it runs on is full`,
    ],
    ['disk-fault', first => `The disk or file system ${onNode(first)} is failing`],
    [
      'snapshotter-without-name',
      first => `The snapshotter ${onNode(first)} can't prepare a layer of the image`,
    ],
    [isUnmounted, first => `The snapshotter ${onNode(first)} could not mount a layer of the image`],
    ['other-copy', first => `Another copy of the image ${onNode(first)} is in the way of this one`],
    ['imported-name', first => `The runtime ${onNode(first)} does not find an image that was imported there`],
    [
      'damaged-store',
      first =>
        `The image was pulled, but the image store ${onNode(first)} does not have it, or only part of it`,
    ],
    ['broken-store', first => `The image store ${onNode(first)} is damaged`],
    [
      'torn-store',
      first =>
        `The records of the image store ${onNode(first)} contradict each other, so the image can't be used`,
    ],
    ['wrong-diff-id', "A layer of the image is not the one that the image's own configuration lists"],
    [
      'too-many-layers',
      first => `The image has more layers than the container runtime ${onNode(first)} can stack`,
    ],
    "The image arrived, but couldn't be unpacked on the node",
  ],
  meaning: [
    ['web-page', WEB_PAGE],
    [isKnownFault, knownFaultMeaning],
    ['no-unpacker', unpackerMeaning],
    [
      'pull-records',
      'Before a pull, the kubelet (from Kubernetes 1.33 on) records that it is starting one, and it could not; no registry was asked, and the image is not at fault.',
    ],
    [
      'encrypted',
      'The layers are encrypted, and the runtime has no key for them, or not the program that decrypts them; nothing is damaged.',
    ],
    [
      'snapshotter-gone',
      'The runtime unpacks images through the snapshotter, a separate process that does not answer; the image is not at fault.',
    ],
    [isEmpty, first => downloadWords(first).meaning],
    [isUnread, first => downloadWords(first).meaning],
    [
      'other-manifest',
      first =>
        `The registry, or the cache that answered, announced one manifest and sent another${isCheckedAgain(first) ? '. containerd keeps what it got, and the next attempt may check that again without a download: if other nodes pull the image, it is most likely at fault' : '; the node is not at fault'}.`,
    ],
    [
      'content-gone',
      "The runtime's content store no longer has the layer: it was discarded after another snapshotter had unpacked it, or removed; the image in the registry is not at fault.",
    ],
    ['discarded', first => downloadWords(first).meaning],
    ['signature-artifact', SIGNATURE],
    ['artifact', ARTIFACT],
    ['missing-tool', toolMeaning],
    [
      'locked-layer',
      'The runtime fetches a layer only once for all images that share it, and gave up waiting for the other pull, which is slow or hangs.',
    ],
    [
      'imported-name',
      'The image came from an archive, as with `kind load`: containerd knows it by a name of that import (import-…@sha256:…), and does not find it by this one. No registry was asked.',
    ],
    [
      'other-copy',
      "The runtime's store has an image with the same ID under another name, made of other layers (such as of another format or compression), and can't store both; nothing is damaged, and the registry and the login are not at fault.",
    ],
    [
      'damaged-store',
      "The runtime lists the image, or reported that it was pulled, but can't find it in its own storage; the registry and the login are not at fault.",
    ],
    [
      'snapshotter-without-login',
      'A snapshotter that loads layers itself (such as SOCI or stargz) asked the registry for them without a login, and was refused; what arrived of the image is not damaged.',
    ],
    [
      'snapshotter-without-name',
      "The snapshotter loads layers itself, and containerd did not pass it the image's name, without which it can't ask a registry; the image and the login are not at fault.",
    ],
    [
      'broken-store',
      "The runtime's own list of layers is unreadable, or a layer that others build on is missing there; the image in the registry is not at fault.",
    ],
    [isUnmounted, unmountedMeaning],
    [
      isWasm,
      "Not all of the image's layers are file systems: it has WebAssembly modules as layers, or is something other than an image. Nothing is damaged.",
    ],
    [
      'wrong-diff-id',
      'The layer arrived as the registry has it (its digest was compared first), and what it has when it is unpacked differs from what the configuration of the image lists: most likely, its builder, or a tool that copied or converted it, wrote one of them wrong. A node that damages what it unpacks is a rarer cause. The login is not at fault.',
    ],
    [
      'layer-mismatch',
      "The image's configuration lists different layers than its manifest: it is an OCI artifact (a model, a chart) rather than a container image, or was built or copied by a faulty tool.",
    ],
    [
      'user-namespace',
      "The runtime can't set the owners of some of the image's files: most likely it runs in a user namespace (rootless) that has no IDs for them.",
    ],
    [
      'file-system',
      first =>
        `The file system under the runtime ${onNode(first)}, or the one that its snapshotter mounts, can't hold image layers, whose files have owners and attributes.`,
    ],
    [
      'busy-mount',
      first =>
        `Another process ${onNode(first)} uses a mount that the runtime has to remove; the image is not at fault.`,
    ],
    ['kernel-refuses', refusalMeaning],
    [
      'torn-store',
      "The runtime's records name content or a snapshot that does not exist, or lack one that does, such as after a crash or a change of its storage; the image in the registry is not at fault.",
    ],
    [
      'store-folder-gone',
      first =>
        `A folder that the runtime ${onNode(first)} stores or unpacks layers in was removed while it ran; the image is not at fault.`,
    ],
    [
      'read-only',
      first =>
        `The runtime ${onNode(first)} can't write to its storage: the kernel made the file system read-only after disk errors, or it was mounted that way; the image is not at fault.`,
    ],
    [
      'disk-fault',
      first => `The runtime ${onNode(first)} can't read or write its storage; the image is not at fault.`,
    ],
    ['attestation', ATTESTATION],
    ['guest-gave-up', BAD_LAYER.guest],
    [
      'unpacker-killed',
      first =>
        `The process that unpacks layers ${onNode(first)} was killed or could not be started, usually because the node is out of memory or processes; nothing is damaged.`,
    ],
    [
      'layer-type',
      "The image has layers of a media type that the node's snapshotter does not know; nothing is damaged.",
    ],
    ['pigz', BAD_LAYER.pigz],
    ['partial-layer', BAD_LAYER.partial],
    ['layer-format', BAD_LAYER.format],
    ['faulty-layer', BAD_LAYER.faulty],
    ['file-attribute', attributeMeaning],
    ['thin-devices', thinDevices],
    ['too-many-layers', tooManyLayers],
    ['mount-refused', refusedMount],
    [
      isDenied,
      first =>
        `Windows denied the runtime a file in its own store ${onNode(first)} when it imported the image; the registry and the login are not at fault.`,
    ],
    ['windows-call', windowsCall],
    'The runtime could not unpack a layer or store it: the layer is damaged or does not match its digest, or something on the node is in the way.',
  ],
}
