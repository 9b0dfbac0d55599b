/** A request that is answered with a status of its own, and the message as its error. */
export class HttpError extends Error {
  constructor(
    readonly status: number,
    message: string,
    readonly headers: Readonly<Record<string, string>> = {},
  ) {
    super(message);
  }
}

/** A server that cannot do what it is asked just now. */
export function busy(message: string): HttpError {
  return new HttpError(503, message, { 'Retry-After': '1' });
}

/** A request for more than a limit allows. */
export function tooLarge(message: string): HttpError {
  return new HttpError(413, message);
}
