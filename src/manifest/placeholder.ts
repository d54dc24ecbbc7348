/** Recognizes placeholders, which something fills in before a cluster sees the text. They are neither judged nor edited. */

/** Opening braces of Go and Jinja templates. */
const ACTION = /\{\{|\{%/

/** Whether the whole file is a template that must be rendered to become a manifest, such as one of a Helm chart. */
export function isTemplated(text: string): boolean {
  return ACTION.test(text)
}

/** `{{ .Values.image }}`, `${IMAGE}`, `$(params.image)`, `$IMAGE`, `<IMAGE>`, `ko://…`: Helm, Argo, Flux, Tekton, envsubst, people, and ko. */
export function isPlaceholder(value: string): boolean {
  return ACTION.test(value) || /^ko:\/\/|\$[{(\w]|[<>]|%[({]?\w+[)}]?%|@@\w+@@/.test(value)
}
