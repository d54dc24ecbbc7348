/** Narrows OpenShift's triggers, which replace the images of a workload with those of image streams. */

import { type JsonObject, list, record, text } from '../../json/json-object.ts'
import { narrowName } from '../../secrecy/foreign-text.ts'
import type { ImageTrigger } from '../../snapshot/snapshot.ts'

/** Of other kinds than DeploymentConfig. */
const TRIGGERS = 'image.openshift.io/triggers'
const CONTAINER = /ontainers\[\?\(@\.name *== *["']([\w.-]{1,63})["']\)\]\.image$/

/** Returns the triggers of a workload, by the names of its containers; null if it has none that names one. */
export function imageTriggers(raw: JsonObject, kind: string): Record<string, ImageTrigger> | null {
  const { annotations, namespace } = record(raw.metadata)
  const own = narrowName(namespace)
  const found =
    kind === 'DeploymentConfig'
      ? list(record(raw.spec).triggers)
          .map(record)
          .flatMap(each => ofConfig(each, own))
      : parsed(text(record(annotations)[TRIGGERS])).flatMap(each => annotated(each, own))
  return found.length === 0 ? null : Object.fromEntries(found)
}

function ofConfig({ imageChangeParams }: JsonObject, own: string): [string, ImageTrigger][] {
  const { automatic, containerNames, from } = record(imageChangeParams)
  return list(containerNames).flatMap(name => triggerOf(narrowName(name), from, automatic !== true, own))
}

function annotated({ from, fieldPath, paused }: JsonObject, own: string): [string, ImageTrigger][] {
  const [, name = ''] = CONTAINER.exec(text(fieldPath)) ?? []
  return triggerOf(name, from, String(paused) === 'true', own)
}

function triggerOf(container: string, from: unknown, paused: boolean, own: string): [string, ImageTrigger][] {
  const { kind, name, namespace } = record(from)
  const [stream = '', tag = ''] = narrowName(name).split(':')
  if (kind !== 'ImageStreamTag' || container === '' || stream === '' || tag === '') return []
  return [[container, { namespace: narrowName(namespace) || own, stream, tag, paused }]]
}

function parsed(annotation: string): JsonObject[] {
  if (annotation === '') return []
  try {
    return list(JSON.parse(annotation)).map(record)
  } catch {
    return []
  }
}
