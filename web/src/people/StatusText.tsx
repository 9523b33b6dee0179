import type { StatusMessage } from '@rollcall/client';
import { untilWords } from '../time/expiry.js';

interface Props {
  /** The status in a word, shown where there is no message and read aloud where there is one. */
  readonly label: string;
  readonly message: StatusMessage | null;
}

/** "🎧 In the studio · until 14:30", or the status where somebody wrote nothing. */
export const StatusText = ({ label, message }: Props) => {
  if (message === null) return <span className="ellipsis">{label}</span>;
  const { text, emoji, expiresAt } = message;
  return (
    <>
      <span className="visually-hidden">{label}: </span>
      {emoji !== null && <span className="emoji">{emoji}</span>}
      <span className="ellipsis" title={text}>
        {text || label}
      </span>
      {expiresAt !== null && <span className="status-until">· {untilWords(expiresAt, new Date())}</span>}
    </>
  );
};
