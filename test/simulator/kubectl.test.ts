/** kubectl, if it is installed, against a live simulator. */
import { execFile } from 'node:child_process'
import { rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { type Simulator, startSimulator } from '../../src/simulator/simulator.ts'
import { type Folder, folderWith } from '../kubernetes/kubeconfig/files.ts'

const run = promisify(execFile)
const hasKubectl = await run('kubectl', ['version', '--client']).then(
  () => true,
  () => false,
)

describe.skipIf(!hasKubectl)('kubectl', () => {
  let simulator: Simulator
  let folder: Folder
  beforeAll(async () => {
    simulator = await startSimulator({ live: true })
    simulator.hub.addImage({ repository: 'library/nginx', tags: ['1.27', '1.28'] })
    folder = await folderWith({ config: simulator.kubeconfig })
  })
  afterAll(async () => {
    await simulator.close()
    await rm(folder.path, { recursive: true })
  })

  /** kubectl's output, or its error message if it fails. */
  const kubectl = async (command: string): Promise<string> => {
    const env = { PATH: process.env.PATH, HOME: folder.path, KUBECONFIG: join(folder.path, 'config') }
    const { stdout } = await run('kubectl', command.split(' '), { env }).catch(error => ({
      stdout: String(error.stderr),
    }))
    return stdout.trim()
  }

  test('creates, rolls out, scales and deletes a Deployment', async () => {
    const steps: [command: string, prints: string][] = [
      ['create namespace dev', 'namespace/dev created'],
      ['create deployment web --image=nginx:1.27 -n dev', 'deployment.apps/web created'],
      ['rollout status deployment/web -n dev', 'deployment "web" successfully rolled out'],
      ['set image deployment/web nginx=nginx:1.28 -n dev', 'deployment.apps/web image updated'],
      ['rollout undo deployment/web -n dev', 'deployment.apps/web rolled back'],
      ['rollout restart deployment/web -n dev', 'deployment.apps/web restarted'],
      ['scale deployment/web --replicas=2 -n dev', 'deployment.apps/web scaled'],
      ['rollout status deployment/web -n dev', 'deployment "web" successfully rolled out'],
      ['create job once --image=nginx:1.27 -n dev', 'job.batch/once created'],
      ['wait --for=condition=complete job/once -n dev', 'job.batch/once condition met'],
      [
        'create secret docker-registry login --docker-username=a --docker-password=b -n dev',
        'secret/login created',
      ],
      ['delete namespace dev', 'namespace "dev" deleted'],
    ]
    for (const [command, prints] of steps) expect((await kubectl(command)).split('\n').at(-1)).toBe(prints)
    expect(simulator.cluster.list('Pod', 'dev')).toEqual([])
    expect(simulator.cluster.get('Namespace', undefined, 'dev')).toBeUndefined()
  })

  test('applies a file, and the server validates its fields', async () => {
    const file = join(folder.path, 'pod.json')
    const pod = { apiVersion: 'v1', kind: 'Pod', metadata: { name: 'x' }, spec: { containers: [] } }
    await writeFile(file, JSON.stringify({ ...pod, specs: {} }))
    expect(await kubectl(`apply -f ${file}`)).toContain('unknown field "specs"')
    await writeFile(
      file,
      JSON.stringify({ ...pod, spec: { containers: [{ name: 'x', image: 'nginx:1.27' }] } }),
    )
    expect(await kubectl(`apply -f ${file}`)).toBe('pod/x created')
  })
})
