/** Recognizes texts that something fills in before a cluster sees them: they are neither judged nor edited. */

/** Go's and Jinja's actions. */
const ACTION = /\{\{|\{%/

/** Whether a whole file is a template that only becomes a manifest when it is rendered, such as one of a Helm chart. */
export function isTemplated(text: string): boolean {
  return ACTION.test(text)
}

/** `{{ .Values.image }}`, `${IMAGE}`, `$(params.image)`, `$IMAGE`, `<IMAGE>`: Helm, Argo, Flux, Tekton, envsubst, and people. */
export function isPlaceholder(value: string): boolean {
  return ACTION.test(value) || /\$[{(\w]|[<>]|%[({]?\w+[)}]?%|@@\w+@@/.test(value)
}
