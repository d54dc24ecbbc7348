/** Nodes on a developer's machine, by the names that the tools of such clusters give them. */

/** k3d's nodes are containers named so. */
export const K3D_NODE = /^k3d-.+-(?:server|agent)-\d+$/

/** Docker Desktop's node, or those of its clusters with several. */
export const DESKTOP_NODE = /^(?:docker-desktop|desktop-(?:control-plane|worker)\d*)$/

/** The virtual machines of Rancher Desktop and of Colima, each with one node: `colima`, or `colima-PROFILE`. */
export const LIMA_NODE = /^(?:lima-rancher-desktop|colima(?:-.+)?)$/

const OTHERS = /^(?:minikube(?:-m\d{2})?|orbstack|k3d-.*|kind-.*|.*-control-plane)$/

/** Whether images are most likely built on the machine of this node, or loaded into it by hand. */
export function isLocalNode(name: string | null): boolean {
  return [OTHERS, DESKTOP_NODE, LIMA_NODE].some(names => names.test(name ?? ''))
}
