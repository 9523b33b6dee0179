/** The latest of what was received under each id: of two values the one with the later `asOf` holds. */
import { Listeners, type ReportFault } from './observable.js';

interface Known<Value> {
  value: Value | undefined;
  /** Of the last one that held, also where it cannot be seen any more. */
  asOf: string;
}

export class LatestById<Value extends { readonly id: string; readonly asOf: string }> {
  readonly listeners: Listeners<string, Value | undefined>;
  private readonly known = new Map<string, Known<Value>>();

  /** `onChange` is called after the listeners of that id. */
  constructor(
    report: ReportFault,
    private readonly onChange: (id: string) => void = () => {},
  ) {
    this.listeners = new Listeners(report);
  }

  get(id: string): Value | undefined {
    return this.known.get(id)?.value;
  }

  receive(value: Value): void {
    const { id, asOf } = value;
    const known = this.known.get(id);
    // All are written in one form, so that text compares as instants do. Equal instants say the same.
    if (known && (asOf < known.asOf || (asOf === known.asOf && known.value))) return;
    this.put(id, value, asOf);
  }

  /** It cannot be seen. What was true before then is not shown again. */
  hide(id: string): void {
    const known = this.known.get(id);
    if (known?.value) this.put(id, undefined, known.asOf);
  }

  /** Nobody asks for it any more. */
  forget(id: string): void {
    this.known.delete(id);
  }

  clear(): void {
    const shown = [...this.known].filter(([, { value }]) => value);
    this.known.clear();
    for (const [id] of shown) this.tell(id);
  }

  private put(id: string, value: Value | undefined, asOf: string): void {
    this.known.set(id, { value, asOf });
    this.tell(id);
  }

  private tell(id: string): void {
    this.listeners.notify(id, () => this.get(id));
    this.onChange(id);
  }
}
