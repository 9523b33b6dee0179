import { beforeEach, describe, expect, it } from 'vitest';
import { MAX_MESSAGE_CHARACTERS, messages, sendMessage } from '../src/messages/messages.js';
import { loadPanes, MAX_PANES, newPaneSpec, savePanes } from '../src/panes/paneSpec.js';
import { storage } from './support/storage.js';

describe('the panes of a tab', () => {
  it('outlive its reload, with their sessions', () => {
    const tab = storage();
    const specs = [newPaneSpec('ada', 'WEB'), newPaneSpec('ada', 'MOBILE')];
    expect(specs[0]!.sessionId).not.toBe(specs[1]!.sessionId);
    savePanes(specs, tab);
    expect(loadPanes(tab)).toEqual(specs);
    savePanes([], tab);
    expect(loadPanes(tab)).toEqual([]);
  });

  it('are new ones in a new tab, and where what is kept makes no sense', () => {
    expect(loadPanes(storage())).toBeNull();
    for (const kept of ['not JSON', '{"id":1}', '7']) expect(loadPanes(storage({ 'rollcall:panes': kept }))).toBeNull();
    expect(loadPanes(storage({ 'rollcall:panes': '[null, {"id": 1}]' }))).toEqual([]);
  });

  it('are bounded', () => {
    const tab = storage();
    savePanes(
      Array.from({ length: 50 }, () => newPaneSpec('ada', 'WEB')),
      tab,
    );
    expect(loadPanes(tab)).toHaveLength(MAX_PANES);
  });
});

describe('messages', () => {
  beforeEach(() => messages.set([]));
  const send = (text: string) => sendMessage({ userId: 'ada', name: 'Ada', text });

  it('are trimmed, and an empty one is none', () => {
    send('  Hello  ');
    send('   ');
    expect(messages.get()).toMatchObject([{ userId: 'ada', name: 'Ada', text: 'Hello' }]);
  });

  it('are bounded in number and length', () => {
    for (let count = 0; count < 500; count += 1) send('x'.repeat(10_000));
    expect(messages.get()).toHaveLength(200);
    expect(messages.get()[0]!.text).toHaveLength(MAX_MESSAGE_CHARACTERS);
  });
});
