/** Shares one request among all callers that need its answer. */

/** Returns the pending or settled answer in `known`; the first call for a `key` creates and stores it. */
export function once<Key, Answer>(
  known: Map<Key, Promise<Answer>>,
  key: Key,
  make: () => Promise<Answer>,
): Promise<Answer> {
  const answer = known.get(key) ?? make()
  known.set(key, answer)
  return answer
}
