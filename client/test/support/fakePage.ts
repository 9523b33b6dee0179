import type { PageEvent, PageEvents } from '../../src/index.js';

/** A page whose events a test makes. */
export interface FakePage extends PageEvents {
  hidden: boolean;
  say(event: PageEvent): void;
  readonly listeners: number;
}

export const createFakePage = (): FakePage => {
  const listeners = new Set<(event: PageEvent) => void>();
  const page = {
    hidden: false,
    isHidden: () => page.hidden,
    subscribe: (listener: (event: PageEvent) => void) => {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    say: (event: PageEvent) => {
      if (event === 'hidden') page.hidden = true;
      if (event === 'visible') page.hidden = false;
      for (const listener of [...listeners]) listener(event);
    },
    get listeners() {
      return listeners.size;
    },
  };
  return page;
};
