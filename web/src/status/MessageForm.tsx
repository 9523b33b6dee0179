import type { SetPresenceInput, StatusMessage } from '@rollcall/client';
import { useMe } from '@rollcall/client/react';
import { type FormEvent, useId, useState } from 'react';
import { Fault } from '../parts/Fault.js';
import { useAction } from '../parts/useAction.js';
import { EXPIRY_CHOICES, type ExpiryChoice, expiresAt } from '../time/expiry.js';
import { EmojiChoice } from './EmojiChoice.js';

/** The server takes no more. */
const MAX_CHARACTERS = 255;

/** A message with an emoji, and when it clears itself. */
export const MessageForm = ({
  message,
  onDone,
}: {
  readonly message: StatusMessage | null;
  readonly onDone: () => void;
}) => {
  const { setPresence } = useMe();
  const { run, isPending, fault } = useAction();
  const [text, setText] = useState(message?.text ?? '');
  const [emoji, setEmoji] = useState(message?.emoji ?? null);
  const [expiry, setExpiry] = useState<ExpiryChoice>('never');
  const id = useId();
  const isEmpty = text.trim() === '' && emoji === null;

  const send = async (statusMessage: Required<SetPresenceInput>['statusMessage']) => {
    if (await run(() => setPresence({ statusMessage }))) onDone();
  };
  const save = (event: FormEvent) => {
    event.preventDefault();
    return isEmpty ? send(null) : send({ text: text.trim(), emoji, expiresAt: expiresAt(expiry, new Date()) });
  };

  return (
    <form className="status-form" onSubmit={save}>
      <div className="field">
        <label htmlFor={`${id}-text`}>Message</label>
        <input
          id={`${id}-text`}
          className="input"
          value={text}
          maxLength={MAX_CHARACTERS}
          placeholder="What are you up to?"
          autoComplete="off"
          onChange={({ target }) => setText(target.value)}
        />
      </div>
      <EmojiChoice chosen={emoji} onChange={setEmoji} />
      <div className="field">
        <label htmlFor={`${id}-expiry`}>Clear it</label>
        <select
          id={`${id}-expiry`}
          className="input"
          value={expiry}
          onChange={({ target }) => setExpiry(target.value as ExpiryChoice)}
        >
          {EXPIRY_CHOICES.map((choice) => (
            <option key={choice.id} value={choice.id}>
              {choice.label}
            </option>
          ))}
        </select>
      </div>
      <Fault message={fault} />
      <div className="form-actions">
        {message && (
          <button type="button" className="button" disabled={isPending} onClick={() => send(null)}>
            Clear now
          </button>
        )}
        <button type="submit" className="button primary" disabled={isPending || (isEmpty && message === null)}>
          Set message
        </button>
      </div>
    </form>
  );
};
