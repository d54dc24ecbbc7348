/** Finds the cluster for the tests, KUBECONFIG or the one that `../shared/cluster/up` starts, and removes what killed runs left on it. */
import { execFileSync } from 'node:child_process'
import { existsSync } from 'node:fs'
import { resolve } from 'node:path'
import { removeLeftOvers } from './left-overs.ts'

const UP = resolve(import.meta.dirname, '../../../shared/cluster/up')

export default async function setup(): Promise<void> {
  if (!process.env.KUBECONFIG) process.env.KUBECONFIG = startCluster()
  await removeLeftOvers()
}

function startCluster(): string {
  if (!existsSync(UP)) throw new Error('set KUBECONFIG to the cluster that the tests may use')
  const output = execFileSync(UP, { encoding: 'utf8', stdio: ['ignore', 'pipe', 'inherit'] })
  return output.trim().split('\n').at(-1) ?? ''
}
