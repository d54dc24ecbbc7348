/**
 * Tells pull secrets whose content has the layout of the other type: a config.json, with its logins under `auths`, as the older
 * `.dockercfg`, or the other way round. The kubelet then finds no login for any registry, and says nothing.
 */

import type { Redacted } from '../secrecy/redacted.ts'
import { field, isObject, parseJson } from './auths.ts'

export type SecretLayout = 'config.json' | 'dockercfg'

/** The layout that the content has; null where it is not JSON, or has nothing to tell by. */
export function layoutOf(content: Redacted): SecretLayout | null {
  const config = content.map(parseJson).reveal()
  if (!isObject(config)) return null
  const auths = field(config, 'auths')
  if (isObject(auths) && !isLogin(auths)) return 'config.json'
  return Object.values(config).some(isLogin) ? 'dockercfg' : null
}

function isLogin(value: unknown): boolean {
  return (
    isObject(value) && ['auth', 'username', 'password'].some(name => typeof field(value, name) === 'string')
  )
}
