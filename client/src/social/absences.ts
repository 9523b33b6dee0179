/** When what is not there, or not for the caller, is tried again. */

const MOST_SECONDS = 120;
/** Of those who hear at the same moment that it is back. */
const SPREAD_MS = 1_000;

/**
 * Half to the whole of `min(120, 2^(attempt + 1))` seconds, in milliseconds: the host may be about to make it, and a right may come
 * back. A million clients that wait for long ask 11,000 times a second together, a third of what their heartbeats are.
 */
const waitMs = (attempt: number): number => (500 + 500 * Math.random()) * Math.min(MOST_SECONDS, 2 ** (attempt + 1));

interface Absence {
  readonly attempts: number;
  readonly timer: ReturnType<typeof setTimeout>;
}

export class Absences {
  private readonly absent = new Map<string, Absence>();

  constructor(private readonly tryAgain: (id: string) => void) {}

  has(id: string): boolean {
    return this.absent.has(id);
  }

  /** It is not there: it is tried again, with growing waits while it stays so. */
  add(id: string): void {
    const attempts = this.absent.get(id)?.attempts ?? 0;
    this.wait(id, attempts + 1, waitMs(attempts));
  }

  /** It may be there again. */
  hasten(id: string): void {
    if (this.has(id)) this.wait(id, 0, Math.random() * SPREAD_MS);
  }

  delete(id: string): void {
    clearTimeout(this.absent.get(id)?.timer);
    this.absent.delete(id);
  }

  /** Nothing can be tried now; what is absent is known to be. */
  pause(): void {
    for (const { timer } of this.absent.values()) clearTimeout(timer);
  }

  clear(): void {
    this.pause();
    this.absent.clear();
  }

  private wait(id: string, attempts: number, ms: number): void {
    clearTimeout(this.absent.get(id)?.timer);
    this.absent.set(id, { attempts, timer: setTimeout(() => this.tryAgain(id), ms) });
  }
}
