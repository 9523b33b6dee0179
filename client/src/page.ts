/** What a page tells: whether it is seen, that it is left and comes back, and that somebody uses it. */

export type PageEvent = 'visible' | 'hidden' | 'leave' | 'return' | 'online' | 'input';

export interface PageEvents {
  isHidden(): boolean;
  /** Calls the listener until the function returned is called. */
  subscribe(listener: (event: PageEvent) => void): () => void;
}

const INPUT = ['keydown', 'pointerdown', 'pointermove', 'wheel', 'touchstart'];

/** The page that the program runs in; null where there is none, as in Node.js and React Native. */
export const browserPage = (): PageEvents | null => {
  if (typeof document === 'undefined' || typeof window === 'undefined' || !window.addEventListener) return null;
  return {
    isHidden: () => document.visibilityState === 'hidden',
    subscribe(listener) {
      const removals: (() => void)[] = [];
      const on = (target: EventTarget, name: string, act: (event: Event) => void) => {
        const options = { capture: true, passive: true };
        target.addEventListener(name, act, options);
        removals.push(() => target.removeEventListener(name, act, options));
      };
      on(document, 'visibilitychange', () => listener(document.visibilityState === 'hidden' ? 'hidden' : 'visible'));
      on(window, 'pagehide', () => listener('leave'));
      // The first one belongs to the load; a page that comes out of the back/forward cache says so.
      on(window, 'pageshow', (event) => {
        if ((event as PageTransitionEvent).persisted) listener('return');
      });
      on(window, 'online', () => listener('online'));
      for (const name of INPUT) on(window, name, () => listener('input'));
      return () => {
        for (const remove of removals) remove();
      };
    },
  };
};
