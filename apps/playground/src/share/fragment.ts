/** What is said of a link whose model cannot be read. */
export const DAMAGED = 'The link is damaged: it was cut off or changed on its way.';

/** Bytes as text for the fragment of a URL: base64 with the letters that need no escape. */
export function toFragment(bytes: Uint8Array): string {
  const pieces: string[] = [];
  // So many at once as a call takes arguments.
  for (let at = 0; at < bytes.length; at += 0x8000)
    pieces.push(String.fromCharCode(...bytes.subarray(at, at + 0x8000)));
  return btoa(pieces.join('')).replaceAll('+', '-').replaceAll('/', '_').replace(/=+$/, '');
}

/** @throws Error if the text is not what {@link toFragment} writes */
export function fromFragment(text: string): Uint8Array {
  try {
    return Uint8Array.from(atob(text.replaceAll('-', '+').replaceAll('_', '/')), (letter) => letter.charCodeAt(0));
  } catch {
    throw new Error(DAMAGED);
  }
}
