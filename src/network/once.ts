/** Shares one request among all that need its answer. */

/** The pending or settled answer in `known`; made and stored there if it is the first time that `key` is needed. */
export function once<Key, Answer>(
  known: Map<Key, Promise<Answer>>,
  key: Key,
  make: () => Promise<Answer>,
): Promise<Answer> {
  const answer = known.get(key) ?? make()
  known.set(key, answer)
  return answer
}
