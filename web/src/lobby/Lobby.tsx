import { sendMessage } from '../messages/messages.js';
import { Composer } from './Composer.js';
import { MessageList } from './MessageList.js';
import { TypingLine } from './TypingLine.js';
import './Lobby.css';

interface Props {
  readonly conversationId: string;
  readonly userId: string;
  readonly name: string;
  /** Whether screen readers are told of what happens here: of one pane at a time. */
  readonly isCurrent: boolean;
}

/** The conversation that the demo users share. */
export const Lobby = ({ conversationId, userId, name, isCurrent }: Props) => (
  <div className="lobby">
    <MessageList userId={userId} isCurrent={isCurrent} />
    <TypingLine conversationId={conversationId} isCurrent={isCurrent} />
    <Composer
      conversationId={conversationId}
      label={`Message to the lobby, as ${name}`}
      placeholder="Write to the lobby"
      onSend={(text) => sendMessage({ userId, name, text })}
    />
  </div>
);
