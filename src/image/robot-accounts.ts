/** Robot accounts of Quay, which have their organization's or user's name in their own. */

import { hostAlone } from './host.ts'

/** Quay's own service, and hosts that are named after the product. */
const QUAY = /(?:^|[.-])quay[.-]/

/**
 * Returns whose robot account it is, if it is one of Quay and not of the owner of the repository (docs.redhat.com, Quay, robot accounts;
 * goharbor/website#92, containers/skopeo#1066: other organizations' private repositories are closed to it). GitLab names its deploy tokens alike.
 */
export function foreignRobotOwner(registry: string, repository: string, username: string): string | null {
  const owner = /^([a-z0-9]+(?:[._-][a-z0-9]+)*)\+[a-z][a-z0-9_]*$/.exec(username)?.[1]
  if (owner === undefined || !QUAY.test(hostAlone(registry))) return null
  return repository.startsWith(`${owner}/`) ? null : owner
}
