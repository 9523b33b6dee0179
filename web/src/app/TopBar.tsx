import type { ReactNode } from 'react';
import icon from '../icon.svg';
import { ThemeButton } from './ThemeButton.js';

export const TopBar = ({ children }: { readonly children: ReactNode }) => (
  <header className="top-bar">
    <img src={icon} alt="" width="28" height="28" />
    <div className="top-title">
      <h1>Rollcall</h1>
      <p className="muted">Who is here, live. Each pane is one person with their own connection.</p>
    </div>
    {children}
    <ThemeButton />
  </header>
);
