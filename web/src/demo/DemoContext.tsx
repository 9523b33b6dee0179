import type { Presence } from '@rollcall/client';
import { createContext, type ReactNode, useCallback, useContext } from 'react';
import type { Demo } from './demo.js';

const Context = createContext<Demo | null>(null);

export const DemoProvider = ({ demo, children }: { readonly demo: Demo; readonly children: ReactNode }) => (
  <Context value={demo}>{children}</Context>
);

/** Whom the page can be, and where they talk. */
export const useDemo = (): Demo => {
  const demo = useContext(Context);
  if (!demo) throw new Error('useDemo is for components inside of a DemoProvider.');
  return demo;
};

/**
 * The names of users: as the server tells them, else as the page knows them, as any application knows those of its users.
 * Of a user who may no longer be seen the server tells the id alone.
 */
export const useNames = (): ((one: Pick<Presence, 'userId' | 'user'>) => string) => {
  const { people } = useDemo();
  return useCallback(
    ({ userId, user }) => user.name ?? people.find(({ id }) => id === userId)?.name ?? userId,
    [people],
  );
};
