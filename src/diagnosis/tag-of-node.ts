/** Tags that operators of drivers and kernel modules make from a node's operating system or kernel. */

import type { Node } from '../snapshot/node.ts'
import type { Clue } from './clue.ts'

/** Images that hold drivers or modules for one kernel. */
const DRIVER = /driver|[mo]fed|kmod|kernel-module/
const SYSTEM =
  /-((?:ubuntu|debian|rhel|rhcos|scos|sles|sl-?micro|centos|rocky|ol|fedora|amzn|flatcar|azurelinux|opensuse|cos|talosv?|buildroot)\d[\d.]*(?:sp\d)?)(?:-(?:amd64|arm64|x86_64|aarch64))?$/
const KERNEL = /\d+\.\d+\.\d+-[\w.-]*(?:generic|default|aws|azure|gcp|gke|oracle|\.(?:el|fc|amzn)\d\w*)/

/** What an operator took from a node for the tag: NVIDIA's `550.90.07-ubuntu24.04`, or a kernel (Kernel Module Management). */
export function tagOfNode(reference: string | null, node: Node | null): Clue[] {
  const [, name = '', tag = ''] = /([^/]+):([^:@/]+)(?:@.*)?$/.exec(reference ?? '') ?? []
  const own = (node?.os === 'linux' ? node.kernel : null)?.replace(/[^\w.-]/g, '_') ?? ''
  const driver = DRIVER.test(name)
  const kernel = own !== '' && tag.includes(own) ? own : driver ? KERNEL.exec(tag)?.[0] : undefined
  if (kernel !== undefined) return [{ code: 'tag-of-node', from: 'kernel', value: kernel }]
  const system = driver ? SYSTEM.exec(tag)?.[1] : undefined
  return system === undefined ? [] : [{ code: 'tag-of-node', from: 'system', value: system }]
}
