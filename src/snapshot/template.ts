/** A workload's pod template, narrowed to what matters for pulling its images, from a cluster or a file, with each value's place in it. */

import type { ContainerKind, PullPolicy } from './pod.ts'

/** Lines and columns count from 1, offsets in the file's text from 0. The end is exclusive. */
export interface Place {
  line: number
  column: number
  endLine: number
  endColumn: number
  start: number
  end: number
}

/** Keys and indexes from a document's root to a value. */
export type Pointer = readonly (string | number)[]

/** A text and its place; null in a cluster, and for a value that is not written in the file. */
export interface WrittenText {
  value: string
  place: Place | null
}

/** A container, or an image volume (its name is the volume's name). */
export interface TemplateContainer {
  name: string
  kind: ContainerKind
  /** As written. */
  image: string
  imagePlace: Place | null
  /** How the file writes the image, if YAML reads it as a type other than text, such as the number `1.10`. */
  misread: 'number' | 'boolean' | null
  /** A tool fills in the image before the cluster sees it: `{{ .Values.image }}`, `${IMAGE}`, `$(params.image)`. In a cluster, only Istio does. */
  placeholder: boolean
  /** null if the API server chooses it. */
  pullPolicy: PullPolicy | null
  policyPlace: Place | null
  /** Points to the object that has the image, in its document. */
  pointer: Pointer
  /** The keys of the image and its pull policy in that object; the policy's is null if the object has none. */
  keys: { image: string; policy: string | null }
  /** The file of a kustomization whose `images` look for this name, as shown; absent without one. */
  namedIn?: string
}

/** When a CronJob runs. */
export interface Schedule {
  expression: WrittenText
  /** IANA name; null for the controller's own time zone, usually UTC. */
  timeZone: string | null
  suspended: boolean
}

/** The file that contains a workload, and the document's index in it, from 0. */
interface TemplateSource {
  path: string
  document: number
}

export interface WorkloadTemplate {
  apiVersion: string
  kind: string
  /** null if the file does not specify it. */
  namespace: string | null
  /** Empty if the API server generates the name. */
  name: string
  uid: string | null
  labels: Record<string, string>
  containers: TemplateContainer[]
  /** As written, or `default`. */
  serviceAccount: WrittenText
  /** The template's own pull secrets; if empty, the service account's are used. */
  pullSecrets: WrittenText[]
  /** Points to the pod spec in its document; null if pull secrets can't be written to it. */
  podPointer: Pointer | null
  schedule: Schedule | null
  /** Whether a Job or CronJob has an activeDeadlineSeconds; null for other kinds. */
  hasDeadline: boolean | null
  /** How many nodes run a DaemonSet's pods; null if that is unknown, and for other kinds. */
  nodes: number | null
  /** Rules named in its annotation `pullguard.dev/ignore`. */
  ignores: string[]
  /**
   * Where a file says what pods get: in the object, in a text inside another object, or in a kustomization that changes the object's images.
   * Only objects are edited.
   */
  writtenIn: 'object' | 'text' | 'kustomization'
  source: TemplateSource | null
  /** The place of the value of `kind`. */
  place: Place | null
}
