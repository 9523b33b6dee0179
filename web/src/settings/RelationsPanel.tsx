import type { DemoPerson } from '../demo/demo.js';
import { Avatar } from '../parts/Avatar.js';
import { Fault } from '../parts/Fault.js';
import { useAction } from '../parts/useAction.js';
import { type RelationChange, useRelations } from '../people/Relations.js';
import './settings.css';

/** One person whom the user may follow or block, also one who is hidden from the list of people by a block. */
const Relation = ({ person: { id, name } }: { readonly person: DemoPerson }) => {
  const { following, blocked, change } = useRelations();
  const { run, isPending, fault } = useAction();
  const toggle = (isOn: boolean, on: RelationChange, off: RelationChange) => run(() => change(isOn ? off : on, id));
  const isFollowed = following.has(id);
  const isBlocked = blocked.has(id);

  return (
    <li className="relation">
      <Avatar userId={id} name={name} />
      <span className="ellipsis relation-who">
        {name}
        <span className="muted small">{isBlocked ? 'Blocked' : isFollowed ? 'Followed' : 'Not followed'}</span>
      </span>
      <button
        type="button"
        className="button small"
        disabled={isPending}
        aria-label={`${isFollowed ? 'Unfollow' : 'Follow'} ${name}`}
        onClick={() => toggle(isFollowed, 'follow', 'unfollow')}
      >
        {isFollowed ? 'Unfollow' : 'Follow'}
      </button>
      <button
        type="button"
        className="button small danger"
        disabled={isPending}
        aria-label={`${isBlocked ? 'Unblock' : 'Block'} ${name}`}
        onClick={() => toggle(isBlocked, 'block', 'unblock')}
      >
        {isBlocked ? 'Unblock' : 'Block'}
      </button>
      <Fault message={fault} />
    </li>
  );
};

/** Whom the pane's user follows and blocks. */
export const RelationsPanel = ({ people }: { readonly people: readonly DemoPerson[] }) => (
  <section className="settings-section">
    <h3 className="settings-title">Whom you follow, and whom you blocked</h3>
    <ul className="rows">
      {people.map((person) => (
        <Relation key={person.id} person={person} />
      ))}
    </ul>
  </section>
);
