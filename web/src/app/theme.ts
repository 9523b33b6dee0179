import { createStore } from '../parts/store.js';

export const THEMES = ['system', 'light', 'dark'] as const;
export type Theme = (typeof THEMES)[number];

const KEY = 'rollcall:theme';

const load = (): Theme => THEMES.find((theme) => theme === localStorage.getItem(KEY)) ?? 'system';

/** The colours as chosen; the system's unless somebody chose. */
export const theme = createStore<Theme>(load());

const apply = () => {
  const chosen = theme.get();
  if (chosen === 'system') delete document.documentElement.dataset.theme;
  else document.documentElement.dataset.theme = chosen;
};
apply();

export const chooseTheme = (next: Theme): void => {
  localStorage.setItem(KEY, next);
  theme.set(next);
  apply();
};
