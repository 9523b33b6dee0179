interface Line<T> {
  /** The reading that goes on, whatever comes of it. */
  current: Promise<unknown>;
  /** The one that begins after it. */
  next: Promise<T> | undefined;
}

/**
 * One reading at a time of each key, and one more for all who ask meanwhile: however many ask, and however often, no more is
 * asked than is answered. Nobody gets an answer from before they asked.
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
