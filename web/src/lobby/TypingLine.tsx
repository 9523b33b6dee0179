import { useTyping } from '@rollcall/client/react';
import { firstName } from '../words/names.js';
import { typingSentence } from '../words/typingSentence.js';

interface Props {
  readonly conversationId: string;
  readonly isCurrent: boolean;
}

/** "Ada and Ben are typing…", on a line that is always there, so that nothing moves. */
export const TypingLine = ({ conversationId, isCurrent }: Props) => {
  const { typists } = useTyping(conversationId);
  return (
    <p className="typing-line" aria-live={isCurrent ? 'polite' : 'off'}>
      {typists.length > 0 && (
        <>
          <span className="typing-dots" aria-hidden="true">
            <span />
            <span />
            <span />
          </span>
          <span className="ellipsis">{typingSentence(typists.map(firstName))}</span>
        </>
      )}
    </p>
  );
};
