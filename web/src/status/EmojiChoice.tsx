import { useId } from 'react';

const CHOICES = [
  { emoji: '🎧', name: 'Headphones' },
  { emoji: '🎹', name: 'Keyboard' },
  { emoji: '🎙️', name: 'Microphone' },
  { emoji: '☕', name: 'Coffee' },
  { emoji: '🍜', name: 'Lunch' },
  { emoji: '🚆', name: 'Train' },
  { emoji: '🌴', name: 'Holiday' },
] as const;

interface Props {
  readonly chosen: string | null;
  readonly onChange: (emoji: string | null) => void;
}

/** One of a few emojis, or none. */
export const EmojiChoice = ({ chosen, onChange }: Props) => {
  const name = useId();
  return (
    <fieldset>
      <legend className="legend">Emoji</legend>
      <div className="emoji-choices">
        <label className="emoji-choice" title="None">
          <input type="radio" name={name} checked={chosen === null} onChange={() => onChange(null)} aria-label="None" />
          <span className="muted">–</span>
        </label>
        {CHOICES.map(({ emoji, name: label }) => (
          <label key={emoji} className="emoji-choice" title={label}>
            <input
              type="radio"
              name={name}
              checked={chosen === emoji}
              onChange={() => onChange(emoji)}
              aria-label={label}
            />
            <span className="emoji">{emoji}</span>
          </label>
        ))}
      </div>
    </fieldset>
  );
};
