/** Releases of containerd word the same failure in different ways; diagnose names the same cause and host for each. */
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import type { Draft } from '../../src/simulator/cluster/objects.ts'
import { startSimulator } from '../../src/simulator/simulator.ts'
import { RECORDED_STACK, type Stack, stackLike } from '../../src/simulator/stack.ts'
import { runCommandLine } from '../commands/command-line.ts'

const IMAGES = {
  limited: 'nginx',
  'missing-tag': 'acme/api:none',
  private: 'acme/private',
  refused: '127.0.0.1:1/acme/api:1',
  unresolved: 'registry.example.com/api:1',
}

interface Named {
  pod: string
  cause: string
  subcause: string | null
  endpoint: { role: string } | null
  evidence: { text: string }
}

/** What `diagnose -o json` finds on a cluster with that stack. */
async function findingsOn(stack: Stack): Promise<Named[]> {
  const simulator = await startSimulator({ stack })
  const home = await mkdtemp(join(tmpdir(), 'pullguard-stack-'))
  try {
    const { cluster, hub } = simulator
    for (const [repository, tag, owner] of [
      ['library/nginx', 'latest'],
      ['acme/api', '1'],
      ['acme/private', 'latest', 'acme'],
    ] as [string, string, string?][])
      hub.addImage({ repository, tags: [tag], ...(owner !== undefined && { owner }) })
    hub.exhaust('127.0.0.1')
    for (const [name, image] of Object.entries(IMAGES)) {
      const spec = { containers: [{ name: 'app', image }] }
      cluster.add({
        apiVersion: 'v1',
        kind: 'Pod',
        metadata: { name, namespace: 'default' },
        spec,
      } as unknown as Draft)
    }
    await simulator.settle()
    const kubeconfig = join(home, 'admin.yaml')
    await writeFile(kubeconfig, simulator.kubeconfig)
    const run = await runCommandLine(['diagnose', '--kubeconfig', kubeconfig, '-o', 'json'], { home })
    return (JSON.parse(run.out) as { findings: Named[] }).findings
  } finally {
    await simulator.close()
    await rm(home, { recursive: true })
  }
}

test('every failed pull has the same cause with the words of containerd 2.4 as with those of 1.6', async () => {
  const older = await findingsOn(RECORDED_STACK)
  const newer = await findingsOn(stackLike('v1.37.2', 'containerd://2.4.2'))
  const named = (findings: Named[]) =>
    findings.map(({ pod, cause, subcause, endpoint }) => ({ pod, cause, subcause, role: endpoint?.role }))
  expect(older.map(({ pod }) => pod).sort()).toEqual(Object.keys(IMAGES).sort())
  expect(named(newer)).toEqual(named(older))
  expect(newer.map(({ evidence }) => evidence.text).join('\n')).toContain('failed to resolve image')
})
