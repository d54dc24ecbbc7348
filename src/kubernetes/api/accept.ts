/** The forms an answer may be asked for in. Plain JSON is taken in any case: some servers and proxies know nothing else. */

const META = 'v=v1;g=meta.k8s.io'

export const JSON_FORM = 'application/json'
export const METADATA = `application/json;as=PartialObjectMetadata;${META},application/json`
export const METADATA_LIST = `application/json;as=PartialObjectMetadataList;${META},application/json`
export const TABLE = `application/json;as=Table;${META},application/json`
