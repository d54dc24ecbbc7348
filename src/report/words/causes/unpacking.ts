/** Why a node can't unpack an image that arrived whole: its kernel, a missing program, its snapshotter, or the number of layers. */

import { clueOf } from '../../../diagnosis/clues/clue.ts'
import type { MissingTool } from '../../../diagnosis/clues/clue-at-node.ts'
import type { Finding } from '../../../diagnosis/finding.ts'
import type { FirstFinding } from '../cause-words.ts'
import { onNode } from '../node/node.ts'

/** Docker's limit is maxLayerDepth in moby's layer package. */
export function tooManyLayers({ host }: Pick<Finding, 'host'>): string {
  return host.runtime === 'docker'
    ? 'Docker stacks at most 125 layers, and this image has more; nothing is damaged.'
    : "The runtime's storage stacks only so many layers, and this image has more; nothing is damaged."
}

export function refusedMount({ clues }: Pick<Finding, 'clues'>): string {
  const refused = clueOf(clues, 'mount-refused')
  if (refused === undefined) return ''
  const { snapshotter, fileSystem, error } = refused
  const asking = snapshotter === null ? 'the snapshotter' : `the snapshotter ${snapshotter}`
  return error === 'no such device'
    ? `The kernel has no file system ${fileSystem === null ? 'of the type' : fileSystem} that ${asking} asked it to mount; the image is not at fault.`
    : `The kernel refused to mount what ${asking} had unpacked (${error}).`
}

export function unpackerMeaning(first: FirstFinding): string {
  const name = clueOf(first.clues, 'no-unpacker')?.snapshotter ?? null
  return name === null
    ? `The configuration of the runtime ${onNode(first)} has no plugin to unpack images with (a snapshotter, a differ); the image is not at fault.`
    : `The runtime ${onNode(first)} should unpack with the snapshotter ${name}, which is not configured or failed to load; the image is not at fault.`
}

const LACKS: Record<MissingTool['kind'], (name: string) => string> = {
  program: name => `the program ${name}`,
  module: name => `the kernel module ${name}`,
  feature: name => `Windows' feature ${name}`,
}

export function toolMeaning(first: FirstFinding): string {
  const lacks = clueOf(first.clues, 'missing-tool')
  const what = lacks === undefined ? 'something' : LACKS[lacks.kind](lacks.name)
  // Windows names no feature.
  const lacking = lacks?.kind === 'feature' ? 'which is most likely missing' : 'which is missing'
  return `To unpack the image, the runtime ${onNode(first)} needs ${what}, ${lacking}; the image is not at fault.`
}

/** CRI-O unpacks while it downloads; the others compare the digest first (ollama/ollama#5979, podman-container-tools/podman#23822). */
function pigzMeaning(first: FirstFinding): string {
  const verified = first.host.runtime === 'containerd' || first.host.runtime === 'docker'
  return verified
    ? `The layer arrived as the registry has it (its digest was compared first), but pigz found the data damaged: by a fault of its own, or because the layer was published like that, or because the memory or disk of the node damages data.`
    : `pigz, which unpacks layers ${onNode(first)}, found the data of a layer damaged: it was published like that, changed on its way, or is damaged on the node itself, by its memory or its pigz.`
}

/** What is said of layers whose data can't be used. */
export const BAD_LAYER = {
  pigz: pigzMeaning,
  partial:
    'A layer arrived incomplete or damaged: the download was cut off, or something in between changed the data.',
  format:
    "The runtime can't read the format of a layer: the layer is damaged, or the runtime is older than the tool that built it.",
  faulty:
    "Files of a layer don't fit together, or don't fit those of the layers below it: most likely the tool that built the image made it so, or the runtime is too old for it.",
  // guest-components#544: what receives the layer is gone, and the error does not say why.
  guest:
    'The process in the guest VM that unpacks layers ended while one was still arriving, most often because the VM has too little memory.',
}

/** Whether the kernel refuses because of a limit, not because something is forbidden. */
export function isAtLimit({ clues }: FirstFinding): boolean {
  return clues.some(clue => clue.code === 'kernel-refuses' && clue.for === 'limit')
}

export function refusalMeaning(first: FirstFinding): string {
  return isAtLimit(first)
    ? `The runtime ${onNode(first)} reached a limit on open files or on processes; the image and the disk are not at fault.`
    : `The runtime ${onNode(first)} is not allowed to do what unpacking needs, such as mounting or setting an attribute: it runs without full rights, a security module forbids it, or the file system does; nothing is damaged.`
}

export function attributeMeaning({ clues, steps }: FirstFinding): string {
  const refused = clueOf(clues, 'file-attribute')
  const name = refused?.name ?? null
  const has = `A file of the image has ${name === null ? 'an extended attribute' : `the extended attribute ${name}`}`
  if (refused?.error === 'invalid')
    return `${has}, whose value the kernel of the node rejects${steps.some(step => step.code === 'leave-attribute' && step.label) ? ', most often an SELinux label that is not in its policy' : ''}; nothing is damaged, and the registry is not at fault.`
  return refused?.error === 'unsupported'
    ? `${has}, and the runtime can't set it where it stores layers; nothing is damaged.`
    : `${has}, and the runtime did not find the file where it wanted to set it; nothing was damaged on the way.`
}

export const thinDevices =
  "The runtime stores layers in a thin pool of devicemapper, which did not make or open a device for one: the pool is full, or does not agree with the runtime's records of it. The image is not at fault."

export function knownFaultMeaning(first: FirstFinding): string {
  const { bottlerocket, version } = first.host
  return `The runtime ${onNode(first)} can't unpack a layer, a known fault of ${bottlerocket === undefined ? `Docker ${version}` : `Bottlerocket ${bottlerocket}`}; the image, the registry, and the login are not at fault.`
}

/** What Windows answered, which names no cause. */
export function windowsCall({ clues }: Pick<Finding, 'clues'>): string {
  const failed = clueOf(clues, 'windows-call')
  return failed === undefined
    ? ''
    : `Windows failed to store a layer (${failed.call}: "${failed.answer}"), whose digest the runtime had compared before; the registry and the login are not at fault.`
}

/** What is said of a snapshotter that loads layers while the container runs. */
export function unmountedMeaning({ clues }: Pick<Finding, 'clues'>): string {
  const name = clueOf(clues, 'lazy-snapshotter')?.name ?? null
  return `${name === null ? 'A snapshotter that loads layers while the container runs (such as SOCI or stargz)' : `The snapshotter (${name}), which loads layers while the container runs,`} failed on the node; the registry had already delivered the manifest.`
}
