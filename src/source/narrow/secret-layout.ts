/**
 * Tells pull secrets whose content has the layout of the other type: a config.json, with its logins under `auths`, as the older
 * `.dockercfg`, or the other way round. The kubelet then finds no login for any registry, and says nothing.
 */

import { isRecord } from './shape.ts'

export type SecretLayout = 'config.json' | 'dockercfg'

/** The layout that the content has; null where it is not JSON, or has nothing to tell by. */
export function layoutOf(content: string): SecretLayout | null {
  const config = parse(content)
  if (!isRecord(config)) return null
  const auths = Object.entries(config).find(([key]) => key.toLowerCase() === 'auths')?.[1]
  if (isRecord(auths) && !isLogin(auths)) return 'config.json'
  return Object.values(config).some(isLogin) ? 'dockercfg' : null
}

function isLogin(value: unknown): boolean {
  return isRecord(value) && ['auth', 'username', 'password'].some(field => typeof value[field] === 'string')
}

function parse(content: string): unknown {
  try {
    return JSON.parse(content)
  } catch {
    return null
  }
}
