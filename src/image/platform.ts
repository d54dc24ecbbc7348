/** Platforms as texts, such as `linux/arm64`; those of images may have a variant, such as `linux/arm64/v8`. */

/** Whether an image that is built for these platforms is for this one. Variants are not compared. */
export function isBuiltFor(built: readonly string[], platform: string): boolean {
  const wanted = withoutVariant(platform)
  return built.some(each => withoutVariant(each) === wanted)
}

function withoutVariant(platform: string): string {
  return platform.split('/', 2).join('/')
}
