/** A storage of a tab or a browser. */
export const storage = (content: Record<string, string> = {}): Storage => {
  const items = new Map(Object.entries(content));
  return {
    length: 0,
    key: () => null,
    clear: () => items.clear(),
    getItem: (key) => items.get(key) ?? null,
    setItem: (key, value) => void items.set(key, value),
    removeItem: (key) => void items.delete(key),
  };
};
