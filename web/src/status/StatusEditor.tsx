import type { Me } from '@rollcall/client';
import { ActivityForm } from './ActivityForm.js';
import { MessageForm } from './MessageForm.js';
import './StatusEditor.css';
import { StatusChoice } from './StatusChoice.js';

/** Status, message and activity. Each is sent by itself, and leaves the others as they are. */
export const StatusEditor = ({ me, onDone }: { readonly me: Me; readonly onDone: () => void }) => (
  <div className="status-editor">
    <StatusChoice chosen={me.chosenStatus} />
    <MessageForm message={me.presence.statusMessage} onDone={onDone} />
    <ActivityForm activity={me.presence.activities[0]} onDone={onDone} />
  </div>
);
