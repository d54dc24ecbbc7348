/** Recognizes placeholders, which something fills in before a cluster sees the text. They are neither judged nor edited. */

/** Opening braces of Go and Jinja templates, and `@NAME@`, which scripts replace by sed or configure: no YAML value starts with it. */
const ACTION = /\{\{|\{%|@\w+@/

/** Returns where a file first shows that it must be rendered to become a manifest, as one of a Helm chart must; -1 if it does not. */
export function templateAt(text: string): number {
  return text.search(ACTION)
}

/**
 * `{{ .Values.image }}`, `@IMAGE@`, `${IMAGE}`, `$(params.image)`, `$IMAGE`, `<IMAGE>`, `ko://…`, or a space: Helm, Argo, Flux, Tekton, envsubst, people,
 * ko, and OpenShift's image triggers, for which Kubernetes accepts a space in templates.
 */
export function isPlaceholder(value: string): boolean {
  return ACTION.test(value) || /^\s+$|^ko:\/\/|\$[{(\w]|[<>]|%[({]?\w+[)}]?%/.test(value)
}
