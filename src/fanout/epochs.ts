/** Keys whose last change is remembered; beyond, all judgements of before are void. */
const MAX_TOUCHED = 1_000;

/** Counts what changed, of all {@link Epochs} that share it: so that an instant says what came before it, and what after. */
export interface Clock {
  now: number;
}

/** The instants of changes by key, for judgements that are under way: one that began before a change of what it rests on is void. */
export class Epochs {
  private readonly touched = new Map<string, number>();
  /** Judgements that began before are void, whatever they are about. */
  private floor = 0;

  constructor(
    private readonly clock: Clock,
    private readonly maxTouched = MAX_TOUCHED,
  ) {}

  touch(key: string): void {
    this.clock.now += 1;
    if (this.touched.size >= this.maxTouched && !this.touched.has(key)) this.voidAll();
    this.touched.set(key, this.clock.now);
  }

  touchAll(): void {
    this.clock.now += 1;
    this.voidAll();
  }

  /** Whether a judgement that began at `epoch` still holds. */
  holds(keys: readonly string[], epoch: number): boolean {
    return epoch >= this.floor && keys.every((key) => epoch >= (this.touched.get(key) ?? 0));
  }

  /** Whether the key changed after `epoch`, as far as that is remembered. */
  changedSince(key: string, epoch: number): boolean {
    return (this.touched.get(key) ?? 0) > epoch;
  }

  private voidAll(): void {
    this.floor = this.clock.now;
    this.touched.clear();
  }
}
