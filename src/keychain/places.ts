/** Where credentials lie on this machine, in the order in which they are asked. */

import { posix, win32 } from 'node:path'
import type { CredentialConfig } from '../dockerconfig/docker-lookup.ts'
import { Redacted } from '../secrecy/redacted.ts'
import { type FileShape, readConfigFile, readEnvironmentConfig } from './config-file.ts'

export interface Machine {
  env: Record<string, string | undefined>
  /** The user's home directory. */
  home: string
  platform: NodeJS.Platform
}

/** One place; `read` gives null where it does not exist and throws UsageError where it can't be read. */
export interface Place {
  name: string
  read(): Promise<CredentialConfig | null>
}

/**
 * The places in order: DOCKER_AUTH_CONFIG, docker's config.json, REGISTRY_AUTH_FILE, podman's auth.json, .dockercfg. That is docker's
 * own order (docker/cli GetCredentialsStore), then podman's files as go-containerregistry's keychain adds them.
 */
export function places(machine: Machine): Place[] {
  const { env, home, platform } = machine
  const { join } = platform === 'win32' ? win32 : posix
  const at = (path: string, shape: FileShape) => filePlace(path, home, shape)
  const variable = (env.DOCKER_AUTH_CONFIG ?? '').trim()
  const found: Place[] = []
  if (variable !== '') {
    found.push({
      name: 'DOCKER_AUTH_CONFIG',
      read: async () => readEnvironmentConfig(new Redacted(variable)),
    })
  }
  found.push(at(join(env.DOCKER_CONFIG || join(home, '.docker'), 'config.json'), 'config'))
  if (env.REGISTRY_AUTH_FILE) found.push(at(env.REGISTRY_AUTH_FILE, 'config'))
  if (platform === 'linux' && env.XDG_RUNTIME_DIR) {
    found.push(at(join(env.XDG_RUNTIME_DIR, 'containers', 'auth.json'), 'config'))
  }
  found.push(at(join(env.XDG_CONFIG_HOME || join(home, '.config'), 'containers', 'auth.json'), 'config'))
  found.push(at(join(home, '.dockercfg'), 'dockercfg'))
  return found
}

function filePlace(path: string, home: string, shape: FileShape): Place {
  const shown = home !== '' && path.startsWith(home) ? `~${path.slice(home.length)}` : path
  return { name: shown, read: () => readConfigFile(path, shown, shape) }
}
