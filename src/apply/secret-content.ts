/** The `.dockerconfigjson` of a Secret as the API carries it. Its text is secret, and stays between the two requests that need it. */

import type { KubernetesObject } from '../kubernetes/cluster.ts'

/** The data key of a pull secret. */
export const CONTENT_KEY = '.dockerconfigjson'

/** The text; empty where there is none. */
export function contentOf(secret: KubernetesObject): string {
  const data = (secret.data as Record<string, string> | undefined)?.[CONTENT_KEY] ?? ''
  return Buffer.from(data, 'base64').toString('utf8')
}

/** The text as `data` takes it. */
export function encoded(text: string): string {
  return Buffer.from(text, 'utf8').toString('base64')
}
