/** Placeholders in the place of an image's name, and what should have replaced them. */

/** A template's values, Istio's injector, a build tool whose source was applied unbuilt, or a word where the tag belongs. */
export type Placeholder = 'template' | 'istio' | 'ko' | 'bazel' | 'tag'

/** A package that ko builds (ko.build/features/k8s), and the label of a Bazel target (rules_gitops, rules_k8s). */
const BUILT: [Placeholder, RegExp][] = [
  ['ko', /^ko:\/\//],
  ['bazel', /^(?:@[\w.-]*)?\/\/[\w./-]*(?::[\w./-]+)?$/],
]
/** The whole name, as generators of projects, failing templates, and Airflow's template of pods write it. */
const WORD =
  /^(?:controller|image|dummy[-_]image|(?:image[-_])?placeholder(?:[-_]image)?|todo|undefined|null|none|nil)(?::\w*)?$/i
/** A variable's name is the whole name, as in a manifest whose image a pipeline sets: `BACKEND_IMAGE`. */
const VARIABLE = /^(?:[A-Z][A-Z0-9]*_)+(?:IMAGE|NAME|PLACEHOLDER|REPO|REPOSITORY|TAG|UR[IL])(?::\w*)?$/
/** Words in place of a tag. Somebody may have tags of such names, so it takes a registry that lacks the image. */
const TAG_WORD = /:(?:dummy|placeholder|replaced?-?me|changed?-?me|to-?be-?replaced|todo|tbd|x{3,})$/i
/** The word for what belongs there, in capitals, as instructions have it: `:VERSION-nanoserver` (kubernetes-sigs/sig-windows-tools#267). */
const TAG_NAME = /:(?:[A-Z]+_){0,4}(?:VERSION|TAG)(?=$|[-.@])/
/** Variables, template braces, angle brackets, or a word such as CHANGEME. */
const UNFILLED =
  /\$\{?\w|\$\(|\{\{|\}\}|\{\w+\}|<[^<>]*>|\b(?:REPLACE|CHANGE)[-_]?(?:ME|THIS)?\b|\bREPLACE_\w+|\bYOUR[-_]\w+|\bPLACEHOLDER_\w+|\b(?:IMAGE|TAG|VERSION|REGISTRY)_(?:NAME|TAG|PLACEHOLDER|HERE)\b|%[A-Z_]+%|__[A-Z_]+__|@[A-Z_]+@/
/** A whole placeholder, of the kinds that show where they end. */
const WHOLE =
  /\$\{[^{}]{1,80}\}|\$\([^()]{1,80}\)|\$\w{1,80}|\{\{[^{}]{1,80}\}\}|\{\w{1,80}\}|<[^<>]{1,80}>|%[A-Z_]+%|__[A-Z_]+__|@[A-Z_]+@/

/** Words in capitals for what the reader has to fill in, as in `gcr.io/PROJECT_ID/app`; a path has no capitals, but a tag may. */
const TO_FILL_IN =
  /(?:^|[/.](?<!:[^/]*))(?:[A-Z]+(?:[_-][A-Z]+)+|ACCOUNT|IMAGE|NAMESPACE|ORG|OWNER|PROJECT|REGION|REGISTRY|REPO(?:SITORY)?|USER(?:NAME)?)(?=[/.:@])/

/** The kind of placeholder that the image's name, as written in the pod, is or contains; null if it has none. */
export function placeholderIn(image: string): Placeholder | null {
  if (/^auto(?::latest)?$/.test(image)) return 'istio'
  const built = BUILT.find(([, pattern]) => pattern.test(image))?.[0]
  if (built !== undefined) return built
  if (WORD.test(image) || VARIABLE.test(image) || UNFILLED.test(image) || TO_FILL_IN.test(image))
    return 'template'
  return TAG_WORD.test(image) || TAG_NAME.test(image) ? 'tag' : null
}

/** The first variable or template value that was not filled in, as it is written in the image's name; null if it has none, or only a word that stands for one. */
export function unfilledIn(image: string): string | null {
  return WHOLE.exec(image)?.[0] ?? null
}
