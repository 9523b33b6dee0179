/** Keys that are kept. */
const MAX_KEPT = 1_000;

/** The latest value by key, of the keys that were put last: what many ask for at about the same time. */
export class Recent<V> {
  private readonly values = new Map<string, V>();

  get(key: string): V | undefined {
    return this.values.get(key);
  }

  put(key: string, value: V): void {
    this.values.delete(key);
    this.values.set(key, value);
    if (this.values.size <= MAX_KEPT) return;
    for (const oldest of [...this.values.keys()].slice(0, MAX_KEPT / 2)) this.values.delete(oldest);
  }
}
