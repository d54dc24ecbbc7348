/** `pullguard demo`: plays an incident and its fix on a cluster and a Docker Hub that are simulated inside this process. */

import { once } from 'node:events'
import { chmod, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import {
  type DemoStep,
  demoClosing,
  demoOpening,
  demoPause,
  demoServing,
  demoStep,
} from '../report/views/demo.ts'
import type { Simulator } from '../simulator/simulator.ts'
import type { CommandContext, ExitName } from './context.ts'

interface DemoOptions {
  /** Keep the simulated cluster running so that the user can try commands on it. */
  serve: boolean
}

/** Plays the demo, or serves its cluster until Ctrl-C. */
export async function demoCommand(options: DemoOptions, context: CommandContext): Promise<ExitName> {
  const { startSimulator } = await import('../simulator/simulator.ts')
  const { articleScenario } = await import('../simulator/scenario.ts')
  const folder = await mkdtemp(join(tmpdir(), 'pullguard-demo-'))
  try {
    const simulator = await startSimulator({ scenario: articleScenario, live: options.serve })
    try {
      const config = await writeDemoConfig(folder, simulator, articleScenario.dockerConfig)
      const env = { ...context.env, ...config }
      if (options.serve) await serve(env, context)
      else
        await tellStory(simulator, { home: folder, cwd: context.cwd, clock: simulator.clock, env }, context)
    } finally {
      await simulator.close()
    }
  } finally {
    await rm(folder, { recursive: true, force: true })
  }
  return 'ok'
}

/** Writes the kubeconfig and docker config of the demo's user to the folder. @returns the environment variables that point to them */
async function writeDemoConfig(folder: string, simulator: Simulator, dockerConfig: string) {
  const kubeconfig = join(folder, 'kubeconfig')
  await writeFile(kubeconfig, simulator.kubeconfig, { mode: 0o600 })
  await writeFile(join(folder, 'config.json'), dockerConfig, { mode: 0o600 })
  await chmod(folder, 0o700)
  return {
    KUBECONFIG: kubeconfig,
    DOCKER_CONFIG: folder,
    DOCKER_AUTH_CONFIG: undefined,
    REGISTRY_AUTH_FILE: undefined,
    PULLGUARD_REGISTRY_ENDPOINTS: simulator.registryEndpoints,
    XDG_STATE_HOME: join(folder, 'state'),
  }
}

async function tellStory(
  simulator: Simulator,
  demoContext: Parameters<CommandContext['run']>[1],
  context: CommandContext,
): Promise<void> {
  const { out, program } = context
  const limited = simulator.cluster
    .list('Pod', 'default')
    .find(pod => pod.metadata.name.startsWith('fifthnginx'))
  const story: [DemoStep, string[]][] = [
    ['diagnose', ['diagnose', '-A']],
    ['why', ['why', `default/${limited?.metadata.name}`]],
    ['fix', ['fix', '-A', '--yes']],
    ['again', ['diagnose', '-A']],
    ['wait', ['wait', 'deployment/frontend', '-n', 'shop']],
    ['undo', ['undo', '--yes']],
  ]
  await out.write(demoOpening(out))
  for (const [index, [step, argv]] of story.entries()) {
    // On a terminal, each screen waits for a key so that the user can read it.
    if (index > 0 && out.isTerminal) await context.ask.key(demoPause())
    await out.write(demoStep(step, [program, ...argv].join(' '), out))
    await context.run(out.color ? argv : [...argv, '--no-color'], demoContext)
  }
  await out.write(demoClosing(program, out))
}

async function serve(env: CommandContext['env'], context: CommandContext): Promise<void> {
  const { out, program, signal } = context
  const names = ['KUBECONFIG', 'DOCKER_CONFIG', 'PULLGUARD_REGISTRY_ENDPOINTS', 'XDG_STATE_HOME']
  await out.write(
    demoServing(
      names.map(name => [name, env[name] ?? '']),
      program,
      out,
    ),
  )
  if (!signal.aborted) await once(signal, 'abort')
}
