import { useTyping } from '@rollcall/client/react';
import { type FormEvent, useId, useState } from 'react';
import { MAX_MESSAGE_CHARACTERS, sendMessage } from '../messages/messages.js';
import { Icon } from '../parts/Icon.js';

interface Props {
  readonly conversationId: string;
  readonly userId: string;
  readonly name: string;
}

/** Where one writes. Each keystroke is told to the client, which tells the server as often as it has to know. */
export const Composer = ({ conversationId, userId, name }: Props) => {
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
    sendMessage({ userId, name, text });
    setText('');
    stop();
  };

  return (
    <form className="composer" onSubmit={send}>
      <label className="visually-hidden" htmlFor={id}>
        Message to the lobby, as {name}
      </label>
      <input
        id={id}
        className="input"
        value={text}
        maxLength={MAX_MESSAGE_CHARACTERS}
        placeholder="Write to the lobby"
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
