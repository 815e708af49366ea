// HTTPS to another side whose certificate no authority signed: it is known by its fingerprint, which is compared before
// a byte of a request is written. Checks nothing else of the certificate, and changes no other connection of this process.
import { Agent } from 'node:https';
import { connect } from 'node:tls';

/** The code of the error where another certificate was shown. Nothing was sent then. */
export const WRONG_CERTIFICATE = 'ERR_TLS_WRONG_CERTIFICATE';

const HANDSHAKE_MS = 10_000;
const MOST_SOCKETS = 8;

/** `fingerprint`: SHA-256 of the whole certificate, as Node prints it, "AB:CD:...". */
export function createPinnedAgent(fingerprint: string): Agent {
  const agent = new Agent({ keepAlive: true, maxSockets: MOST_SOCKETS });

  // Returns nothing: the agent writes the request on what the callback gives it, which is only a socket that was checked.
  agent.createConnection = (options, callback) => {
    const { promise, resolve, reject } = Promise.withResolvers<void>();
    const socket = connect({
      host: options.host ?? 'localhost',
      port: Number(options.port ?? 443),
      // Empty for an address made of numbers, which TLS does not take as a name.
      ...('servername' in options && typeof options.servername === 'string' ? { servername: options.servername } : {}),
      // No authority knows the certificate; the comparison below takes the place of theirs, on this socket alone.
      rejectUnauthorized: false,
      timeout: HANDSHAKE_MS,
    });
    const slow = () => reject(failure('ERR_TLS_HANDSHAKE_TIMEOUT', 'the TLS handshake did not end in time'));
    socket.once('timeout', slow);
    socket.once('error', reject);
    socket.once('close', () => reject(failure('ECONNRESET', 'the connection was closed')));
    socket.once('secureConnect', () => {
      if (socket.getPeerCertificate().fingerprint256 === fingerprint) resolve();
      else reject(failure(WRONG_CERTIFICATE, 'another certificate than the one with the pinned fingerprint was shown'));
    });
    promise.then(
      () => {
        socket.off('timeout', slow);
        socket.off('error', reject);
        callback?.(null, socket);
      },
      (error: Error) => {
        socket.destroy();
        callback?.(error, socket);
      },
    );
    return undefined;
  };
  return agent;
}

function failure(code: string, message: string): Error {
  return Object.assign(new Error(message), { code });
}
