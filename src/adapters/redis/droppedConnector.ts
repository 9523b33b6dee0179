import net from 'node:net';
import tls from 'node:tls';
import { AbstractConnector, type RedisOptions } from 'ioredis';

/**
 * Connects over TCP, and drops the connection where ioredis would wait for the other end. On a Cluster ioredis takes its listeners off
 * a subscriber whose slots moved, and goes on reading: the SUNSUBSCRIBE with which Redis ends the channels of a slot that moves is an
 * error without a listener then, which ends the process.
 */
export class DroppedConnector extends AbstractConnector {
  constructor(private readonly options: RedisOptions) {
    super(0);
  }

  /** ioredis waits for the stream to connect. */
  async connect(): Promise<net.Socket> {
    const { host, port, family, tls: secured } = this.options;
    const at = { port: port ?? 6379, ...(host && { host }), ...(family && { family }) };
    this.connecting = true;
    this.stream = secured ? tls.connect({ ...at, ...secured }) : net.connect(at);
    this.stream.once('error', (error) => {
      this.firstError = error;
    });
    return this.stream;
  }

  override disconnect(): void {
    this.connecting = false;
    this.stream?.destroy();
  }
}
