import { describe, expect, it } from 'vitest';
import { createConnections } from '../../src/server/connections.js';

describe('connections', () => {
  it('a user has twenty, and gets a place back when one closes', () => {
    const connections = createConnections();
    const places = Array.from({ length: 20 }, () => connections.open('ada', () => {}));
    expect(places.every((place) => place !== null)).toBe(true);
    expect(connections.open('ada', () => {})).toBeNull();
    expect(connections.open('bob', () => {})).not.toBeNull();
    places[3]?.();
    places[3]?.();
    expect(connections.open('ada', () => {})).not.toBeNull();
    expect(connections.open('ada', () => {})).toBeNull();
  });

  it('a user without connections takes no memory', () => {
    const connections = createConnections();
    const close = connections.open('ada', () => {});
    expect(connections.users).toBe(1);
    close?.();
    expect(connections.users).toBe(0);
  });

  it('a deleted user’s connections are ended, also when they give their places back meanwhile', () => {
    const connections = createConnections();
    const ended: number[] = [];
    const places: ((() => void) | null)[] = [];
    for (let n = 0; n < 3; n += 1) {
      places[n] = connections.open('ada', () => {
        ended.push(n);
        places[n]?.();
      });
    }
    connections.open('bob', () => ended.push(9));
    connections.closeUser('ada');
    connections.closeUser('nobody');
    expect(ended).toEqual([0, 1, 2]);
    expect(connections.users).toBe(1);
  });
});
