/** An image's name as it is shown: the error of a sandbox may leave it out. */

export function imageText(image: string): string {
  return image === '' ? 'an image that the error does not name' : image
}
