import { useConnection, useRoster } from '@rollcall/client/react';
import { Person } from './Person.js';
import { useRelations } from './Relations.js';
import './People.css';

/** Everybody on the roster of the pane's user: those who are here first. */
export const People = ({ name }: { readonly name: string }) => {
  const { blocked } = useRelations();
  // The client keeps whom it may no longer see, as offline. Whom one blocked oneself, one does not want to see.
  const roster = useRoster().filter(({ userId }) => !blocked.has(userId));
  const { phase } = useConnection();
  const here = roster.filter(({ status }) => status !== 'OFFLINE').length;
  const isStale = phase !== 'online' && roster.length > 0;

  return (
    <section className="people" aria-label={`People, as ${name} sees them`}>
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
