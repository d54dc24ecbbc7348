/** One side speaks HTTP and the other HTTPS. */

import { ruleOf } from './cause-rule.ts'

export const httpHttpsMismatch = ruleOf(
  'http-https-mismatch',
  /\bserver gave http response to https client\b/,
  /\bsent an http request to an https server\b/,
  /\bplain http request was sent to https port\b/,
  // A TLS alert or hello, parsed as the first line of an HTTP response.
  /\bmalformed http response ["'`]?\\{1,16}x1[56]\\{1,16}x03/,
  // The same in rustls.
  /\breceived corrupt message of type invalidcontenttype\b/,
  /\bfirst record does not look like a tls handshake\b/,
  // "HTTP/" parsed as the header of a TLS record gives this length (0x502f).
  /\boversized record received with length 20527\b/,
)
