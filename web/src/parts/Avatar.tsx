import type { PresenceStatus } from '@rollcall/client';
import { initials } from '../words/names.js';
import './Avatar.css';
import { StatusGlyph } from './StatusGlyph.js';

const HUES = 6;

/** The same colour for the same user, everywhere. */
const hueOf = (userId: string): number => [...userId].reduce((sum, letter) => sum + letter.codePointAt(0)!, 0) % HUES;

interface Props {
  readonly userId: string;
  readonly name: string;
  readonly status?: PresenceStatus;
}

/** A picture made of initials, with the status in its corner. The name is written beside it. */
export const Avatar = ({ userId, name, status }: Props) => (
  <span className="avatar" data-hue={hueOf(userId)} aria-hidden="true">
    {initials(name)}
    {status && (
      <span className="avatar-status">
        <StatusGlyph status={status} />
      </span>
    )}
  </span>
);
