import { useRef } from 'react';
import { DemoProvider } from '../demo/DemoContext.js';
import type { Demo } from '../demo/demo.js';
import { PaneView } from '../pane/PaneView.js';
import { MAX_PANES } from '../panes/paneSpec.js';
import type { Panes } from '../panes/panes.js';
import { useStore } from '../parts/store.js';
import { AddPane } from './AddPane.js';
import './App.css';
import { GraphiqlButton } from './GraphiqlButton.js';
import { PaneSwitcher } from './PaneSwitcher.js';
import { TopBar } from './TopBar.js';

/** People side by side, each with a connection of their own. */
export const App = ({ demo, panes }: { readonly demo: Demo; readonly panes: Panes }) => {
  const list = useStore(panes.list);
  const currentId = useStore(panes.currentId);
  const current = list.find(({ id }) => id === currentId);
  const isFull = list.length >= MAX_PANES;
  const main = useRef<HTMLElement>(null);
  const close = (id: string) => {
    panes.remove(id);
    // The button that had the focus is gone.
    main.current?.focus();
  };

  return (
    <DemoProvider demo={demo}>
      <div className="app">
        <TopBar>
          {current && <GraphiqlButton userId={current.userId} />}
          <AddPane isFull={isFull} onAdd={panes.add} />
        </TopBar>
        <PaneSwitcher panes={list} currentId={currentId} onChoose={panes.currentId.set} />
        <main ref={main} className="panes" tabIndex={-1}>
          {list.map((pane) => (
            <PaneView
              // A pane that signed in again is another one.
              key={`${pane.id} ${pane.sessionId}`}
              pane={pane}
              isCurrent={pane.id === currentId}
              onFocus={() => panes.currentId.set(pane.id)}
              onTab={(tab) => panes.openTab(pane.id, tab)}
              onClose={() => close(pane.id)}
              onSignIn={() => panes.signInAgain(pane.id)}
              onAddDevice={isFull ? null : (device) => panes.add(pane.userId, device)}
            />
          ))}
          {list.length === 0 && (
            <div className="no-panes">
              <h2>Nobody is here</h2>
              <p className="muted">Add two people, and see what each of them sees of the other.</p>
            </div>
          )}
        </main>
      </div>
    </DemoProvider>
  );
};
