import { Duplex } from 'node:stream';

/** One end of a connection inside the process: what is written here is read at the other. */
class WireEnd extends Duplex {
  private other: WireEnd | null = null;

  join(other: WireEnd): void {
    this.other = other;
  }

  override _read(): void {}

  override _write(data: Buffer, _encoding: BufferEncoding, written: (error?: Error) => void): void {
    this.other?.push(data);
    // Read in a turn of its own, as from a socket.
    setImmediate(written);
  }

  override _final(ended: () => void): void {
    this.other?.push(null);
    ended();
  }

  override _destroy(error: Error | null, destroyed: (error: Error | null) => void): void {
    const { other } = this;
    this.other = null;
    if (other?.other) other.destroy();
    destroyed(error);
  }
}

/** A connection inside the process, for a server that does not listen: both ends. Nothing bounds what is unread. */
export const createWire = (): readonly [client: Duplex, server: Duplex] => {
  const ends = [new WireEnd(), new WireEnd()] as const;
  ends[0].join(ends[1]);
  ends[1].join(ends[0]);
  return ends;
};
