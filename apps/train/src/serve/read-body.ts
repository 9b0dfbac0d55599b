import type { IncomingMessage, ServerResponse } from 'node:http';
import { excerpt } from '../terminal/printable.js';
import { HttpError, tooLarge } from './http-error.js';

/** A client that sends on after it was refused is cut off when so much time has passed. */
const PATIENCE_MS = 2000;

/**
 * The body of a request.
 *
 * @throws HttpError if it is longer than so many bytes; what comes after is thrown away, so that the client can read the answer
 */
export function readBody(request: IncomingMessage, response: ServerResponse, most: number): Promise<Buffer> {
  const { 'content-encoding': encoding = 'identity' } = request.headers;
  if (encoding !== 'identity')
    return Promise.reject(
      new HttpError(415, `Content-Encoding ${excerpt(encoding)} is not read: send the body as it is`),
    );
  const refusal = tooLarge(`the body is longer than ${most} bytes, split it into several requests`);
  if (Number(request.headers['content-length']) > most) return Promise.reject(refusal);
  if (request.headers.expect !== undefined) response.writeContinue();
  return new Promise((resolve, reject) => {
    const parts: Buffer[] = [];
    let size = 0;
    request.on('data', (part: Buffer) => {
      size += part.length;
      if (size <= most) parts.push(part);
      else {
        parts.length = 0;
        discard(request);
        reject(refusal);
      }
    });
    request.on('end', () => resolve(Buffer.concat(parts)));
    request.on('close', () => reject(new HttpError(400, 'the client left')));
  });
}

/** Reads what is left of a request and forgets it, not for long. */
export function discard(request: IncomingMessage): void {
  if (request.complete) return;
  request.removeAllListeners('data').resume();
  const timer = setTimeout(() => request.socket.destroy(), PATIENCE_MS);
  request.once('close', () => clearTimeout(timer));
}
