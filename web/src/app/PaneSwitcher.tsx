import type { DemoPerson } from '../demo/demo.js';
import type { Pane } from '../panes/panes.js';
import { Icon } from '../parts/Icon.js';
import { DEVICE_ICONS } from '../people/deviceIcons.js';
import { DEVICE_LABELS } from '../words/labels.js';

interface Props {
  readonly people: readonly DemoPerson[];
  readonly panes: readonly Pane[];
  readonly currentId: string;
  readonly onChoose: (id: string) => void;
}

/** In a narrow window, which shows one pane: the others. */
export const PaneSwitcher = ({ people, panes, currentId, onChoose }: Props) => (
  <nav className="switcher" aria-label="Panes">
    {panes.map(({ id, userId, device }) => (
      <button
        key={id}
        type="button"
        className="switcher-item"
        aria-current={id === currentId}
        onClick={() => onChoose(id)}
      >
        <Icon name={DEVICE_ICONS[device] ?? 'unknown'} />
        {people.find((person) => person.id === userId)?.name.split(' ', 1)[0] ?? userId}
        <span className="visually-hidden">, {DEVICE_LABELS[device] ?? device}</span>
      </button>
    ))}
  </nav>
);
