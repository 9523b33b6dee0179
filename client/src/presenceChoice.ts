/** What the user chose and the server does not have yet: the latest value of each field. */
import { isTemporary, type PresenceError, waitOf } from './errors.js';
import type { Presence, PresenceStatus, SetPresenceInput } from './types.js';

type Fields = { -readonly [Name in keyof SetPresenceInput]: SetPresenceInput[Name] };

/** What is left of one call. */
interface Choice {
  fields: Fields;
  /** Refused together with others: it is sent by itself, so that only what is at fault is refused. */
  alone: boolean;
  readonly promise: Promise<Presence>;
  readonly resolve: (held: Presence | Promise<Presence>) => void;
  readonly reject: (error: PresenceError) => void;
}

const isHiding = ({ status }: SetPresenceInput): boolean => status === 'INVISIBLE' || status === 'OFFLINE';
const namesOf = (fields: Fields) => Object.keys(fields) as (keyof Fields)[];

const choiceOf = (fields: Fields): Choice => {
  let settle: Pick<Choice, 'resolve' | 'reject'> | undefined;
  const promise = new Promise<Presence>((resolve, reject) => {
    settle = { resolve, reject };
  });
  return { fields, alone: false, promise, ...settle! };
};

export class PresenceChoice {
  /** In the order of the calls. No field is in two of them. */
  private waiting: Choice[] = [];
  /** What was sent and has no answer yet. */
  private sending: SetPresenceInput | undefined;
  private connected = false;
  private over: PresenceError | undefined;
  /** Runs while the server wants to be left in peace. */
  private pause: ReturnType<typeof setTimeout> | undefined;
  /** Whether that concerns hiding, too. */
  private pausesHiding = false;

  /** `send` rejects with DISCONNECTED where it is not known whether the server has it. */
  constructor(private readonly send: (input: SetPresenceInput) => Promise<Presence>) {}

  /** How the user chose to hide, where the server may not know of it. */
  get hiding(): PresenceStatus | undefined {
    return [this.sending ?? {}, ...this.waiting.map(({ fields }) => fields)].find(isHiding)?.status ?? undefined;
  }

  /** Resolves with what the server then said. */
  set(input: SetPresenceInput): Promise<Presence> {
    if (this.over) return Promise.reject(this.over);
    const { status, statusMessage, activities } = input;
    const given: Fields = { status, statusMessage, activities } as Fields;
    const fields: Fields = Object.fromEntries(Object.entries(given).filter(([, value]) => value !== undefined));
    const choice = choiceOf(fields);
    this.waiting = withoutReplaced(this.waiting, [choice]);
    this.drain();
    return choice.promise;
  }

  up(): void {
    this.connected = true;
    this.drain();
  }

  down(): void {
    this.connected = false;
    this.resume();
  }

  /** Nothing is sent any more; what waits is rejected. */
  end(error: PresenceError): void {
    this.over = error;
    this.connected = false;
    this.resume();
    for (const { reject } of this.waiting) reject(error);
    this.waiting = [];
  }

  private resume(): void {
    clearTimeout(this.pause);
    this.pause = undefined;
    this.pausesHiding = false;
  }

  private drain(): void {
    if (!this.connected || this.sending) return;
    // Hiding is free of limits where nothing else is with it.
    const hiding = this.pausesHiding ? undefined : this.waiting.find(({ fields }) => isHiding(fields));
    if (hiding) this.hide(hiding);
    else if (!this.pause && this.waiting.length > 0) this.sendAll();
  }

  private hide(choice: Choice): void {
    const { status, ...rest } = choice.fields;
    if (namesOf(rest).length === 0) {
      void this.transmit({ status: status! }, [choice]);
      return;
    }
    // What came with it follows, and settles the call.
    const first = choiceOf({ status: status! });
    first.promise.catch(choice.reject);
    choice.fields = rest;
    this.waiting = [first, ...this.waiting];
    void this.transmit(first.fields, [first]);
  }

  private sendAll(): void {
    const first = this.waiting[0]!;
    const choices = first.alone ? [first] : this.waiting.filter(({ alone }) => !alone);
    void this.transmit(Object.assign({}, ...choices.map(({ fields }) => fields)), choices);
  }

  private async transmit(input: SetPresenceInput, choices: readonly Choice[]): Promise<void> {
    this.waiting = this.waiting.filter((choice) => !choices.includes(choice));
    this.sending = input;
    try {
      const held = await this.send(input);
      for (const { resolve } of choices) resolve(held);
    } catch (error) {
      this.failed(error as PresenceError, choices, isHiding(input));
    }
    this.sending = undefined;
    this.drain();
  }

  private failed(error: PresenceError, choices: readonly Choice[], hides: boolean): void {
    const isRefused = error.code === 'BAD_USER_INPUT';
    const again = isTemporary(error) || error.code === 'DISCONNECTED' || (isRefused && choices.length > 1);
    if (!again || this.over) {
      for (const { reject } of choices) reject(this.over ?? error);
      return;
    }
    if (isRefused) for (const choice of choices) choice.alone = true;
    this.waiting = withoutReplaced(choices, this.waiting);
    if (!isTemporary(error) || !this.connected) return;
    this.resume();
    this.pausesHiding = hides;
    this.pause = setTimeout(() => {
      this.resume();
      this.drain();
    }, waitOf(error));
  }
}

/** The earlier choices without what later ones replace. One of which nothing is left settles as the last of those does. */
const withoutReplaced = (earlier: readonly Choice[], later: readonly Choice[]): Choice[] => {
  const last = later.at(-1);
  if (!last) return [...earlier];
  const replaced = new Set(later.flatMap(({ fields }) => namesOf(fields)));
  const left = earlier.filter((choice) => {
    const kept = namesOf(choice.fields).filter((name) => !replaced.has(name));
    const isWhole = kept.length === namesOf(choice.fields).length && kept.length > 0;
    if (isWhole) return true;
    choice.fields = Object.fromEntries(kept.map((name) => [name, choice.fields[name]]));
    if (kept.length > 0) return true;
    choice.resolve(last.promise);
    return false;
  });
  return [...left, ...later];
};
