import { useTyping } from '@rollcall/client/react';
import { useNames } from '../demo/DemoContext.js';
import { firstName } from '../words/names.js';
import { typingSentence } from '../words/typingSentence.js';

interface Props {
  readonly conversationId: string;
  readonly isCurrent: boolean;
  /** What they type, where that is no message: "a comment". */
  readonly what?: string;
}

/** "Ada and Ben are typing…", on a line that is always there, so that nothing moves. */
export const TypingLine = ({ conversationId, isCurrent, what }: Props) => {
  const { typists } = useTyping(conversationId);
  const nameOf = useNames();
  return (
    <p className="typing-line" aria-live={isCurrent ? 'polite' : 'off'}>
      {typists.length > 0 && (
        <>
          <span className="typing-dots" aria-hidden="true">
            <span />
            <span />
            <span />
          </span>
          <span className="ellipsis">
            {typingSentence(
              typists.map((typist) => firstName(nameOf(typist))),
              what,
            )}
          </span>
        </>
      )}
    </p>
  );
};
