import { type Fingerprint, fingerprint } from '../../files/fingerprint.js';
import type { Digits } from './images.js';

/** What tells sets of digits from others. */
export function digitsFingerprint(parts: readonly Digits[]): Fingerprint {
  return fingerprint(
    parts.reduce((sum, { count }) => sum + count, 0),
    null,
    parts.flatMap(({ pixels, labels }) => [pixels, labels]),
  );
}
