/** Whether the user of this device is away from it: the page is hidden, or nobody has touched it for five minutes. */

const IDLE_AFTER_MS = 5 * 60_000;

export class Idleness {
  private hidden = false;
  private untouched = false;
  private lastInput = Date.now();
  private timer: ReturnType<typeof setTimeout> | undefined;
  private reported = false;

  /** `onChange` is called when {@link isIdle} has changed. */
  constructor(private readonly onChange: () => void) {}

  get isIdle(): boolean {
    return this.hidden || this.untouched;
  }

  /** Watches for the absence of input from now on. */
  start(hidden: boolean): void {
    this.hidden = hidden;
    this.input();
    this.watch();
  }

  stop(): void {
    clearTimeout(this.timer);
    this.timer = undefined;
  }

  setHidden(hidden: boolean): void {
    this.hidden = hidden;
    // Who opens a page uses it.
    if (!hidden) this.input();
    this.report();
  }

  /** A key, a pointer. Cheap, as it is called for each of them. */
  input(): void {
    this.lastInput = Date.now();
    if (!this.untouched) return;
    this.untouched = false;
    this.watch();
    this.report();
  }

  private watch(): void {
    clearTimeout(this.timer);
    const left = this.lastInput + IDLE_AFTER_MS - Date.now();
    // A clock that was set back must not make it longer.
    this.timer = setTimeout(() => this.check(), Math.min(left, IDLE_AFTER_MS));
  }

  private check(): void {
    if (Date.now() - this.lastInput < IDLE_AFTER_MS && Date.now() >= this.lastInput) {
      this.watch();
      return;
    }
    this.untouched = true;
    this.timer = undefined;
    this.report();
  }

  private report(): void {
    if (this.isIdle === this.reported) return;
    this.reported = this.isIdle;
    this.onChange();
  }
}
