import { useConnection, useRoster } from '@rollcall/client/react';
import { Person } from './Person.js';
import './People.css';

/** Everybody on the roster of the pane's user: those who are here first. */
export const People = () => {
  const roster = useRoster();
  const { phase } = useConnection();
  const here = roster.filter(({ status }) => status !== 'OFFLINE').length;
  const isStale = phase !== 'online' && roster.length > 0;

  return (
    <section className="people" aria-label="People">
      <header className="people-title">
        <h3 className="section-title">People</h3>
        <span className="muted small">{isStale ? 'as last known' : `${here} of ${roster.length} here`}</span>
      </header>
      {roster.length === 0 ? (
        <p className="people-empty muted">
          Nobody to be seen: people whom you follow, and who let you see them, appear here.
        </p>
      ) : (
        <ul className="people-list" data-stale={isStale}>
          {roster.map((presence) => (
            <Person key={presence.id} presence={presence} />
          ))}
        </ul>
      )}
    </section>
  );
};
