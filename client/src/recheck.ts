/**
 * Asks for what may have gone without a word. The start of a subscription sends what there is, and has no mark at its end:
 * of a user who was blocked while the client was away nothing comes. So those of whom nothing came are asked for, again and
 * again until something comes or they are missing in an answer: an answer may be older than the start of the subscription.
 */

const MOST_MS = 16_000;

export interface RecheckPorts {
  /** Resolves with those of the ids that are there. */
  readonly ask: (ids: readonly string[]) => Promise<ReadonlySet<string>>;
  /** It is not there. */
  readonly onAbsent: (id: string) => void;
  readonly firstMs?: number;
}

export class Recheck {
  /** Each with a mark of its own, which tells whether anything came since it was asked for. */
  private suspects = new Map<string, symbol>();
  private timer: ReturnType<typeof setTimeout> | undefined;
  private asking: symbol | undefined;
  private delayMs: number;

  constructor(private readonly ports: RecheckPorts) {
    this.delayMs = this.firstMs;
  }

  private get firstMs(): number {
    return this.ports.firstMs ?? 1_000;
  }

  /** It may be gone. */
  suspect(id: string): void {
    this.suspects.set(id, Symbol());
    this.schedule();
  }

  /** It is there. */
  clear(id: string): void {
    if (this.suspects.delete(id) && this.suspects.size === 0) this.stop();
  }

  stop(): void {
    clearTimeout(this.timer);
    this.timer = undefined;
    this.asking = undefined;
    this.suspects.clear();
    this.delayMs = this.firstMs;
  }

  private schedule(): void {
    if (this.timer || this.asking) return;
    this.timer = setTimeout(() => void this.check(), this.delayMs);
  }

  private async check(): Promise<void> {
    this.timer = undefined;
    this.delayMs = Math.min(MOST_MS, 2 * this.delayMs);
    const asked = new Map(this.suspects);
    const asking = Symbol();
    this.asking = asking;
    // A question without an answer is asked again.
    const there = await this.ports.ask([...asked.keys()]).catch(() => undefined);
    if (this.asking !== asking) return;
    this.asking = undefined;
    for (const [id, mark] of asked) {
      if (!there || there.has(id) || this.suspects.get(id) !== mark) continue;
      this.suspects.delete(id);
      this.ports.onAbsent(id);
    }
    if (this.suspects.size > 0) this.schedule();
    else this.stop();
  }
}
