/** Recognizes placeholders, which something fills in before a cluster sees the text. They are neither judged nor edited. */

/** Opening braces of Go and Jinja templates, and `@NAME@`, which scripts replace by sed or configure: no YAML value starts with it. */
const ACTION = /\{\{|\{%|@\w+@/
/** `image: {username}/app:1.0`: what begins with a brace in YAML also ends with one. */
const BEFORE_TEXT = /: \{\w+\}[\w/:.-]/

/** Returns where a file first shows that it must be rendered to become a manifest, as one of a Helm chart must; -1 if it does not. */
export function templateAt(text: string): number {
  const action = text.search(ACTION)
  return action >= 0 ? action : text.search(BEFORE_TEXT)
}

/**
 * Whether a line begins with an action of a chart's template that trims the space before it, such as `{{- if .Values.enabled }}`. No YAML
 * has such a line, so the text need not be parsed to know that.
 */
export function isControlled(text: string): boolean {
  return /^\{\{- /m.test(text)
}

/** Whether Istio's injector replaces this image, in the template of a gateway, by its proxy. */
export function isInjected(image: string): boolean {
  return image === 'auto'
}

/** What Kubebuilder writes into each project, where its Makefile has the image. */
const KUBEBUILDER = 'controller:latest'
/** A part in capital letters with an underscore, such as `REPLACE_ME`: no host and no repository has such a name. */
const CAPITALS = /(?:^|\/)[_+]*[A-Z][A-Z\d]*_[A-Z\d_]*\+?(?=[:@/.]|$)/

/**
 * `{{ .Values.image }}`, `@IMAGE@`, `${IMAGE}`, `$(params.image)`, `$IMAGE`, `<IMAGE>`, `{IMAGE}`, `IMAGE_NAME`, `ko://…`, or a space: Helm, Argo, Flux, Tekton,
 * envsubst, people, ko, and OpenShift's image triggers, for which Kubernetes accepts a space in templates.
 */
export function isPlaceholder(value: string): boolean {
  return (
    isInjected(value) ||
    value === KUBEBUILDER ||
    ACTION.test(value) ||
    CAPITALS.test(value) ||
    /^\s+$|^ko:\/\/|\$[{(\w]|[<>]|\{\w+\}|%[({]?\w+[)}]?%/.test(value)
  )
}
