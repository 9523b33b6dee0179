import { useTyping } from '@rollcall/client/react';
import { type FormEvent, useId, useState } from 'react';
import { MAX_MESSAGE_CHARACTERS } from '../messages/messages.js';
import { Icon } from '../parts/Icon.js';

interface Props {
  readonly conversationId: string;
  /** What the field is, for screen readers. */
  readonly label: string;
  readonly placeholder: string;
  readonly onSend: (text: string) => void;
}

/** Where one writes. Each keystroke is told to the client, which tells the server as often as it has to know. */
export const Composer = ({ conversationId, label, placeholder, onSend }: Props) => {
  const { keystroke, stop } = useTyping(conversationId);
  const [text, setText] = useState('');
  const id = useId();

  const edit = (next: string) => {
    setText(next);
    if (next.trim() === '') stop();
    else keystroke();
  };
  const send = (event: FormEvent) => {
    event.preventDefault();
    onSend(text);
    setText('');
    stop();
  };

  return (
    <form className="composer" onSubmit={send}>
      <label className="visually-hidden" htmlFor={id}>
        {label}
      </label>
      <input
        id={id}
        className="input"
        value={text}
        maxLength={MAX_MESSAGE_CHARACTERS}
        placeholder={placeholder}
        autoComplete="off"
        enterKeyHint="send"
        onChange={({ target }) => edit(target.value)}
        onBlur={stop}
      />
      <button type="submit" className="button primary send" aria-label="Send" disabled={text.trim() === ''}>
        <Icon name="send" />
      </button>
    </form>
  );
};
