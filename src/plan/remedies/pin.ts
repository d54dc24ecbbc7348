/** `--pin`: binds an image to the digest that its pods run, or that the registry has. */

import { parseReference } from '../../image/reference.ts'
import type { ScopeContainer } from '../../snapshot/fix-objects.ts'
import type { RemedyRules } from './remedy-rules.ts'

export const pin: RemedyRules = {
  flag: { takes: 'nothing' },
  containers: {
    lookups(container) {
      if (!floats(container.image)) return []
      const [running, ...others] = runningDigests(container)
      if (running === undefined) return [container.image]
      // The registry might no longer have the digest, or only for one platform: then another node could not pull it.
      return others.length === 0 ? [`${container.image}@${running}`] : []
    },
    edit({ target, container, image }, { images }) {
      if (!floats(image)) return {}
      const place = { target, container: container.name, image }
      const [running, ...others] = image === container.image ? runningDigests(container) : []
      if (running !== undefined && others.length > 0) {
        return { declined: { code: 'several-digests', ...place, digests: [running, ...others] } }
      }
      const fact = images.get(running === undefined ? image : `${image}@${running}`)
      if (running !== undefined && !fact?.ruledOut) return { image: `${image}@${running}` }
      if (running === undefined && fact?.digest != null) return { image: `${image}@${fact.digest}` }
      // Only the replacement was looked up, and that it does not exist is a reason of its own.
      if (running === undefined && fact === undefined) return {}
      return { declined: { code: 'no-digest', ...place, detail: fact?.detail ?? null } }
    },
  },
}

/** The digests that pods of the workload run, if the runtime names them for this repository. */
function runningDigests({ image, runningImageIds }: ScopeContainer): string[] {
  const wanted = parseReference(image)
  const digests = runningImageIds.flatMap(id => {
    // Docker reports `docker-pullable://nginx@sha256:…`; a bare `sha256:…` is the image's config, which can't be pulled.
    const running = parseReference(id.replace(/^[a-z-]+:\/\//, ''))
    const same = running?.registry === wanted?.registry && running?.repository === wanted?.repository
    return same ? (running?.digest ?? []) : []
  })
  return [...new Set(digests)]
}

/** Whether the image has no digest. */
function floats(image: string): boolean {
  return parseReference(image)?.digest === null
}
