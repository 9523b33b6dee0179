import type { DeviceType } from '@rollcall/client';
import { type FormEvent, useId, useState } from 'react';
import { useDemo } from '../demo/DemoContext.js';
import { Icon } from '../parts/Icon.js';
import { Popover } from '../parts/Popover.js';
import { DEVICE_LABELS } from '../words/labels.js';

const DEVICES: readonly DeviceType[] = ['WEB', 'MOBILE', 'DESKTOP', 'PLUGIN'];

interface FormProps {
  readonly onAdd: (userId: string, device: DeviceType) => void;
}

const AddPaneForm = ({ onAdd }: FormProps) => {
  const { people } = useDemo();
  const [userId, setUserId] = useState(people[0]?.id ?? '');
  const [device, setDevice] = useState<DeviceType>('WEB');
  const id = useId();
  const add = (event: FormEvent) => {
    event.preventDefault();
    onAdd(userId, device);
  };
  return (
    <form className="add-pane" onSubmit={add}>
      <div className="field">
        <label htmlFor={`${id}-person`}>Person</label>
        <select id={`${id}-person`} className="input" value={userId} onChange={({ target }) => setUserId(target.value)}>
          {people.map((person) => (
            <option key={person.id} value={person.id}>
              {person.name}
            </option>
          ))}
        </select>
      </div>
      <div className="field">
        <label htmlFor={`${id}-device`}>Device</label>
        <select
          id={`${id}-device`}
          className="input"
          value={device}
          onChange={({ target }) => setDevice(target.value as DeviceType)}
        >
          {DEVICES.map((each) => (
            <option key={each} value={each}>
              {DEVICE_LABELS[each]}
            </option>
          ))}
        </select>
      </div>
      <p className="muted small">A person on two devices is two panes. They are here while either is.</p>
      <button type="submit" className="button primary">
        Add
      </button>
    </form>
  );
};

/** Adds a person, or another device of one who is there. */
export const AddPane = ({ isFull, onAdd }: FormProps & { readonly isFull: boolean }) => (
  <Popover
    label="Add a pane"
    className="button primary"
    align="end"
    disabled={isFull}
    button={
      <>
        <Icon name="add" />
        Add pane
      </>
    }
  >
    {(close) => (
      <AddPaneForm
        onAdd={(userId, device) => {
          close();
          onAdd(userId, device);
        }}
      />
    )}
  </Popover>
);
