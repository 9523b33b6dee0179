/** Sets a key as the latest of `map`, which is in the order of its sets, and drops the earliest beyond `max` keys. */
export const setLatest = <V>(map: Map<string, V>, key: string, value: V, max: number): void => {
  map.delete(key);
  map.set(key, value);
  const [earliest] = map.size > max ? map.keys() : [];
  if (earliest !== undefined) map.delete(earliest);
};
