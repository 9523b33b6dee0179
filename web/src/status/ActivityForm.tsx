import type { Activity, ActivityType, SetPresenceInput } from '@rollcall/client';
import { useMe } from '@rollcall/client/react';
import { type FormEvent, useId, useState } from 'react';
import { Fault } from '../parts/Fault.js';
import { useAction } from '../parts/useAction.js';

const MAX_CHARACTERS = 128;
const TYPES: readonly { readonly type: ActivityType; readonly label: string; readonly example: string }[] = [
  { type: 'IN_STUDIO', label: 'In the studio', example: 'Ableton Live' },
  { type: 'LISTENING', label: 'Listening to', example: 'Kind of Blue' },
  { type: 'PLAYING', label: 'Playing', example: 'Celeste' },
  { type: 'WATCHING', label: 'Watching', example: 'Metropolis' },
  { type: 'CUSTOM', label: 'Something else', example: 'Tuning the piano' },
];

/** What this device is doing. It ends with the device's session. */
export const ActivityForm = ({
  activity,
  onDone,
}: {
  readonly activity: Activity | undefined;
  readonly onDone: () => void;
}) => {
  const { setPresence } = useMe();
  const { run, isPending, fault } = useAction();
  const [type, setType] = useState<ActivityType>(activity?.type ?? 'IN_STUDIO');
  const [name, setName] = useState(activity?.name ?? '');
  const id = useId();

  const send = async (activities: Required<SetPresenceInput>['activities']) => {
    if (await run(() => setPresence({ activities }))) onDone();
  };
  const save = (event: FormEvent) => {
    event.preventDefault();
    const trimmed = name.trim();
    return send(trimmed === '' ? [] : [{ type, name: trimmed }]);
  };

  return (
    <form className="status-form" onSubmit={save}>
      <div className="field-row">
        <div className="field">
          <label htmlFor={`${id}-type`}>Activity</label>
          <select
            id={`${id}-type`}
            className="input"
            value={type}
            onChange={({ target }) => setType(target.value as ActivityType)}
          >
            {TYPES.map((choice) => (
              <option key={choice.type} value={choice.type}>
                {choice.label}
              </option>
            ))}
          </select>
        </div>
        <div className="field">
          <label htmlFor={`${id}-name`}>Name</label>
          <input
            id={`${id}-name`}
            className="input"
            value={name}
            maxLength={MAX_CHARACTERS}
            placeholder={TYPES.find((choice) => choice.type === type)?.example}
            autoComplete="off"
            onChange={({ target }) => setName(target.value)}
          />
        </div>
      </div>
      <Fault message={fault} />
      <div className="form-actions">
        {activity && (
          <button type="button" className="button" disabled={isPending} onClick={() => send([])}>
            Stop
          </button>
        )}
        <button type="submit" className="button" disabled={isPending || name.trim() === ''}>
          Set activity
        </button>
      </div>
    </form>
  );
};
