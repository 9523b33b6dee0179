import { StrictMode } from 'react';
import { createRoot } from 'react-dom/client';
import './styles/tokens.css';
import './styles/base.css';
import { App } from './app/App.js';
import './app/theme.js';
import { loadDemo } from './demo/demo.js';
import { createPanes } from './panes/panes.js';

const Unavailable = ({ reason }: { readonly reason: string }) => (
  <main className="unavailable">
    <h1>There are no people to show</h1>
    <p>{reason}</p>
  </main>
);

const root = createRoot(document.getElementById('page')!);

loadDemo().then(
  (demo) => {
    const panes = createPanes(demo);
    root.render(
      <StrictMode>
        <App demo={demo} panes={panes} />
      </StrictMode>,
    );
  },
  (error: unknown) => root.render(<Unavailable reason={error instanceof Error ? error.message : String(error)} />),
);
