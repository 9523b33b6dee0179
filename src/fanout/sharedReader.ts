interface Line<T> {
  /** Settles with the reading under way; never rejects. */
  current: Promise<unknown>;
  /** The reading that begins after it. */
  next: Promise<T> | undefined;
}

/**
 * Shares readings by key: one at a time, and one more for all who ask meanwhile. Nobody gets a reading that began before
 * they asked.
 */
export const createSharedReader = <T>(read: (key: string) => Promise<T>): ((key: string) => Promise<T>) => {
  const lines = new Map<string, Line<T>>();

  const begin = async (key: string, line: Line<T>): Promise<T> => {
    await line.current;
    line.next = undefined;
    const reading = read(key);
    const over = reading.then(
      () => {},
      () => {},
    );
    line.current = over;
    void over.then(() => {
      if (line.current === over && line.next === undefined) lines.delete(key);
    });
    return await reading;
  };

  return (key) => {
    const line = lines.get(key) ?? { current: Promise.resolve(), next: undefined };
    lines.set(key, line);
    line.next ??= begin(key, line);
    return line.next;
  };
};
