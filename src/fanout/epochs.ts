/** Keys whose last change is remembered; beyond, all judgements of before are void. */
const MAX_TOUCHED = 1_000;

/** The instants of changes by key, for judgements that are under way: one that began before a change of what it rests on is void. */
export class Epochs {
  /** Counts the changes. */
  epoch = 0;
  private readonly touched = new Map<string, number>();
  /** Judgements that began before are void, whatever they are about. */
  private floor = 0;

  touch(key: string): void {
    this.epoch += 1;
    if (this.touched.size >= MAX_TOUCHED && !this.touched.has(key)) this.voidAll();
    this.touched.set(key, this.epoch);
  }

  touchAll(): void {
    this.epoch += 1;
    this.voidAll();
  }

  /** Whether a judgement that began at `epoch` still holds. */
  holds(keys: readonly string[], epoch: number): boolean {
    return epoch >= this.floor && keys.every((key) => epoch >= (this.touched.get(key) ?? 0));
  }

  private voidAll(): void {
    this.floor = this.epoch;
    this.touched.clear();
  }
}
