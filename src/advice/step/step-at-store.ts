/** Steps at what a node stores images on: its disk and the runtime's store. */

import type { ClueOf } from '../../diagnosis/clues/clue.ts'

/** Make room for images on the node, or repair what it stores them on. */
export type StoreStep =
  | { code: 'relieve-disk' }
  /** `within`: they fill a quota, and maybe not the disk. */
  | { code: 'prune-images'; within?: 'quota' }
  | { code: 'show-disk-quota'; path: string | null }
  | { code: 'raise-disk-quota'; path: string | null }
  | { code: 'show-thin-pool' }
  | { code: 'extend-thin-pool' }
  | { code: 'rebuild-thin-pool' }
  /** `name`: of the extended attribute that the file system or the kernel does not hold. */
  | { code: 'hold-attributes'; name: string | null }
  /** The kernel rejects the value of an attribute; `label`: which may be an SELinux label that its policy does not have. */
  | { code: 'leave-attribute'; name: string | null; label: boolean }
  | { code: 'release-mount' }
  | { code: 'release-store' }
  | { code: 'check-disk' }
  | { code: 'free-host-disk' }
  | { code: 'show-disk'; path: string | null }
  | { code: 'free-temporary'; path: string }
  | { code: 'larger-disk' }
  | ({ code: 'fit-disk' } & Omit<ClueOf<'disk-too-small'>, 'code'>)
  /** ISO 8601: since when the node has no DiskPressure anymore. */
  | { code: 'retry-relieved'; since: string }
  /** `isCopy`: `image` is the ID of another copy, which is in the way. */
  | { code: 'remove-image'; image: string; isCopy?: true }
  /** `digest`: of the layer, as containerd names its download; null if the error does not name it. */
  | { code: 'remove-download'; digest: string | null }
  | { code: 'push-imported' }
  | { code: 'keep-layers' }
  | { code: 'check-store' }
  | { code: 'move-store' }
