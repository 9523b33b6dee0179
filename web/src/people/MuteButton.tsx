import { useMe } from '@rollcall/client/react';
import { useSocial } from '@rollcall/client/react-social';
import type { MuteTarget } from '@rollcall/client/social';
import { Fault } from '../parts/Fault.js';
import { Icon } from '../parts/Icon.js';
import { useAction } from '../parts/useAction.js';
import { rememberMuted, useMuted } from './mutes.js';

interface Props {
  readonly target: MuteTarget;
  /** Who or what it is, for screen readers. */
  readonly name: string;
}

/** Mutes a person or an object, or unmutes it: nothing of it comes into the tray meanwhile, and nobody is told. */
export const MuteButton = ({ target, name }: Props) => {
  const { mute, unmute } = useSocial();
  const ownId = useMe().me?.userId ?? '';
  const id = target.userId ?? target.objectId ?? '';
  const isMuted = useMuted(ownId).includes(id);
  const { run, isPending, fault } = useAction();
  const toggle = () =>
    run(async () => {
      await (isMuted ? unmute : mute)(target);
      rememberMuted(ownId, id, !isMuted);
    });
  return (
    <>
      <button
        type="button"
        className="icon-button"
        aria-pressed={isMuted}
        aria-label={`Mute ${name}`}
        title={isMuted ? `Unmute ${name}` : `Mute ${name}: nothing of it comes into your tray`}
        disabled={isPending}
        onClick={toggle}
      >
        <Icon name={isMuted ? 'muted' : 'bell'} />
      </button>
      <Fault message={fault} />
    </>
  );
};
