/** Values with listeners. A listener that throws is reported and keeps nobody else from being called. */
import type { Readable } from './types.js';

/** Receives what a listener threw. */
export type ReportFault = (fault: unknown) => void;

/** Listeners under keys. They may come and go while they are called. */
export class Listeners<Key, T> {
  private readonly byKey = new Map<Key, Set<(value: T) => void>>();

  constructor(private readonly report: ReportFault) {}

  has(key: Key): boolean {
    return this.byKey.has(key);
  }

  keys(): Iterable<Key> {
    return this.byKey.keys();
  }

  /** Adds a listener; one function may be added twice. Returns what removes it; to call that twice is to call it once. */
  add(key: Key, listener: (value: T) => void): () => void {
    const own = (value: T) => listener(value);
    const listeners = this.byKey.get(key) ?? new Set();
    this.byKey.set(key, listeners.add(own));
    return () => {
      listeners.delete(own);
      if (listeners.size === 0 && this.byKey.get(key) === listeners) this.byKey.delete(key);
    };
  }

  /** `read` is asked for each listener: one of them may have changed the value. */
  notify(key: Key, read: () => T): void {
    const listeners = this.byKey.get(key);
    if (!listeners) return;
    for (const listener of [...listeners]) if (listeners.has(listener)) this.call(listener, read());
  }

  call(listener: (value: T) => void, value: T): void {
    try {
      listener(value);
    } catch (fault) {
      this.report(fault);
    }
  }
}

/** One value that changes. */
export class Cell<T> implements Readable<T> {
  private readonly listeners: Listeners<null, T>;
  private release: (() => void) | undefined;

  constructor(
    private value: T,
    report: ReportFault,
    /** Called before the first listener is added; what it returns, after the last is removed. */
    private readonly onUse: () => () => void = () => () => {},
  ) {
    this.listeners = new Listeners(report);
  }

  readonly get = (): T => this.value;

  readonly subscribe = (listener: (value: T) => void): (() => void) => {
    if (!this.isUsed) this.release = this.onUse();
    const remove = this.listeners.add(null, listener);
    this.listeners.call(listener, this.value);
    return () => {
      if (!this.isUsed) return;
      remove();
      if (!this.isUsed) this.release?.();
    };
  };

  get isUsed(): boolean {
    return this.listeners.has(null);
  }

  set(value: T): void {
    if (Object.is(value, this.value)) return;
    this.value = value;
    this.listeners.notify(null, this.get);
  }
}
