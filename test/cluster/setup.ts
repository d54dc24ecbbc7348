/** Finds the cluster that the tests run on: KUBECONFIG, or the one that `../shared/cluster/up` starts. */
import { execFileSync } from 'node:child_process'
import { existsSync } from 'node:fs'
import { resolve } from 'node:path'

const UP = resolve(import.meta.dirname, '../../../shared/cluster/up')

export default function setup(): void {
  if (process.env.KUBECONFIG) return
  if (!existsSync(UP)) throw new Error('set KUBECONFIG to the cluster that the tests may use')
  const output = execFileSync(UP, { encoding: 'utf8', stdio: ['ignore', 'pipe', 'inherit'] })
  process.env.KUBECONFIG = output.trim().split('\n').at(-1) ?? ''
}
