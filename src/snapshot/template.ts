/** A workload's pod template as far as pulling its images goes, read from a cluster or from a file, and where in the file each value is. */

import type { ContainerKind, PullPolicy } from './pod.ts'

/** Lines and columns count from 1, offsets from 0 in the file's text; the end is behind the last character. */
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

/** A text, and where it is written; null in a cluster, and for what is not written at all. */
export interface Written {
  value: string
  place: Place | null
}

/** A container, or an image volume, whose name is the volume's. */
export interface TemplateContainer {
  name: string
  kind: ContainerKind
  /** As written. */
  image: string
  imagePlace: Place | null
  /** How the file has it, if YAML reads that as another type than text, such as the number `1.10`. */
  misread: 'number' | 'boolean' | null
  /** Something fills this in before the cluster sees it: `{{ .Values.image }}`, `${IMAGE}`, `$(params.image)`. Never set in a cluster. */
  placeholder: boolean
  /** null where it is left to the API server. */
  pullPolicy: PullPolicy | null
  policyPlace: Place | null
  /** Of the object that has the image, in its document. */
  pointer: Pointer
  /** The key of the image in that object, and of its policy; null where it takes none. */
  keys: { image: string; policy: string | null }
}

/** When a CronJob runs. */
export interface Schedule {
  expression: Written
  /** IANA name; null: the controller's own, mostly UTC. */
  timeZone: string | null
  suspended: boolean
}

/** The file and the document in it (from 0) that hold a workload. */
interface TemplateSource {
  path: string
  document: number
}

export interface WorkloadTemplate {
  apiVersion: string
  kind: string
  /** null: a file does not say; whoever applies it decides. */
  namespace: string | null
  /** Empty for one that gets its name at its creation. */
  name: string
  uid: string | null
  labels: Record<string, string>
  containers: TemplateContainer[]
  /** Written, or `default`. */
  serviceAccount: Written
  /** The template's own; empty where it has none, so that the service account's are used. */
  pullSecrets: Written[]
  /** Of the pod spec in its document; null where pull secrets can't be written into it. */
  podPointer: Pointer | null
  schedule: Schedule | null
  /** Whether a Job or CronJob has an activeDeadlineSeconds; null for other kinds. */
  hasDeadline: boolean | null
  /** How many nodes run a DaemonSet's pods; null where that is not known, or another kind. */
  nodes: number | null
  /** Rules that its annotation `pullguard.dev/ignore` names. */
  ignores: string[]
  source: TemplateSource | null
  /** Of the word that says its kind. */
  place: Place | null
}
