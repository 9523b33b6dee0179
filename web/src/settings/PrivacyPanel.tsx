import type { Audience, Privacy } from '@rollcall/client';
import { useMe } from '@rollcall/client/react';
import { useId } from 'react';
import { Fault } from '../parts/Fault.js';
import { useAction } from '../parts/useAction.js';
import { AUDIENCE_LABELS } from '../words/labels.js';
import './settings.css';

const FACETS: readonly { readonly facet: keyof Privacy; readonly label: string; readonly hint: string }[] = [
  { facet: 'status', label: 'Status and message', hint: 'Who sees you at all.' },
  { facet: 'lastSeen', label: 'Last seen', hint: 'Never wider than the status.' },
  { facet: 'activity', label: 'Activities and devices', hint: 'Never wider than the status.' },
];
const AUDIENCES = Object.keys(AUDIENCE_LABELS) as readonly Audience[];

/** Who sees what of the pane's user. A change reaches those who watch at once. */
export const PrivacyPanel = () => {
  const { me, updatePrivacy } = useMe();
  const { run, isPending, fault } = useAction();
  const id = useId();

  return (
    <section className="settings-section">
      <h3 className="settings-title">Who may see you</h3>
      {FACETS.map(({ facet, label, hint }) => (
        <div key={facet} className="setting">
          <label htmlFor={`${id}-${facet}`}>
            {label}
            <span className="muted small">{hint}</span>
          </label>
          <select
            id={`${id}-${facet}`}
            className="input"
            value={me?.privacy[facet] ?? 'FOLLOWERS'}
            disabled={!me || isPending}
            onChange={({ target }) => run(() => updatePrivacy({ [facet]: target.value as Audience }))}
          >
            {AUDIENCES.map((audience) => (
              <option key={audience} value={audience}>
                {AUDIENCE_LABELS[audience]}
              </option>
            ))}
          </select>
        </div>
      ))}
      <Fault message={fault} />
    </section>
  );
};
