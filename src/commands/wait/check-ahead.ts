/** `wait --check-images`: asks registries for the images of workloads as soon as these are known, before a kubelet has tried. */

import { fullName, parseReference } from '../../image/reference.ts'
import type { ClusterReader } from '../../kubernetes/api/cluster.ts'
import { checkLine } from '../../report/views/wait-progress.ts'
import type { ImageCheck } from '../../snapshot/image-check.ts'
import { checkFor } from '../../snapshot/image-verdict.ts'
import type { Following } from '../../source/following/following.ts'
import { type PullingPod, TemplateLogins } from '../../source/image-checks/pod-logins.ts'
import type { PodTemplate } from '../../source/narrow/template.ts'
import type { ImageCheckFlags, ImageChecking } from '../check-images.ts'
import type { CommandContext } from '../context.ts'
import type { Request } from './find-subjects.ts'
import type { ProgressLog } from './progress-log.ts'

export interface AheadSession {
  context: CommandContext
  cluster: ClusterReader
  following: Following
  log: ProgressLog
  request: Request
}

interface Wanted {
  image: string
  pod: PullingPod
}

export class ImageChecksAhead {
  /** The registries' answers so far. */
  checks: ImageCheck[] = []
  readonly #flags: ImageCheckFlags | undefined
  readonly #session: AheadSession
  readonly #logins: TemplateLogins
  readonly #asked = new Set<string>()
  #checking: ImageChecking | null = null

  constructor(flags: ImageCheckFlags | undefined, session: AheadSession) {
    this.#flags = flags
    this.#session = session
    this.#logins = new TemplateLogins(session.cluster, session.context.signal, this.keep)
  }

  /** Takes a pull secret as the cluster gives it. */
  readonly keep = (secret: unknown): void => this.#checking?.keep(secret)

  /** Asks for the images that have not been asked for, and reports those that can't be pulled. Does nothing without the flag. @throws UsageError */
  async ask(): Promise<void> {
    if (this.#flags === undefined) return
    const { context, log } = this.#session
    if (this.#checking === null) {
      const { ImageChecking } = await import('../check-images.ts')
      const silent = async () => ({ isShown: false, update() {}, stop() {} })
      this.#checking = new ImageChecking(this.#flags, { ...context, progress: silent })
    }
    const wanted = await this.#unasked()
    if (wanted.length === 0) return
    const answers = await this.#checking.askFor(wanted)
    this.checks = [...this.checks, ...answers]
    const lines = wanted.map(one => this.#lineOf(one)).filter(line => line !== '')
    if (lines.length > 0) await log.print([...new Set(lines)].join(''))
  }

  async #unasked(): Promise<Wanted[]> {
    const wanted: Wanted[] = []
    for (const { namespace, template } of this.#templates()) {
      const open = template.images.filter(image => !this.#asked.has(keyOf(image, namespace, template)))
      if (open.length === 0) continue
      const pod = await this.#logins.of(namespace, template)
      for (const image of open) {
        this.#asked.add(keyOf(image, namespace, template))
        wanted.push({ image, pod })
      }
    }
    return wanted
  }

  /** Of what is there, and of what manifests say will be. */
  #templates(): { namespace: string; template: PodTemplate }[] {
    const { following, cluster, request } = this.#session
    const there = following.subjects().flatMap(subject => {
      const object = following.objectOf(subject)
      return object === null ? [] : { namespace: subject.namespace, template: object.template }
    })
    const written = (request.manifests?.workloads ?? []).map(({ namespace, template }) => ({
      namespace: namespace ?? cluster.namespace,
      template,
    }))
    return [...there, ...written]
  }

  #lineOf({ image, pod }: Wanted): string {
    const reference = parseReference(image)
    const check = reference === null ? null : checkFor(fullName(reference), this.checks, pod)
    return check === null ? '' : checkLine(image, check)
  }
}

function keyOf(image: string, namespace: string, { pullSecrets, serviceAccount }: PodTemplate): string {
  return JSON.stringify([image, namespace, pullSecrets.length > 0 ? pullSecrets : serviceAccount])
}
