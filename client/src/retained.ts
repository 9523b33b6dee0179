/** What somebody listens to, by key, and for a little longer, so that a view that comes back finds it running. */

const LINGER_MS = 5_000;

export class Retained<Key> {
  private readonly uses = new Map<Key, number>();
  /** When keys without a use are let go of. In the order in which that is. */
  private readonly leaving = new Map<Key, number>();
  private timer: ReturnType<typeof setTimeout> | undefined;

  constructor(
    private readonly ports: { readonly onFirst: (key: Key) => void; readonly onGone: (key: Key) => void },
    private readonly lingerMs = LINGER_MS,
  ) {}

  has(key: Key): boolean {
    return this.uses.has(key);
  }

  keys(): Iterable<Key> {
    return this.uses.keys();
  }

  /** Returns what ends the use; to call that twice is to call it once. */
  retain(key: Key): () => void {
    const before = this.uses.get(key);
    this.leaving.delete(key);
    this.uses.set(key, (before ?? 0) + 1);
    if (before === undefined) this.ports.onFirst(key);
    let ended = false;
    return () => {
      if (ended) return;
      ended = true;
      const left = (this.uses.get(key) ?? 0) - 1;
      if (left < 0) return;
      this.uses.set(key, left);
      if (left > 0) return;
      this.leaving.set(key, Date.now() + this.lingerMs);
      this.timer ??= setTimeout(() => this.sweep(), this.lingerMs);
    };
  }

  /** Lets go of everything, without a word. */
  clear(): void {
    clearTimeout(this.timer);
    this.timer = undefined;
    this.uses.clear();
    this.leaving.clear();
  }

  private sweep(): void {
    this.timer = undefined;
    const now = Date.now();
    for (const [key, at] of this.leaving) {
      // At most: a clock that was set back must not make it longer.
      if (at > now && at - now <= this.lingerMs) {
        this.timer = setTimeout(() => this.sweep(), at - now);
        return;
      }
      this.leaving.delete(key);
      this.uses.delete(key);
      this.ports.onGone(key);
    }
  }
}
