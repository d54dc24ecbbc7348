/** What is known of images and registries that moved or were removed: one row for what one publisher did at one time. */

/**
 * What happened to the old place. `retired`: a whole registry that should no longer be used; `succeeded`: another registry serves its names now,
 * but only the images that their owners moved there; `staging`: a place for builds, which are deleted after a time, while releases are elsewhere;
 * `restricted`: a registry that serves only some networks now; `ended`: a version from after the last one that its publisher gave a tag.
 */
export type MovedState =
  | 'deleted'
  | 'emptied'
  | 'ended'
  | 'frozen'
  | 'moved'
  | 'restricted'
  | 'retired'
  | 'staging'
  | 'succeeded'

/** What one publisher did at one time. */
export interface MovedRow {
  /**
   * The new place by the old one, which is a registry and whole path components, and perhaps the beginning of a tag. A `*` at the end matches the rest of a component, one at the
   * start any host below a domain. The new place replaces the old one in the name; null if it differs between images, or is unknown.
   */
  moves: Readonly<Record<string, string | null>>
  state: MovedState
  /** ISO 8601 date, as exact as it is known. */
  since: string
  /** The new place gets no updates. */
  frozen?: true
  /** Everything that the old place had was copied to the new one. */
  copied?: true
  /** The whole registry is switched off; whatever answers under its name now is something else. */
  gone?: true
  /** Other images are still there, so the row only applies if the registry answers that the image is missing (404, 412). */
  onlyMissing?: true
  /** Whom the registry still serves, as it refuses all others: the row only applies if it refuses. */
  onlyFor?: string
  /** Where the publisher has other versions now, under other names, or somebody else this one, if the image itself has no new place. */
  others?: string
  /** The places that its publisher has left, where one of them took the place of another, and many texts still send people there. */
  leftPlaces?: string
  /** Images in the old places that did not move. */
  stays?: readonly string[]
  /** Where it was announced or seen. */
  source: string
}
