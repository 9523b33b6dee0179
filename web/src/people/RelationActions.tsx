import { Fault } from '../parts/Fault.js';
import { useAction } from '../parts/useAction.js';
import { type RelationChange, useRelations } from './Relations.js';
import './RelationActions.css';

interface Props {
  readonly userId: string;
  readonly name: string;
  /** Called after a change that the server accepted. */
  readonly onDone?: () => void;
}

/** Follow or unfollow, block or unblock. */
export const RelationActions = ({ userId, name, onDone }: Props) => {
  const { following, blocked, change } = useRelations();
  const { run, isPending, fault } = useAction();
  const isBlocked = blocked.has(userId);
  const apply = async (kind: RelationChange) => {
    if (await run(() => change(kind, userId))) onDone?.();
  };

  const choices: readonly { kind: RelationChange; label: string; hint: string }[] = [
    following.has(userId)
      ? { kind: 'unfollow', label: 'Unfollow', hint: 'You still share a circle and the lobby' }
      : { kind: 'follow', label: 'Follow', hint: 'Adds them to your people' },
    isBlocked
      ? { kind: 'unblock', label: 'Unblock', hint: 'Restores what was before' }
      : { kind: 'block', label: 'Block', hint: 'You see nothing of each other' },
  ];
  return (
    <div className="relation-actions">
      <p className="relation-name">{name}</p>
      {choices.map(({ kind, label, hint }) => (
        <button key={kind} type="button" className="menu-item" disabled={isPending} onClick={() => apply(kind)}>
          <span className={kind === 'block' ? 'danger' : ''}>{label}</span>
          <span className="muted small">{hint}</span>
        </button>
      ))}
      <Fault message={fault} />
    </div>
  );
};
